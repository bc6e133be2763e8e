"""The scientist's page: what each sensor delivered and how its clock and axes were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aqsense.model import QUALITY_MEANING, Quality
from aqsense.view.report.numbers import in_words, with_unit
from aqsense.view.words import ABSENT, number, one_line

Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SensorRow:
    """One sensor in words; the fields in the order of the table."""

    site: str
    family: str
    rate: str
    lost: str
    clipped: str
    placement: str
    clock: str
    bound: str
    drift: str
    gaps: str
    axes: str


def sensor_rows(session: Part) -> list[SensorRow]:
    """A row per sensor of the session."""
    clocks: Part = session.get("clocks") or {}
    sensors: Part = session.get("sensors") or {}
    frames: Part = session.get("frames") or {}
    return [
        _row(site, sensors.get(site) or {}, clocks.get(site) or {}, frames.get(site) or {})
        for site in dict.fromkeys([*sensors, *clocks])
    ]


def _row(site: str, sensor: Part, clock: Part, frame: Part) -> SensorRow:
    bound = clock.get("bound95_s")
    return SensorRow(
        site=in_words(site),
        family=in_words(one_line(sensor.get("family") or "")) or "not stated",
        rate=with_unit(number(sensor.get("rate_hz"), 1), "Hz"),
        lost=_percent(sensor.get("missing_fraction")),
        clipped=_percent(sensor.get("clipped_fraction")),
        placement=one_line(sensor.get("placement") or "") or "not stated",
        clock=in_words(clock.get("method")) or ABSENT,
        bound="not stated" if bound is None else with_unit(number(1e3 * float(bound), 1), "ms"),
        drift=with_unit(number(clock.get("drift_ppm"), 1, signed=True), "ppm"),
        gaps=str(clock.get("gaps", ABSENT)),
        axes=_axes(frame),
    )


def _percent(fraction: Any) -> str:
    return "not known" if fraction is None else with_unit(number(100 * float(fraction), 1), "%")


def _axes(frame: Part) -> str:
    checks = frame.get("checks") or ()
    failed = [in_words(check["name"]) for check in checks if not check["passed"]]
    method = in_words(frame.get("method")) or ABSENT
    if failed:
        return f"{method}; doubtful: {', '.join(failed)}"
    return f"{method}, {len(checks)} checks passed" if checks else method


def flags_in_words(text: str) -> list[str]:
    """Flags of a row (`bridged;clipped`) in words."""
    known = {flag.name.lower(): QUALITY_MEANING[flag] for flag in Quality if flag and flag.name}
    return [known.get(flag, in_words(flag)) for flag in text.split(";") if flag]


def warning_texts(warnings: Sequence[Part]) -> list[str]:
    """Warnings of session or run, with the sensor that they are about."""
    return [
        f"{in_words(warning['site'])}: {one_line(warning['text'])}"
        if warning.get("site")
        else one_line(warning["text"])
        for warning in warnings
    ]

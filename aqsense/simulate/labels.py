"""What stands in a simulated recording beside the samples: metadata and marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aqsense.model import Mark, Sensor
from aqsense.simulate.body import Body
from aqsense.simulate.spec import SimulationSpec
from aqsense.simulate.wearing import wearers

_BUTTON_S: Final = 0.4  # how long before the first and after the last contact somebody marks a run


def metadata(
    spec: SimulationSpec, seed: int, sensors: dict[str, Sensor], athletes: list[str]
) -> dict[str, Any]:
    """Content of recording.json (FORMATS 1)."""
    several = {"athletes": athletes} if len(athletes) > 1 else {}
    return {
        "format": 1,
        "name": spec.name,
        **several,
        "athlete": spec.athlete,
        "source": "simulated",
        "device_clock": "common" if spec.link is None else "ticks",
        "sync_sd_s": None if spec.link is not None else spec.sync_sd_ms / 1000.0,
        "speed": {"source": "none", "samples": []},
        "sensors": {site: _described(sensor) for site, sensor in sensors.items()},
        "settings": {"seed": seed, "simulation": spec.as_json()},
    }


def _described(sensor: Sensor) -> dict[str, Any]:
    return {
        "family": "simulated",
        "model": "simulated IMU",
        "placement": sensor.placement,
        "rate_hz": sensor.rate_hz,
        "accel_range_m_s2": sensor.accel_range_m_s2,
        "gyro_range_rad_s": sensor.gyro_range_rad_s,
    }


def marks(spec: SimulationSpec, body: Body) -> tuple[Mark, ...]:
    """All marks of a session in order of time."""
    duration_s = body.course.duration_s
    found = [Mark(lost.from_s, "lost", site=lost.site) for lost in spec.lost if lost.from_s < duration_s]
    found += _of_phases(spec, body)
    found += _of_athletes(spec, body)
    if spec.mark_runs:
        found += _of_runs(body)
    return tuple(sorted(found, key=lambda mark: mark.time_s))


def _of_phases(spec: SimulationSpec, body: Body) -> Iterator[Mark]:
    """Calibration where somebody stands with sensors freshly put on; shakes; tags."""
    ends = (*body.course.phase_begin_s[1:], body.course.duration_s)
    fresh = True
    for phase, begin, end in zip(spec.session(), body.course.phase_begin_s, ends, strict=True):
        if phase.tag:
            yield Mark(begin, "tag", text=phase.tag)
        if phase.kind == "shake":
            yield Mark(begin, "shake_start")
            yield Mark(end, "shake_end")
        elif phase.kind == "stand" and fresh:
            yield Mark(begin, "calibration_start")
            yield Mark(begin + float(phase.seconds or 0.0), "calibration_end")
        fresh = phase.kind in ("shake", "handover")


def _of_athletes(spec: SimulationSpec, body: Body) -> Iterator[Mark]:
    turns = wearers(spec, body.course)
    if len(turns) > 1:
        for wearer in turns:
            yield Mark(wearer.from_s, "athlete", text=wearer.athlete)


def _of_runs(body: Body) -> Iterator[Mark]:
    for run in range(1, int(body.feet.run.max(initial=0)) + 1):
        time = body.feet.time_s[body.feet.run == run]
        yield Mark(round(float(time[0]) - _BUTTON_S, 3), "run_start", run=str(run))
        yield Mark(round(float(time[-1]) + _BUTTON_S, 3), "run_end", run=str(run))

"""Upper 10, 20 or 30 %: what each `centroid_level` costs and gains (the tables of docs/centroid-level.md).

Made bodies (templates, and the measured strides of the shared recordings if they lie beside the checkout)
with soft-tissue wobble: scatter against each level's own truth, and how far that lies from the one at 0.9.
Recordings: scatter from step to step, and left against right, from the tables that the program gives.

    python scripts/compare_centroid_levels.py [folder with the shared recordings]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "sds"))

from wobbling import Body, Wobbling, analysed, errors, recorded_body, template_body, true_times  # noqa: E402  # pyright: ignore[reportMissingImports]

from aqsense.acquire import read_recording  # noqa: E402
from aqsense.analysis.pipeline import analyze  # noqa: E402
from aqsense.model import Event  # noqa: E402
from aqsense.settings import Settings  # noqa: E402

LEVELS = (0.9, 0.8, 0.7)
CENTROIDS = (
    Event.SWING_PEAK,
    Event.ARM_FORWARD_PEAK,
    Event.ARM_BACKWARD_PEAK,
    Event.HEEL_RECOVERY,
    Event.TRUNK_YAW_PEAK,
    Event.TRUNK_PITCH_PEAK,
)
LIMB_DEG_S, TRUNK_DEG_S, RATE_HZ, SECONDS = 20.0, 10.0, 100.0, 150.0


def main() -> None:
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    recorded = [shared / "dorn2012" / name for name in ("run_9.5_extended", "run_3.5_extended")]
    bodies = [template_body(name) for name in ("sprint_9.5", "jog_3.5")]
    bodies += [recorded_body(folder) for folder in recorded if folder.is_dir()]
    for body in bodies:
        compare_on_body(body)
    for folder in sorted((shared / "dorn2012").glob("*_extended")) + sorted((shared / "dsads").glob("p?")):
        compare_on_recording(folder)


def compare_on_body(body: Body) -> None:
    print(
        f"\n{body.name}: wobble {LIMB_DEG_S:g} (trunk {TRUNK_DEG_S:g}) deg/s, {RATE_HZ:g} Hz; levels {LEVELS}"
    )
    how = Wobbling(RATE_HZ, LIMB_DEG_S, TRUNK_DEG_S, seconds=SECONDS, seed=7)
    found = {level: analysed(body, how, Settings(centroid_level=level)) for level in LEVELS}
    for event in CENTROIDS:
        try:
            scatter = [1e3 * errors(body, found[level], event, level).error_s.std() for level in LEVELS]
        except KeyError:
            continue  # that body was measured without arms
        moved = [1e3 * _moved(body, event, level) for level in LEVELS[1:]]
        print(f"| {event.value} | {_row(scatter)} | {_row(moved, '+.1f')} |")


def _moved(body: Body, event: Event, level: float) -> float:
    """How much later than at 0.9 the event is by definition, mean of both sides, s."""
    away = [
        true_times(body, event, stance, level)[0] - true_times(body, event, stance, 0.9)[0]
        for stance in (0, 1)
    ]
    half = 0.5 * body.period_s
    return float(np.mean([(a + half) % body.period_s - half for a in away]))


def compare_on_recording(folder: Path) -> None:
    print(f"\n{folder.parent.name}/{folder.name}: levels {LEVELS}")
    recording = read_recording(folder)
    tables = {level: analyze(recording, Settings(centroid_level=level)).steps for level in LEVELS}
    for event in ("swing", "arm", "trunk"):
        lags = {level: tables[level].groupby("stance_side")[f"lag_{event}_ms"] for level in LEVELS}
        scatter = [float(np.sqrt((lags[level].std() ** 2).mean())) for level in LEVELS]
        mean = {level: lags[level].mean() for level in LEVELS}
        differ = [
            float(mean[level].get("left", np.nan) - mean[level].get("right", np.nan)) for level in LEVELS
        ]
        print(f"| {event} | {_row(scatter)} | {_row(differ, '+.1f')} |")
    percent = [tables[level]["spread_percent"].mean() for level in LEVELS]
    print(f"| spread, % of stride | {_row(percent)} | |")


def _row(values: list[float], how: str = ".1f") -> str:
    return " | ".join(format(value, how) for value in values)


if __name__ == "__main__":
    main()

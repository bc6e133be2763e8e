"""The sessions that are measured: simulated, the same for everybody, kept in a folder between runs.

Out: a wide CSV (FORMATS 2) per session, and beside it its true contacts.
A session is made again when the simulator or this file changes; delete the folder to get rid of old ones.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aqsense.model import Recording
    from aqsense.simulate.spec import SimulationSpec

ROOT = Path(__file__).resolve().parents[2]
SEED = 1
RATE_HZ = 200.0
# 90 s of a training hour: one sprint of 7 s, and what lies between.
ROUND = "stand 15, jog 10, walk 25, stand 20, sprint 7s, decelerate 3, walk 10 turn 180"


@dataclass(frozen=True)
class Session:
    """A session to measure.

    name     of its files
    phases   what the athlete does (`aqsense.simulate.phases`)
    copies   how often it is repeated in the file: long files without long simulations
    """

    name: str
    phases: str
    copies: int = 1

    def path(self, folder: Path) -> Path:
        """The CSV; the simulator's state is part of its name."""
        return folder / f"{self.name}-x{self.copies}-{self.fingerprint()}.csv"

    def truth_path(self, folder: Path) -> Path:
        """The true contacts, JSON: all of running, and those of sprints."""
        return self.path(folder).with_suffix(".truth.json")

    def fingerprint(self) -> str:
        """Changes with everything that the content depends on."""
        digest = hashlib.sha256(json.dumps(asdict(self)).encode())
        sources = sorted((ROOT / "aqsense" / "simulate").rglob("*.*"))
        for source in [Path(__file__), *(path for path in sources if path.suffix in (".py", ".json"))]:
            digest.update(source.read_bytes())
        return digest.hexdigest()[:10]


def training(rounds: int, copies: int = 1) -> Session:
    """Sprints with jogging, walking and standing between; 40 rounds are an hour."""
    return Session(f"training-{rounds}", ", ".join([ROUND] * rounds), copies)


def non_stop(seconds: int) -> Session:
    """One run from the first to the last second: the most steps that fit into a session."""
    return Session(f"non-stop-{seconds}", f"stand 5, sprint {seconds - 5}s")


def make(session: Session, folder: Path) -> Path:
    """The session's CSV, made if it isn't there yet; of a session without copies the truth too."""
    path = session.path(folder)
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        if session.copies > 1:
            _repeat(make(replace(session, copies=1), folder), session.copies, partial)
        else:
            _simulate(session, folder, partial)
        partial.replace(path)
    return path


def _simulate(session: Session, folder: Path, path: Path) -> None:
    """Simulate and write.

    Every sensor is simulated on its own clock phase; here its n-th sample stands in row n, so that all share
    one time column. A sensor's times are thereby off by a constant below one sample (5 ms): enough for
    speed and for counting steps, and not used for anything else.
    """
    from aqsense.simulate import SimulationSpec, read_phases, simulate

    spec = SimulationSpec(name=session.name, phases=read_phases(session.phases), rate_hz=RATE_HZ)
    _write_wide(simulate(spec, SEED, truth=False).recording, path)
    _write_truth(spec, session.truth_path(folder))


def _write_wide(recording: Recording, path: Path) -> None:
    import numpy as np
    import polars as pl

    from aqsense.model import AXIS_COLUMNS

    length = min(len(sensor.samples) for sensor in recording.sensors.values())
    columns = {"time_s": (np.arange(length) / RATE_HZ).round(6)}
    for site, sensor in recording.sensors.items():
        values = sensor.samples.accel + sensor.samples.gyro
        for name, column in zip(AXIS_COLUMNS, values, strict=True):
            # `+ 0.0` makes -0 a 0, as FORMATS wants.
            columns[f"{site}_{name}"] = column[:length].round(4 if name.startswith("accel") else 5) + 0.0
    pl.DataFrame(columns).write_csv(path, float_scientific=False)


def _repeat(source: Path, copies: int, path: Path) -> None:
    """A file's rows again and again, with times that go on."""
    row = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for copy in range(copies):
            with source.open(encoding="utf-8") as lines:
                header = next(lines)
                file.write(header if copy == 0 else "")
                for line in lines:
                    file.write(f"{row / RATE_HZ:.9g},{line.partition(',')[2]}")
                    row += 1


def _write_truth(spec: SimulationSpec, path: Path) -> None:
    """Contacts of running, and those of them within the seconds of a sprint."""
    from aqsense.simulate.course import plan
    from aqsense.simulate.footfalls import footfalls

    feet = footfalls(plan(spec, SEED), SEED)
    contacts = [float(time) for time, run in zip(feet.time_s, feet.run, strict=True) if run > 0]
    sprints = _sprint_spans(spec)
    in_sprint = [t for t in contacts if any(start <= t < stop for start, stop in sprints)]
    path.write_text(json.dumps({"running_s": contacts, "sprint_s": in_sprint}), encoding="utf-8")


def _sprint_spans(spec: SimulationSpec) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    now = 0.0
    for phase in spec.session():
        assert phase.seconds is not None, "the sessions of this file end by time, never by distance"
        if phase.kind == "sprint":
            spans.append((now, now + phase.seconds))
        now += phase.seconds
    return spans


if __name__ == "__main__":
    import sys

    made_name, made_phases, made_copies, made_folder = sys.argv[1:]
    make(Session(made_name, made_phases, int(made_copies)), Path(made_folder))

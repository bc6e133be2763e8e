"""What is known to be true about a recording: events, steps, and where that knowledge is complete."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.errors import RecordingError
from aqsense.model import Columns, Event, Floats
from aqsense.simulate import Simulation

CONTACTS = (Event.INITIAL_CONTACT.value, Event.TOE_OFF.value)
_TEXT_COLUMNS = ("event", "side", "source", "stance_side", "contact_source")
_EVENT_NEEDS = ("event", "side", "time_s", "source")
_STEP_NEEDS = ("stance_side", "contact_s")
TILED = "_tiled"
# From the second contact of the first foot on every event of METHOD 2.3-2.5 belongs to a true step.
_FIRST_WHOLE_CONTACT = 2
Span = tuple[float, float]


@dataclass(frozen=True)
class Truth:
    """Truth of one recording. Tables are {} where nothing is known.

    events         event, side, time_s
    steps          columns of truth_steps.csv
    spans_s        where the tables are complete: outside nothing is missed or invented
    stride_time_s  mean stride time; NaN where steps are known
    is_tiled       the same few strides again and again: n is smaller than it looks
    """

    events: Columns
    steps: Columns
    spans_s: tuple[Span, ...]
    stride_time_s: float = math.nan
    is_tiled: bool = False

    def within(self, time_s: Floats) -> NDArray[np.bool_]:
        """Which instants lie in a span."""
        inside = np.zeros(len(time_s), bool)
        for begin, end in self.spans_s:
            inside |= (time_s >= begin) & (time_s <= end)
        return inside


def truth_of(simulation: Simulation) -> Truth:
    """Truth of a simulated session: complete from the third to the last contact of each run."""
    steps = simulation.truth_steps
    return Truth(simulation.truth, steps, _whole_runs(steps))


def _whole_runs(steps: Columns) -> tuple[Span, ...]:
    runs = [steps["contact_s"][steps["run"] == run] for run in np.unique(steps["run"])]
    return tuple(
        (float(t[_FIRST_WHOLE_CONTACT]), float(t[-1])) for t in runs if len(t) > _FIRST_WHOLE_CONTACT
    )


def read_truth(folder: Path) -> Truth:
    """Truth beside a recording: truth.json, and truth.csv with truth_steps.csv or a mean stride time.

    Contacts are taken from truth.json's `contact_source`, other events from `kinematic` (or the only source).
    Raises RecordingError where a file, a column or a number is missing or can't be read.
    """
    about = _read_json(folder / "truth.json")
    span = about.get("scored_s")
    if not (isinstance(span, list) and len(span) == 2):
        text = f"scored_s is {span!r}; expected [begin, end] in s, the part in which the truth is complete"
        raise RecordingError(text, path=folder / "truth.json")
    spans = ((float(span[0]), float(span[1])),)
    if not (folder / "truth.csv").exists():
        return Truth({}, {}, spans, stride_time_s=_stride_time(about, folder))
    steps = _read_table(folder / "truth_steps.csv", _STEP_NEEDS)
    if "run" in steps and str(about.get("contact_source")) == "simulated":
        spans = _whole_runs(steps)
    events = _judged(_read_table(folder / "truth.csv", _EVENT_NEEDS), about, folder)
    return Truth(events, steps, spans, is_tiled=bool(about.get("tiled")))


def _stride_time(about: Mapping[str, Any], folder: Path) -> float:
    value = about.get("stride_time_s")
    if not isinstance(value, int | float):
        text = "there is no truth.csv, and truth.json states no stride_time_s. Add one of them."
        raise RecordingError(text, path=folder)
    return float(value)


def _judged(events: Columns, about: Mapping[str, Any], folder: Path) -> Columns:
    """Events of the sources that count."""
    source = np.array([str(name).removesuffix(TILED) for name in events["source"]], object)
    contact_source = str(about.get("contact_source")).removesuffix(TILED)
    is_contact = np.isin(events["event"], CONTACTS)
    kept = np.where(is_contact, source == contact_source, source == _movement(events, source))
    if not kept.any():
        text = f"no event comes from contact_source {contact_source!r} or from `kinematic`"
        raise RecordingError(text, path=folder / "truth.csv")
    return {name: column[kept] for name, column in events.items()}


def _movement(events: Columns, source: NDArray[Any]) -> str:
    others = {str(name) for name in source[~np.isin(events["event"], CONTACTS)]}
    return others.pop() if len(others) == 1 else "kinematic"


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        text = "there is no truth.json. validate needs recordings with truth beside them."
        raise RecordingError(text, path=path.parent) from None
    except (OSError, ValueError) as error:
        raise RecordingError(f"can't be read as JSON: {error}", path=path) from None
    if not isinstance(found, dict):
        raise RecordingError("holds no JSON object", path=path)
    return found


def _read_table(path: Path, needs: Sequence[str]) -> Columns:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            names = list(reader.fieldnames or ())
    except FileNotFoundError:
        raise RecordingError("there is no such file beside the recording", path=path) from None
    except (OSError, UnicodeError) as error:
        raise RecordingError(f"can't be read: {error}", path=path) from None
    missing = [name for name in needs if name not in names]
    if missing:
        raise RecordingError(f"column {missing[0]} is missing; found {', '.join(names)}", path=path, line=1)
    return {name: _column(name, [row[name] for row in rows], path) for name in names}


def _column(name: str, cells: Sequence[str | None], path: Path) -> NDArray[Any]:
    if name in _TEXT_COLUMNS:
        return np.array([cell or "" for cell in cells], object)
    return np.array([_number(cell, name, line, path) for line, cell in enumerate(cells, start=2)], float)


def _number(cell: str | None, name: str, line: int, path: Path) -> float:
    try:
        return float(cell) if cell else math.nan
    except ValueError:
        raise RecordingError(f"{name} is {cell!r}, no number", path=path, line=line) from None

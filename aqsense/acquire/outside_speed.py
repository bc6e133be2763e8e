"""Speed from outside put beside a recording: splits by hand, or a file of a laser, radar, GNSS or treadmill.

In:  a Recording and splits or a file.
Out: the Recording with `metadata["speed"]` filled. A file's UTC becomes session time by `started_utc`; what
is left is aligned by the movement (analysis/outside_speed.py).
Refuses: a recording that has a speed already, splits that don't rise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from aqsense.acquire.header import is_number
from aqsense.acquire.speed_file import epoch, read_speed_file
from aqsense.errors import RecordingError, SettingsError
from aqsense.model import Recording

# How far the clocks of a watch and of the computer may be apart.
UTC_WITHIN_S = 30.0
_SPLIT = re.compile(r"\s*([^\s=]+)=([^\s=]+)")
_RUN = re.compile(r"\s*(\d+)\s*:")
FEWEST_SPLITS = 2


def read_splits(text: str) -> dict[str, Any]:
    """`"10=1.85 20=2.95"` or `"3: 10=1.85 20=2.95"`: metres = seconds since the start, of a run.

    returns  {"run": number or None, "gates": [[m, s], ...]}, rising
    raises   SettingsError for anything else
    """
    rest, run = text, None
    if found := _RUN.match(text):
        run, rest = int(found[1]), text[found.end() :]
    gates = [_split(word, text) for word in rest.split()]
    if len(gates) < FEWEST_SPLITS:
        _refuse_splits(text, f"{len(gates)} of them")
    pairs = pairwise(gates)
    if not all(after[0] > before[0] and after[1] > before[1] for before, after in pairs):
        _refuse_splits(text, "metres or seconds that don't rise")
    return {"run": run, "gates": [list(gate) for gate in gates]}


def _split(word: str, text: str) -> tuple[float, float]:
    found = _SPLIT.fullmatch(word)
    if found is None or not all(is_number(part) and float(part) >= 0 for part in found.groups()):
        _refuse_splits(text, repr(word))
    return float(found[1]), float(found[2])


def _refuse_splits(text: str, what: str) -> NoReturn:
    raise SettingsError(
        f"--splits: found {what} in {text!r}; expected at least {FEWEST_SPLITS} rising pairs of metres and "
        'seconds since the start, as in "10=1.85 20=2.95", with "3: " in front for run 3.',
        name="splits",
        value=text,
    )


def add_splits(recording: Recording, splits: Sequence[str], start_s: float | None = None) -> Recording:
    """The recording with gate times of one or more runs (`read_splits`).

    start_s   session time of the splits' zero; None: the run's first movement
    """
    parts = [read_splits(text) | {"start_s": start_s} for text in splits]
    return _with_speed(recording, {"source": "gates", "splits": parts})


def add_speed_file(recording: Recording, path: str | Path, start_s: float | None = None) -> Recording:
    """The recording with the speed that a file holds (CSV, FIT, GPX).

    start_s   session time of the file's first sample; None: found from the movement
    raises    RecordingError where the file can't be read, AqsenseError where a package for it is missing
    """
    file = Path(path)
    found = read_speed_file(file)
    first = found.samples[0][0]
    if start_s is not None:
        begin, within = start_s - first, 0.0
    elif found.is_utc:
        begin, within = -_started(recording, file), UTC_WITHIN_S
    else:
        begin, within = -first, None
    track = {"samples": [[time + begin, speed] for time, speed in found.samples], "within_s": within}
    return _with_speed(recording, {"source": found.source, "track": track, "file": file.name})


def _with_speed(recording: Recording, speed: Mapping[str, Any]) -> Recording:
    known = recording.metadata.get("speed") or {}
    if known.get("samples") or known.get("splits") or known.get("track"):
        text = f"{recording.name} has a speed already ({known.get('source')}). Give one source of speed."
        raise SettingsError(text, name="speed", value=known.get("source"))
    return replace(recording, metadata={**recording.metadata, "speed": dict(speed)})


def _started(recording: Recording, path: Path) -> float:
    text = str(recording.metadata.get("started_utc") or "")
    try:
        return epoch(text)
    except ValueError as error:
        raise RecordingError(
            f"its times are UTC, and recording.json says no started_utc ({text!r}). Add it, or say with "
            "--speed-start at which second of the session the file begins.",
            path=path,
        ) from error

"""What a recording says of speed from outside -> speed over session time (METHOD 5.13).

In:  `metadata["speed"]` (samples on session time; or splits or a track that are to be aligned), `gate` marks,
     the runs that were found, the movement of the shins.
Out: Speed with a fact per piece: model, residual, how it was aligned.
Refuses: splits of a run that did not begin from standing, unless their start is said; a track that fits the
movement nowhere, or in several places.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.gates import fit_sprint, means_between, sprint_samples
from aqsense.analysis.movement import Movement, align, first_movement_s, movement
from aqsense.analysis.speed import Speed, SpeedPiece
from aqsense.errors import SettingsError
from aqsense.model import Floats, Recording

_MARGIN_S = 3.0


@dataclass(frozen=True)
class RunSpan:
    """A run's number (1-based), first and last contact, s."""

    run: int
    first_s: float
    last_s: float


def outside_speed(recording: Recording, timed: Mapping[str, TimedSensor], runs: Sequence[RunSpan]) -> Speed:
    """All that is known of speed. Raises SettingsError for splits of a run that there is not."""
    told: Mapping[str, Any] = recording.metadata.get("speed") or {}
    source = str(told.get("source") or "none")
    pieces: list[SpeedPiece] = []
    facts: list[dict[str, Any]] = []
    samples = np.array(told.get("samples") or np.empty((0, 2)), float).reshape(-1, 2)
    if len(samples):
        pieces.append(SpeedPiece(samples[:, 0], samples[:, 1]))
        facts.append(_fact("samples", "linear between samples", "session_time"))
    gates = _gate_pieces(recording, runs)
    if gates and source == "none":
        source = "gates"
    made = [*gates]
    if told.get("splits") or told.get("track"):
        move = movement(timed)
        made += [_split_piece(part, runs, move) for part in told.get("splits") or ()]
        if told.get("track"):
            made.append(_track_piece(told["track"], move))
    for piece, fact in made:
        facts.append(fact)
        if piece is not None:
            pieces.append(piece)
    return Speed(source, tuple(pieces), facts)


_SAY = "say with --speed-start at which second of the session it begins"
_WHY = {
    "gates_do_not_rise": "its gate marks don't rise; correct their distances",
    "no_run": "no run was found that they could belong to",
    "start_not_from_standing": f"the athlete did not stand still before it, so its zero is not known; {_SAY}",
    "model_does_not_fit": "the gate times fit no sprint from a start within 0.1 s; check them",
    "no_shin": f"without a shin sensor it can't be aligned; {_SAY}",
    "track_too_short": f"less than 5 s can't be aligned by the movement; {_SAY}",
    "no_common_time": f"it lies outside the recording; check started_utc, or {_SAY}",
    "movement_does_not_fit": f"it fits the legs' movement nowhere; {_SAY}",
    "several_places_fit": f"it fits the legs' movement in several places; {_SAY}",
}


def speed_warnings(speed: Speed) -> list[tuple[str, str, float | None, str]]:
    """Why a speed that was given is not used: code, site, time, text."""
    unused = [fact for fact in speed.facts if fact["reason"]]
    texts = [
        f"speed from {fact['what']}{_of_run(fact)} is not used: {_WHY[fact['reason']]}" for fact in unused
    ]
    return [("speed_not_used", "", None, text) for text in texts]


def _of_run(fact: Mapping[str, Any]) -> str:
    return f" of run {fact['run']}" if "run" in fact else ""


_Made = tuple[SpeedPiece | None, dict[str, Any]]


def _fact(what: str, model: str, aligned_by: str, reason: str = "", **more: Any) -> dict[str, Any]:
    return {"what": what, "model": model, "aligned_by": aligned_by, "reason": reason, **more}


def _gate_pieces(recording: Recording, runs: Sequence[RunSpan]) -> list[_Made]:
    """Gates that were marked while recording: they are on session time already."""
    marks = [(mark.time_s, _metres(mark.text)) for mark in recording.marks if mark.kind == "gate"]
    made: list[_Made] = []
    for run in runs:
        low, high = run.first_s - _MARGIN_S, run.last_s + _MARGIN_S
        inside = [(time, metres) for time, metres in marks if low <= time <= high and math.isfinite(metres)]
        if len(inside) < 2:
            continue
        times, metres = (np.array(column) for column in zip(*inside, strict=True))
        if np.any(np.diff(metres) <= 0) or np.any(np.diff(times) <= 0):
            made.append((None, _fact("gates", "", "marks", "gates_do_not_rise", run=run.run)))
            continue
        if times[0] <= run.first_s and len(times) >= 3:
            made.append(_started(metres - metres[0], times - times[0], float(times[0]), "marks", run.run))
        else:
            model = "mean speed between gates"
            piece = SpeedPiece(*means_between(metres, times))
            made.append((piece, _fact("gates", model, "marks", run=run.run)))
    return made


def _metres(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _split_piece(part: Mapping[str, Any], runs: Sequence[RunSpan], move: Movement | None) -> _Made:
    run = _run_of(part.get("run"), runs)
    if run is None:
        return None, _fact("splits", "", "", "no_run")
    metres, seconds = (np.array(column, float) for column in zip(*part["gates"], strict=True))
    start = part.get("start_s")
    if start is not None:
        return _started(metres, seconds, float(start), "given", run.run)
    begin = math.nan if move is None else first_movement_s(move, run.first_s)
    if math.isnan(begin):
        return None, _fact("splits", "", "", "start_not_from_standing", run=run.run)
    return _started(metres, seconds, begin, "first_movement", run.run)


def _run_of(number: Any, runs: Sequence[RunSpan]) -> RunSpan | None:
    if number is None:
        return runs[0] if runs else None
    found = next((run for run in runs if run.run == int(number)), None)
    if found is None:
        known = ", ".join(str(run.run) for run in runs) or "none"
        raise SettingsError(
            f"splits are given for run {number}; this recording has {known}. Choose one of these.",
            name="splits",
            value=number,
        )
    return found


def _started(metres: Floats, seconds: Floats, start_s: float, aligned_by: str, run: int) -> _Made:
    """A sprint from a start, or the reason why the gates are none."""
    known = seconds > 0
    sprint = fit_sprint(metres[known], seconds[known])
    about: dict[str, Any] = {
        "run": run,
        "start_s": round(start_s, 3),
        "v_max_m_s": round(sprint.v_max_m_s, 3),
        "tau_s": round(sprint.tau_s, 3),
        "residual_s": round(sprint.residual_s, 4),
    }
    model = "v_max (1 - exp(-t / tau))"
    if not sprint.fits:
        return None, _fact("splits", model, aligned_by, "model_does_not_fit", **about)
    times, speed = sprint_samples(sprint, float(seconds[-1]))
    return SpeedPiece(times + start_s, speed), _fact("splits", model, aligned_by, **about)


def _track_piece(track: Mapping[str, Any], move: Movement | None) -> _Made:
    samples = np.array(track["samples"], float).reshape(-1, 2)
    within = track.get("within_s")
    model = "linear between samples"
    if within == 0.0:
        return SpeedPiece(samples[:, 0], samples[:, 1]), _fact("track", model, "given")
    if move is None:
        return None, _fact("track", model, "", "no_shin")
    found = align(move, samples[:, 0], samples[:, 1], None if within is None else float(within))
    if found.reason:
        correlation = None if math.isnan(found.correlation) else round(found.correlation, 3)
        return None, _fact("track", model, "movement", found.reason, correlation=correlation)
    about: dict[str, Any] = {"offset_s": round(found.offset_s, 3), "correlation": round(found.correlation, 3)}
    piece = SpeedPiece(samples[:, 0] + found.offset_s, samples[:, 1])
    return piece, _fact("track", model, "movement", **about)

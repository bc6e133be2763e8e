"""Swing peaks in runs -> contacts and steps with all their events, in session time (METHOD 3.1).

In:  REFERENCE rows of runs, the traces of all sensors.
Out: CONTACT rows, one per swing peak, and STEP rows, one per step, that nothing later can change.
Refuses: scores.

Step k of a run lies around its swing peak k (k >= 1): the foot that landed after swing peak k - 1 is on the
ground. It ends
with the contact after swing peak k. Events are looked for in windows that hang on the swing peaks alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.accelerometer import Accelerometer
from aqsense.analysis.contacts import contact_before_swing, contact_time, find_landings
from aqsense.analysis.events import EVENT_RULES, Found, Steps, Stream, event_sd, find_events
from aqsense.analysis.faint import drop_faint_arms, flag_slow_sensors, is_slow
from aqsense.analysis.runs import REFERENCE
from aqsense.analysis.sensitivity import cap_sd
from aqsense.analysis.signals import BRIDGED, CLIPPED
from aqsense.analysis.toe_off import find_toe_offs
from aqsense.model import Event, Floats, Quality
from aqsense.settings import Settings

# A swing peak nearer to a hole carries the flag and the SD of a bridged one.
BESIDE_HOLE_S = 0.030
# Everything that a step needs lies within this time after its swing peak.
SETTLED_AFTER_S = 1.0

FOUND = np.dtype(
    [("time_s", "f8"), ("sd_s", "f8"), ("amplitude", "f8"), ("width_s", "f8"), ("quality", "i8")]
)
CONTACT = np.dtype(
    [
        ("run", "i4"),
        ("order", "i4"),
        ("side", "i1"),
        ("predicted_s", "f8"),
        ("swing_peak", FOUND),
        ("initial_contact", FOUND),
    ]
)
STEP = np.dtype(
    [
        ("run", "i4"),
        ("order", "i4"),  # = step number within the run, 1-based
        ("stance", "i1"),  # 0 left, 1 right
        ("predicted_contact_s", "f8"),
        ("stride_s", "f8"),  # between swing peaks
        ("swing_rate_rad_s", "f8"),  # of this step's swing peak
        *((rule.event.value, FOUND) for rule in EVENT_RULES),
    ]
)


@dataclass(frozen=True, slots=True)
class FinalRows:
    """Rows that can never change: CONTACT, STEP, and REFERENCE rows of swing peaks in no run."""

    contacts: NDArray[np.void]
    steps: NDArray[np.void]
    loose: NDArray[np.void]

    @staticmethod
    def nothing() -> FinalRows:
        return FinalRows(np.empty(0, CONTACT), np.empty(0, STEP), np.empty(0, REFERENCE))

    @staticmethod
    def joined(parts: Sequence[FinalRows]) -> FinalRows:
        """In the order of run and step, loose peaks in the order of time: whatever the delivery was."""
        contacts = np.concatenate([part.contacts for part in parts])
        steps = np.concatenate([part.steps for part in parts])
        loose = np.concatenate([part.loose for part in parts])
        return FinalRows(
            contacts[np.lexsort((contacts["order"], contacts["run"]))],
            steps[np.lexsort((steps["order"], steps["run"]))],
            loose[np.lexsort((loose["side"], loose["time_s"]))],
        )


class StepEvents:
    """The stage: `push` the references that became final; `finish` when all traces are complete."""

    def __init__(
        self, streams: Mapping[str, Stream], accelerometers: Mapping[str, Accelerometer], settings: Settings
    ):
        self._streams = streams
        self._accelerometers = accelerometers
        self._settings = settings
        self._references = np.empty(0, REFERENCE)
        self._ended: set[int] = set()
        self._done: dict[int, int] = {}  # run -> references that are already out

    def push(
        self, references: NDArray[np.void], ended: Sequence[int], watermark_s: float
    ) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """CONTACT and STEP rows that have become final.

        watermark_s   session time up to which every trace is final
        """
        if len(references):
            self._references = np.concatenate([self._references, references])
        self._ended.update(ended)
        ready = self._ready(watermark_s)
        if not ready.any():
            return np.empty(0, CONTACT), np.empty(0, STEP)
        contacts, steps = self._compute(self._references, ready)
        for run in np.unique(self._references["run"][ready]):
            last = int(self._references["order"][ready & (self._references["run"] == run)].max())
            self._done[int(run)] = last + 1
        self._forget()
        return contacts, steps

    @property
    def complete_runs(self) -> frozenset[int]:
        """Runs that have ended and whose rows are all out."""
        return frozenset(self._ended - {int(run) for run in self._references["run"]})

    @property
    def is_waiting(self) -> bool:
        """Rows of a run are still to come."""
        return len(self._references) > 0

    def finish(
        self, references: NDArray[np.void], ended: Sequence[int]
    ) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """The rest."""
        return self.push(references, ended, np.inf)

    def _ready(self, watermark_s: float) -> NDArray[np.bool_]:
        """References not yet out whose successor is known (or whose run has ended) and whose data are
        final."""
        rows = self._references
        if not len(rows):
            return np.zeros(0, bool)
        done = np.array([self._done.get(int(run), 0) for run in rows["run"]])
        has_next = np.append(rows["run"][1:] == rows["run"][:-1], False)
        ended = np.isin(rows["run"], list(self._ended))
        settled = rows["time_s"] + SETTLED_AFTER_S < watermark_s
        return (rows["order"] >= done) & (has_next | ended) & settled

    def _compute(
        self, rows: NDArray[np.void], ready: NDArray[np.bool_]
    ) -> tuple[NDArray[np.void], NDArray[np.void]]:
        # A step needs the contact predicted at the swing peak before it, so that one is computed (again) too.
        before = np.append(ready[1:] & (rows["run"][1:] == rows["run"][:-1]), False)
        needed = ready | before
        stride_s = _stride_times(rows)
        landing = find_landings(
            rows["time_s"][needed],
            rows["side"][needed].astype(np.int64),
            stride_s[needed],
            self._streams,
            self._accelerometers,
        )
        predicted = np.full(len(rows), np.nan)
        predicted[needed] = landing.predicted_s
        contacts = self._contacts(rows, needed, ready, landing.measured, predicted)
        is_step = ready & (rows["order"] >= 1)
        steps = self._steps(rows, is_step, stride_s, predicted)
        return contacts, steps

    def _contacts(
        self,
        rows: NDArray[np.void],
        needed: NDArray[np.bool_],
        ready: NDArray[np.bool_],
        measured: Found,
        predicted: Floats,
    ) -> NDArray[np.void]:
        out = np.zeros(int(needed.sum()), CONTACT)
        for name in ("run", "order", "side"):
            out[name] = rows[name][needed]
        out["predicted_s"] = predicted[needed]
        _fill(out["initial_contact"], measured)
        _fill(out["swing_peak"], self._swing_peaks(rows[needed]))
        return out[ready[needed]]

    def _swing_peaks(self, rows: NDArray[np.void]) -> Found:
        found = Found.nothing(len(rows), Quality.NO_DATA)
        for side, site in ((0, "left_shin"), (1, "right_shin")):
            here = (rows["side"] == side) & ~np.isnan(rows["height"])
            if site in self._streams and here.any():
                found.put(here, _swing_found(rows[here], self._streams[site], self._settings.centroid_level))
        return found

    def _steps(
        self, rows: NDArray[np.void], is_step: NDArray[np.bool_], stride_s: Floats, predicted: Floats
    ) -> NDArray[np.void]:
        index = np.flatnonzero(is_step)
        out = np.zeros(len(index), STEP)
        if not len(index):
            return out
        stride = stride_s[index]
        contact = predicted[index - 1]
        from_swing = contact_before_swing(rows["time_s"][index], stride)
        contact = np.where(np.isnan(contact), from_swing, contact)
        anchors = Steps(
            1 - rows["side"][index].astype(np.int64), contact, contact + contact_time(stride), stride
        )
        out["run"], out["order"] = rows["run"][index], rows["order"][index]
        out["stance"] = anchors.stance
        out["predicted_contact_s"], out["stride_s"] = contact, stride
        out["swing_rate_rad_s"] = rows["height"][index]
        events = find_events(anchors, self._streams, self._settings.centroid_level)
        events[Event.TOE_OFF] = find_toe_offs(
            anchors, events[Event.TOE_OFF], np.rad2deg(out["swing_rate_rad_s"]), self._streams,
            self._accelerometers.get("trunk", self._accelerometers.get("pelvis")),
            self._settings.toe_off_rate_deg_s,
        )  # fmt: skip
        for event, found in events.items():
            _fill(out[event.value], found)
        drop_faint_arms(out)
        flag_slow_sensors(out, {site: stream.trace.sample_rate_hz for site, stream in self._streams.items()})
        return out

    def _forget(self) -> None:
        """Keep two references before the next one of each open run, none of ended ones that are out."""
        rows = self._references
        done = np.array([self._done.get(int(run), 0) for run in rows["run"]])
        last = {int(run): int(rows["order"][rows["run"] == run].max()) for run in np.unique(rows["run"])}
        over = np.array(
            [int(r) in self._ended and self._done.get(int(r), 0) > last[int(r)] for r in rows["run"]], bool
        )
        self._references = rows[(rows["order"] >= done - 3) & ~over]


def _fill(out: NDArray[np.void], found: Found) -> None:
    for name in ("time_s", "sd_s", "amplitude", "width_s", "quality"):
        out[name] = getattr(found, name)


def _stride_times(rows: NDArray[np.void]) -> Floats:
    """Stride time at each swing peak: from the one before to the one after it, both of the other leg.

    At a run's ends, where one of them is missing, between the nearest two of its own leg.
    """
    stride = _time_between(rows, -1, +1)
    for earlier, later in ((0, +2), (-2, 0)):
        stride = np.where(np.isnan(stride), _time_between(rows, earlier, later), stride)
    return stride


def _time_between(rows: NDArray[np.void], earlier: int, later: int) -> Floats:
    """Time from row i + earlier to row i + later for every i, NaN where they are not of one run."""
    index = np.arange(len(rows))
    first, last = index + earlier, index + later
    inside = (first >= 0) & (last < len(rows))
    first, last = np.where(inside, first, 0), np.where(inside, last, 0)
    same = inside & (rows["run"][first] == rows["run"][last])
    return np.where(same, rows["time_s"][last] - rows["time_s"][first], np.nan)


def _beside_hole(rows: NDArray[np.void], stream: Stream) -> NDArray[np.bool_]:
    """Plateaus so near the end of a stretch of data that the filter leans on the mirror image."""
    first, stop = stream.trace.bounds(rows["index"])
    near = BESIDE_HOLE_S * stream.trace.rate_hz
    return (rows["left"] - first < near) | (stop - 1 - rows["right"] < near)


def _swing_found(rows: NDArray[np.void], stream: Stream, level: float) -> Found:
    """Swing peaks as found events: SD of wobble and sampling, flags of the plateau."""
    flags = stream.trace.flags_between(rows["left"], rows["right"])
    bridged = ((flags & BRIDGED) > 0) | _beside_hole(rows, stream)
    wobble_sd = cap_sd(rows["width_s"], rows["height"], level, stream.wobble_rad_s)
    sd = event_sd(wobble_sd, stream.trace, bridged)
    quality = np.where(bridged, int(Quality.BRIDGED), 0)
    quality |= np.where((flags & CLIPPED) > 0, int(Quality.CLIPPED), 0)
    quality |= int(Quality.LOW_RATE) if is_slow(stream.trace.sample_rate_hz) else 0
    return Found(rows["time_s"], sd, rows["height"], rows["width_s"], quality.astype(np.int64))

"""The events of a step: where each is looked for and how its instant is defined, as one table (METHOD
2.3-2.5).

In:  traces of the sensors, and the anchors of each step (predicted contact and toe-off, never measured ones:
     so nothing is circular, and a missed contact costs contact times, not the score).
Out: EVENT rows in session time.
Optional sites come in as rows of the table, not as new branches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import Clock
from aqsense.analysis.peaks import Positions, refine, slope_at, zero_crossing
from aqsense.analysis.sensitivity import cap_sd, derivative_gain
from aqsense.analysis.signals import BRIDGED, CLIPPED, Trace
from aqsense.model import Event, Floats, Quality

REACH_S = 0.3
BRIDGED_SD_FACTOR = 3.0
# Motion above half the rate folds back: 5 ms at 25 Hz, 0.3 at 50, nothing from 100 Hz on (docs/event-sds.md).
# The stall, a small fast ripple, suffers three times that.
ALIASING_SD_S, STALL_ALIASING_SD_S, ALIASING_HZ, ALIASING_POWER = 0.005, 0.015, 25.0, 4
LARGEST_SD_S = 0.050


class Role(Enum):
    """Which sensor, seen from the foot on the ground."""

    STANCE_SHIN = "stance_shin"
    STANCE_ARM = "stance_arm"
    OTHER_ARM = "other_arm"
    TRUNK = "trunk"


class Kind(Enum):
    """How the instant is defined."""

    HIGHEST = "highest"  # upper centroid of the highest local maximum
    LOWEST = "lowest"  # the same of the negative
    LAST_HIGHEST = "last_highest"  # the last local maximum before the steepest fall
    STEEPEST_FALL = "steepest_fall"
    LAST_FALL_THROUGH_ZERO = "last_fall_through_zero"
    FIRST_FALL_THROUGH_ZERO = "first_fall_through_zero"
    FIRST_RISE_THROUGH_ZERO = "first_rise_through_zero"


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a search window: anchor + tc * contact times + t * stride times + s seconds."""

    anchor: str
    contact_times: float = 0.0
    stride_times: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class EventRule:
    """A row of the table.

    channel   of the role's sensor: 0 sagittal rate of a limb or yaw of the trunk, 1 pitch of the trunk
    mirrored  multiply by +1 in right and -1 in left stance
    """

    event: Event
    role: Role
    kind: Kind
    begin: Bound
    end: Bound
    channel: int = 0
    mirrored: bool = False


CONTACT, TOE_OFF = "predicted_contact", "predicted_toe_off"
EVENT_RULES: tuple[EventRule, ...] = (
    EventRule(
        Event.HEEL_RECOVERY, Role.STANCE_SHIN, Kind.LOWEST,
        Bound(CONTACT, contact_times=0.6), Bound(CONTACT, stride_times=0.62),
    ),
    EventRule(
        Event.TOE_OFF, Role.STANCE_SHIN, Kind.STEEPEST_FALL,
        Bound(CONTACT, contact_times=0.45), Bound("heel_recovery"),
    ),
    EventRule(
        Event.SHIN_STALL, Role.STANCE_SHIN, Kind.LAST_HIGHEST,
        Bound(CONTACT, contact_times=0.35), Bound("fall"),
    ),
    EventRule(
        Event.ARM_FORWARD_PEAK, Role.STANCE_ARM, Kind.HIGHEST,
        Bound(CONTACT), Bound(TOE_OFF, seconds=0.050),
    ),
    EventRule(
        Event.ARM_BACKWARD_PEAK, Role.OTHER_ARM, Kind.LOWEST,
        Bound(CONTACT, seconds=-0.080), Bound(TOE_OFF, seconds=0.020),
    ),
    EventRule(
        Event.ARM_FRONT_REVERSAL, Role.OTHER_ARM, Kind.LAST_FALL_THROUGH_ZERO,
        Bound("arm_backward_peak", stride_times=-0.4), Bound("arm_backward_peak"),
    ),
    EventRule(
        Event.ARM_BACK_REVERSAL, Role.OTHER_ARM, Kind.FIRST_RISE_THROUGH_ZERO,
        Bound("arm_backward_peak"), Bound("arm_backward_peak", stride_times=0.4),
    ),
    EventRule(
        Event.TRUNK_YAW_PEAK, Role.TRUNK, Kind.HIGHEST,
        Bound(CONTACT, contact_times=0.2), Bound(TOE_OFF, seconds=0.030), mirrored=True,
    ),
    EventRule(
        Event.TRUNK_PITCH_PEAK, Role.TRUNK, Kind.HIGHEST,
        Bound(CONTACT, contact_times=0.2), Bound(TOE_OFF, seconds=0.030), channel=1,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stream:
    """A sensor as the event stage sees it: waveforms, clock, soft-tissue wobble (rad/s RMS)."""

    site: str
    trace: Trace
    clock: Clock
    wobble_rad_s: float


@dataclass(frozen=True)
class Steps:
    """Anchors of steps, arrays of one length: what the search windows are made of.

    stance        0 left, 1 right: the foot on the ground
    contact_s     predicted contact, session time
    toe_off_s     predicted toe-off
    stride_s      stride time
    """

    stance: NDArray[np.int64]
    contact_s: Floats
    toe_off_s: Floats
    stride_s: Floats

    def __len__(self) -> int:
        return len(self.stance)

    def where(self, mask: NDArray[np.bool_]) -> Steps:
        return Steps(self.stance[mask], self.contact_s[mask], self.toe_off_s[mask], self.stride_s[mask])


@dataclass(slots=True)
class Found:
    """One event of every step, NaN where there is none.

    time_s, sd_s   session time and its SD without the clock's
    amplitude      rad/s, or rad/s^2 for the steepest fall
    width_s        of the plateau; NaN without one
    quality        flags
    """

    time_s: Floats
    sd_s: Floats
    amplitude: Floats
    width_s: Floats
    quality: NDArray[np.int64]

    @staticmethod
    def nothing(n: int, reason: Quality) -> Found:
        nan = np.full(n, np.nan)
        return Found(nan, nan.copy(), nan.copy(), nan.copy(), np.full(n, int(reason), np.int64))

    def put(self, mask: NDArray[np.bool_], part: Found) -> None:
        for name in ("time_s", "sd_s", "amplitude", "width_s", "quality"):
            getattr(self, name)[mask] = getattr(part, name)


def role_site(role: Role, stance: int) -> str:
    """Site of a role when the left (0) or right (1) foot is on the ground."""
    side, other = ("left", "right") if stance == 0 else ("right", "left")
    return {
        Role.STANCE_SHIN: f"{side}_shin",
        Role.STANCE_ARM: f"{side}_wrist",
        Role.OTHER_ARM: f"{other}_wrist",
        Role.TRUNK: "trunk",
    }[role]


def find_events(steps: Steps, streams: Mapping[str, Stream], level: float) -> dict[Event, Found]:
    """All events of EVENT_RULES for each step."""
    found = {rule.event: Found.nothing(len(steps), Quality.MISSING_SENSOR) for rule in EVENT_RULES}
    for stance in (0, 1):
        of_side = steps.stance == stance
        side_steps = steps.where(of_side)
        anchors = {CONTACT: side_steps.contact_s, TOE_OFF: side_steps.toe_off_s}
        for rule in EVENT_RULES:
            stream = streams.get(role_site(rule.role, stance))
            if stream is None or not len(side_steps):
                continue
            sign = -1.0 if rule.mirrored and stance == 0 else 1.0
            part, extra = find_event(rule, side_steps, anchors, stream, sign, level)
            found[rule.event].put(of_side, part)
            anchors[rule.event.value] = part.time_s
            anchors |= extra
    return found


def find_event(
    rule: EventRule, steps: Steps, anchors: Mapping[str, Floats], stream: Stream, sign: float, level: float
) -> tuple[Found, dict[str, Floats]]:
    """One event of steps with the same foot on the ground; what later rows may use as anchor besides."""
    trace, clock = stream.trace, stream.clock
    if not len(trace):
        return Found.nothing(len(steps), Quality.NO_DATA), {}
    contact_time = steps.toe_off_s - steps.contact_s
    begin = _edge(rule.begin, anchors, contact_time, steps.stride_s)
    end = _edge(rule.end, anchors, contact_time, steps.stride_s)
    anchored = ~np.isnan(begin) & ~np.isnan(end)
    begin, end = np.where(anchored, begin, 0.0), np.where(anchored, end, 0.0)
    begin_tick, end_tick = clock.tick_at(begin), clock.tick_at(end)
    covered = anchored & trace.covers(begin_tick, end_tick)
    low = np.ceil(trace.position_at(begin_tick)).astype(np.int64)
    high = np.floor(trace.position_at(end_tick)).astype(np.int64)
    found = _FINDERS[rule.kind](_search(stream, rule.channel, sign, low, high, covered, level))
    found.quality[anchored & ~covered] = int(Quality.NO_DATA)
    extra: dict[str, Floats] = {}
    if rule.kind is Kind.STEEPEST_FALL:
        extra["fall"] = found.time_s
    return found, extra


def _edge(bound: Bound, anchors: Mapping[str, Floats], contact_time: Floats, stride: Floats) -> Floats:
    anchor = anchors.get(bound.anchor, np.full(len(stride), np.nan))
    return anchor + bound.contact_times * contact_time + bound.stride_times * stride + bound.seconds


@dataclass(frozen=True, slots=True)
class _Search:
    """Where to look: windows [low, high] in a stretch of a signed channel that begins at grid point
    `base`."""

    stream: Stream
    values: Floats
    base: int
    low: Positions
    high: Positions
    level: float

    def columns(self) -> tuple[Positions, NDArray[np.bool_]]:
        """(steps, width) grid points of all windows, and which of them lie inside."""
        width = int(max((self.high - self.low).max(initial=0) + 1, 1))
        index = self.low[:, None] + np.arange(width)
        return index, index <= self.high[:, None]


def _search(
    stream: Stream,
    channel: int,
    sign: float,
    low: Positions,
    high: Positions,
    covered: NDArray[np.bool_],
    level: float,
) -> _Search:
    """The stretch of waveform around all covered windows; the others become empty."""
    margin = int(REACH_S * stream.trace.rate_hz) + 4
    base = max(0, int(low[covered].min()) - margin) if covered.any() else 0
    stop = int(high[covered].max()) + margin if covered.any() else 8
    stretch = stream.trace.channel(channel)[base:stop]
    low, high = np.where(covered, low - base, 0), np.where(covered, high - base, -1)
    return _Search(stream, stretch if sign > 0 else -stretch, base, low, high, level)


def _gather(x: Floats, index: Positions) -> Floats:
    return x.take(index, mode="clip")


def _local_maxima(x: Floats, index: Positions, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    here = _gather(x, index)
    return inside & (here > _gather(x, index - 1)) & (here >= _gather(x, index + 1))


def _highest(x: Floats, search: _Search) -> Positions:
    """Highest local maximum in each window, -1 where there is none."""
    index, inside = search.columns()
    maxima = _local_maxima(x, index, inside)
    best = np.argmax(np.where(maxima, _gather(x, index), -np.inf), axis=1)
    return np.where(maxima.any(axis=1), search.low + best, -1)


def _find_highest(search: _Search) -> Found:
    values = search.values
    return _peak(search, values, _highest(values, search))


def _find_lowest(search: _Search) -> Found:
    values = -search.values
    found = _peak(search, values, _highest(values, search))
    found.amplitude = -found.amplitude
    return found


def _find_last_highest(search: _Search) -> Found:
    values = search.values
    index, inside = search.columns()
    maxima = _local_maxima(values, index, inside)
    width = maxima.shape[1]
    last = width - 1 - np.argmax(maxima[:, ::-1], axis=1)
    return _peak(search, values, np.where(maxima.any(axis=1), search.low + last, -1), plateau=False)


def _peak(search: _Search, values: Floats, index: Positions, *, plateau: bool = True) -> Found:
    """Refined peaks; without a plateau the time is the extremum of the local cubic."""
    trace = search.stream.trace
    low, high = trace.bounds(np.maximum(index, 0) + search.base)
    reach = int(REACH_S * trace.rate_hz)
    peaks = refine(
        values, index, low - search.base, high - search.base, search.level, reach,
        plateau=plateau, origin=search.base,
    )  # fmt: skip
    width_s = peaks.width / trace.rate_hz
    wobble = search.stream.wobble_rad_s
    with np.errstate(divide="ignore", invalid="ignore"):
        by_width = cap_sd(width_s, peaks.height, search.level, wobble)
        by_curvature = wobble * derivative_gain(1) / (-peaks.curvature * trace.rate_hz**2)
    sd = np.where(np.isnan(width_s), by_curvature, by_width)
    return _stamp(search, peaks.position, sd, peaks.height, width_s, peaks.left, peaks.right)


def _find_steepest_fall(search: _Search) -> Found:
    """Minimum of the first derivative: a parabola through its smallest grid value and the neighbours'."""
    values = search.values
    index, inside = search.columns()
    slopes = np.where(inside, slope_at(values, index), np.inf)
    best = search.low + np.argmin(slopes, axis=1)
    before, here, after = (slope_at(values, best + step) for step in (-1, 0, 1))
    bend = before - 2.0 * here + after
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(bend > 0, 0.5 * (before - after) / bend, 0.0)
    shift = np.clip(shift, -1.0, 1.0)
    position = np.where(inside.any(axis=1), (best + search.base) + shift, np.nan)
    rate_hz = search.stream.trace.rate_hz
    steepest = (here - 0.25 * (before - after) * shift) * rate_hz
    jerk = np.maximum(bend, 1e-12) * rate_hz**3
    sd = search.stream.wobble_rad_s * derivative_gain(2) / jerk
    return _stamp(search, position, sd, steepest, np.full(len(best), np.nan), position, position)


def _find_last_fall(search: _Search) -> Found:
    return _zero(search, search.values, last=True)


def _find_first_fall(search: _Search) -> Found:
    return _zero(search, search.values, last=False)


def _find_first_rise(search: _Search) -> Found:
    return _zero(search, -search.values, last=False)


def _zero(search: _Search, values: Floats, *, last: bool) -> Found:
    """Falls through zero: the last or the first in each window."""
    index, inside = search.columns()
    falls = inside & (_gather(values, index) >= 0) & (_gather(values, index + 1) < 0)
    column = falls.shape[1] - 1 - np.argmax(falls[:, ::-1], axis=1) if last else np.argmax(falls, axis=1)
    at = np.where(falls.any(axis=1), search.low + column, -1)
    position = zero_crossing(values, at, search.base)
    slope = -slope_at(values, np.maximum(at, 0)) * search.stream.trace.rate_hz
    with np.errstate(divide="ignore", invalid="ignore"):
        sd = np.where(slope > 0, search.stream.wobble_rad_s * derivative_gain(0) / slope, np.nan)
    nan = np.full(len(at), np.nan)
    return _stamp(search, position, sd, nan, nan, position, position)


def _stamp(
    search: _Search,
    position: Floats,
    sd_s: Floats,
    amplitude: Floats,
    width_s: Floats,
    left: Floats,
    right: Floats,
) -> Found:
    """Session time, SD of sampling and wobble, and flags of peaks at grid positions."""
    trace = search.stream.trace
    missing = np.isnan(position)
    safe = np.where(missing, 0.0, position)
    flags = trace.flags_between(np.where(missing, 0.0, left), np.where(missing, 0.0, right))
    inside = trace.flags_between(safe, safe) & BRIDGED > 0
    bridged, clipped = flags & BRIDGED > 0, flags & CLIPPED > 0
    quality = np.where(missing, int(Quality.NO_PEAK), 0)
    quality |= np.where(bridged & ~missing, int(Quality.BRIDGED), 0)
    quality |= np.where(clipped & ~missing, int(Quality.CLIPPED), 0)
    time_s = search.stream.clock.time_at(trace.tick_at(safe))
    sd = event_sd(sd_s, trace, bridged)
    gone = missing | inside
    return Found(
        np.where(gone, np.nan, time_s),
        np.where(gone, np.nan, sd),
        np.where(gone, np.nan, amplitude),
        np.where(gone, np.nan, width_s),
        quality.astype(np.int64),
    )


def event_sd(
    wobble_sd_s: Floats, trace: Trace, bridged: NDArray[np.bool_], aliasing_sd_s: float = ALIASING_SD_S
) -> Floats:
    """SD of an event without the clock's: wobble and sampling (METHOD 2.2), tripled beside a bridged hole."""
    sampling = aliasing_sd_s * (ALIASING_HZ / trace.sample_rate_hz) ** ALIASING_POWER
    sd = np.minimum(np.sqrt(wobble_sd_s * wobble_sd_s + sampling * sampling), LARGEST_SD_S)
    return np.where(bridged, BRIDGED_SD_FACTOR * sd, sd)


_FINDERS: Mapping[Kind, Callable[[_Search], Found]] = {
    Kind.HIGHEST: _find_highest,
    Kind.LOWEST: _find_lowest,
    Kind.LAST_HIGHEST: _find_last_highest,
    Kind.STEEPEST_FALL: _find_steepest_fall,
    Kind.LAST_FALL_THROUGH_ZERO: _find_last_fall,
    Kind.FIRST_FALL_THROUGH_ZERO: _find_first_fall,
    Kind.FIRST_RISE_THROUGH_ZERO: _find_first_rise,
}

"""What is true about a simulated session: every event of every running step, found by brute force.

Contacts and toe-offs come from the gait's phase, the other events from the clean rates about the segments'
own axes (shin: sagittal; wrist: the arm's swing plane; trunk: upright and to the right when standing), with
the windows of METHOD 2.3-2.5 around the true contact and toe-off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import Event, Side
from aqsense.simulate import templates
from aqsense.simulate.body import Body
from aqsense.simulate.course import PAD
from aqsense.simulate.motion import motion
from aqsense.simulate.pace import STEP_S
from aqsense.simulate.peaks import NONE, Peak, Waveform, low_passed
from aqsense.simulate.spec import SITES

_MARGIN_S: Final = 1.5


@dataclass(frozen=True)
class TrueStep:
    """One running step.

    run, stride  from 1
    side         stance foot
    contact_s, toe_off_s, next_s, next_same_s
                 its contact and toe-off, the other foot's and its own next contact (NaN after the run's last)
    peaks        the events of this step with the side of their limb
    """

    run: int
    stride: int
    side: Side
    contact_s: float
    toe_off_s: float
    next_s: float
    next_same_s: float
    peaks: dict[tuple[Event, Side], Peak]


def true_steps(body: Body) -> list[TrueStep]:
    """All running steps of a session, in order of time."""
    runs = range(1, int(body.feet.run.max(initial=0)) + 1)
    if not runs:
        return []
    toe_offs = {side: _toe_offs(body, side) for side in (Side.LEFT, Side.RIGHT)}
    return [step for run in runs for step in _run(body, run, toe_offs)]


def _run(body: Body, run: int, toe_offs: dict[Side, np.ndarray]) -> Iterator[TrueStep]:
    mine = np.flatnonzero(body.feet.run == run)
    if not len(mine):
        return
    time = body.feet.time_s[mine]
    waves = _waveforms(body, float(time[0]), float(time[-1]))
    ahead = np.concatenate([time, [np.nan, np.nan]])
    for place, index in enumerate(mine):
        side = body.feet.side(int(index))
        contact = float(time[place])
        stride_time = 1.0 / body.course.cadence_at(contact)
        off = float(toe_offs[side][np.searchsorted(toe_offs[side], contact, side="right")])
        yield TrueStep(
            run,
            int(body.feet.stride[index]),
            side,
            contact,
            off,
            float(ahead[place + 1]),
            float(ahead[place + 2]),
            {
                key: peak
                for key, peak in _peaks(waves, side, contact, off, stride_time).items()
                if not _of_still_arm(body, *key)
            },
        )


def _of_still_arm(body: Body, event: Event, side: Side) -> bool:
    """An arm that is held has no events, whatever small rate the trunk gives it."""
    return event.value.startswith("arm_") and side in body.still_arms


def _toe_offs(body: Body, side: Side) -> np.ndarray:
    """Toe-offs of one foot: where its shin's own phase, lateness included, has gone through the contact time.

    A late push keeps its foot on the ground for longer.
    """
    course = body.course
    own = course.phase - (0.5 if side is Side.LEFT else 0.0)
    delay = body.delays[f"{side.value}_shin"].at(course.time_s)
    share = course.blend(templates.CONTACT_TIME_S) / course.blend(templates.STRIDE_TIME_S)
    progress = own - delay * course.cadence - share
    cycle = np.arange(np.ceil(progress.min()), np.floor(progress.max()) + 1)
    rising = np.maximum.accumulate(progress) + 1e-12 * np.arange(len(progress))
    return np.interp(cycle, rising, course.time_s)


def _waveforms(body: Body, from_s: float, to_s: float) -> dict[str, Waveform]:
    """Low-passed rates by site; the trunk's are `yaw` and `pitch`."""
    start = max(PAD + round((from_s - _MARGIN_S) / STEP_S), 4)
    stop = min(PAD + round((to_s + _MARGIN_S) / STEP_S), len(body.course.phase) - 4)
    begin = (start - PAD) * STEP_S
    gyro = {site: motion(body, site, start, stop).gyro for site in SITES}
    rates = {site: -gyro[site][1] for site in SITES if site != "trunk"}
    rates |= {"yaw": gyro["trunk"][2], "pitch": -gyro["trunk"][1]}
    return {name: Waveform(begin, low_passed(rate)) for name, rate in rates.items()}


def _peaks(
    waves: dict[str, Waveform], side: Side, contact: float, off: float, stride_time: float
) -> dict[tuple[Event, Side], Peak]:
    """Events of one step (METHOD 2.3-2.5)."""
    early, late = contact - 0.1 * stride_time, contact + 0.45 * stride_time
    shin, other_shin = waves[f"{side.value}_shin"], waves[f"{side.other.value}_shin"]
    wrist, other_wrist = waves[f"{side.value}_wrist"], waves[f"{side.other.value}_wrist"]
    forward = wrist.highest(contact, off + 0.050)
    yaw = waves["yaw"] if side is Side.RIGHT else waves["yaw"].negative()
    push_from = contact + 0.2 * (off - contact)
    return {
        (Event.INITIAL_CONTACT, side): Peak(contact),
        (Event.TOE_OFF, side): Peak(off),
        (Event.SHIN_STALL, side): _stall(shin, contact, off),
        (Event.HEEL_RECOVERY, side): shin.negative().highest(off, off + 0.25 * stride_time),
        (Event.SWING_PEAK, side.other): other_shin.highest(early, late),
        (Event.ARM_FORWARD_PEAK, side): forward,
        (Event.ARM_BACK_REVERSAL, side): _back_reversal(wrist, forward, stride_time),
        (Event.ARM_FRONT_REVERSAL, side): _front_reversal(wrist, forward, stride_time),
        (Event.ARM_BACKWARD_PEAK, side.other): other_wrist.negative().highest(contact - 0.080, off + 0.020),
        (Event.TRUNK_YAW_PEAK, Side.NONE): yaw.highest(push_from, off + 0.030),
        (Event.TRUNK_PITCH_PEAK, Side.NONE): waves["pitch"].highest(push_from, off + 0.030),
    }


def _back_reversal(wrist: Waveform, forward: Peak, stride_time: float) -> Peak:
    """Where the arm turns behind the body, before its forward peak."""
    return NONE if forward is NONE else wrist.last_rise(forward.time_s - 0.5 * stride_time, forward.time_s)


def _front_reversal(wrist: Waveform, forward: Peak, stride_time: float) -> Peak:
    """Where the arm turns in front of the body, after its forward peak."""
    if forward is NONE:
        return NONE
    return wrist.negative().first_rise(forward.time_s, forward.time_s + 0.5 * stride_time)


def _stall(shin: Waveform, contact: float, off: float) -> Peak:
    """The last pause of the shin before toe-off, or the first within 30 ms after it."""
    before = shin.last_maximum(contact + 0.35 * (off - contact), off)
    return shin.first_maximum(off, off + 0.030) if before is NONE else before

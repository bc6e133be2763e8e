"""Standing and running -> body axes of every sensor, however it was mounted (METHOD 1.3).

In:  all sensors with their clocks, marks. Looks at them at about 50 Hz, at up to 4 minutes of running.
Out: a `Frame` per site, a value that the stages receive; plus checks of sign and side with their evidence.
Refuses: swapping anything. A label that disagrees with the data is reported, never corrected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.coarse import Coarse, Spans, coarse
from aqsense.analysis.coarse_swings import coarse_swings, correlation, on_times, rate_about, rows_in
from aqsense.analysis.frame_notes import Check, Notes
from aqsense.analysis.limbs import check_joints, check_limbs, view_limbs
from aqsense.analysis.running import running_spans
from aqsense.analysis.shin_signs import shin_signs
from aqsense.analysis.standing import find_standing, rest_in_running, rest_standing
from aqsense.analysis.trunk_axis import trunk_axis
from aqsense.errors import NothingToAnalyse
from aqsense.model import Floats, Mark

LEAST_AXIS_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Frame:
    """Body axes of one sensor, unit vectors in sensor axes (METHOD 1.2).

    bias_rad_s   (3,) gyro bias
    right        (3,) points to the athlete's right: rate about it is the sagittal rate
    up           (3,)
    method       how it was found
    """

    bias_rad_s: Floats
    right: Floats
    up: Floats
    method: str
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Frames:
    """All frames of a recording and what was noticed on the way, as (code, site, time_s, text)."""

    by_site: Mapping[str, Frame]
    warnings: tuple[tuple[str, str, float | None, str], ...] = ()
    doubtful: frozenset[str] = frozenset()  # sites whose axes or labels the data contradict


def fit_frames(timed: Mapping[str, TimedSensor], marks: Sequence[Mark] = ()) -> Frames:
    """Body axes for every sensor.

    From 2 s of quiet standing; a recording without any gets them from running alone, with a warning.
    Raises NothingToAnalyse where nobody runs.
    """
    shins = [site for site in ("left_shin", "right_shin") if site in timed]
    if not shins:
        raise NothingToAnalyse(
            f"no shin sensor (found: {', '.join(timed) or 'none'}); steps are found from both shins"
        )
    running = running_spans([timed[site] for site in shins])
    sensors = {site: coarse(sensor, running) for site, sensor in timed.items()}
    standing = find_standing(timed, marks, running[0][0])
    notes = Notes()
    bias, up = rest_in_running(sensors, notes) if standing is None else rest_standing(*standing, notes)
    right: dict[str, Floats] = {}
    for site in sensors:
        if site.startswith(("left_", "right_")):
            # The mean force tilts a shin's up sideways by 5 to 7 degrees; its first component alone is
            # nearer the truth.
            tilted = standing is None and site.endswith("_shin")
            vertical = np.zeros(3) if tilted else up[site]
            right[site] = _swing_axis(site, sensors[site], bias[site], vertical, running, notes)
    rate = {site: rate_about(sensors[site], bias[site], right[site]) for site in right}
    for site, sign in shin_signs(sensors, rate, running, notes).items():
        right[site], rate[site] = sign * right[site], sign * rate[site]
    swings = {site: coarse_swings(sensors[site], rate[site], running) for site in shins}
    for site in right:
        if site not in shins:
            sign = _sign_by_opposite_shin(site, sensors, rate, running, notes)
            right[site], rate[site] = sign * right[site], sign * rate[site]
    for site in ("trunk", "pelvis"):
        if site in sensors:
            right[site] = trunk_axis(site, sensors[site], bias[site], up[site], swings, notes)
    axes = {site: (bias[site], up[site], right[site]) for site in right}
    limbs = view_limbs(sensors, axes, swings[shins[0]], running, stood=standing is not None)
    notes.take(check_limbs(limbs, _turning(sensors, bias, "trunk", running)))
    if not notes.wrong:
        _check_sides(sensors, bias, up, rate, running, notes)
        notes.take(check_joints(limbs, shins_exchanged="left_shin" in notes.wrong))
    unclear = {w[1] for w in notes.warnings if w[0] in ("axis_unclear", "sign_unclear")}
    method = "running" if standing is None else "standing"
    frames = {
        site: Frame(bias[site], right[site], up[site], method, tuple(notes.checks.get(site, ())))
        for site in sensors
    }
    return Frames(frames, tuple(notes.warnings), frozenset(notes.wrong | unclear))


def _turning(sensors: Mapping[str, Coarse], bias: Mapping[str, Floats], site: str, running: Spans) -> float:
    """RMS rate of one sensor in running, rad/s; NaN without it."""
    if site not in sensors:
        return np.nan
    rate = sensors[site].gyro[:, rows_in(sensors[site], running)] - bias[site][:, None]
    return float(np.sqrt((rate**2).sum(axis=0).mean()))


def _swing_axis(site: str, series: Coarse, bias: Floats, up: Floats, running: Spans, notes: Notes) -> Floats:
    """Axis of the limb's swing: first principal component of its rate in running, without its vertical part.

    The sign is arbitrary here (largest component positive); it is settled afterwards.
    """
    rate = series.gyro[:, rows_in(series, running)] - bias[:, None]
    variance, axes = np.linalg.eigh(rate @ rate.T)
    share = float(variance[-1] / variance.sum())
    notes.check(site, "swing_axis_share", share, f">= {LEAST_AXIS_SHARE}", share >= LEAST_AXIS_SHARE)
    if share < LEAST_AXIS_SHARE:
        text = (
            f"{site}: only {100 * share:.0f} % of its turning is about one axis; its peaks are less certain"
        )
        notes.warn("axis_unclear", site, text)
    axis = axes[:, -1] - (axes[:, -1] @ up) * up
    axis /= np.linalg.norm(axis)
    return axis if axis[np.argmax(np.abs(axis))] > 0 else -axis


def _sign_by_opposite_shin(
    site: str, sensors: Mapping[str, Coarse], rate: Mapping[str, Floats], running: Spans, notes: Notes
) -> int:
    """An arm (foot, thigh) swings with the opposite (own) shin: the sign that makes them agree."""
    side, part = site.split("_", 1)
    opposite = {"left": "right", "right": "left"}[side]
    partner = f"{side if part in ('thigh', 'foot') else opposite}_shin"
    if partner not in rate:
        notes.warn("sign_unclear", site, f"{site}: without {partner} its forward direction is not known")
        return 1
    rows = rows_in(sensors[site], running)
    time_s = sensors[site].time_s[rows]
    value = correlation(rate[site][rows], on_times(sensors[partner], rate[partner], time_s))
    notes.check(site, f"moves_with_{partner}", abs(value), ">= 0.2", abs(value) >= 0.2)
    if abs(value) < 0.2:
        notes.warn("sign_unclear", site, f"{site}: it hardly moves with {partner} ({abs(value):.2f})")
    return 1 if value > 0 else -1


def _check_sides(
    sensors: Mapping[str, Coarse],
    bias: Mapping[str, Floats],
    up: Mapping[str, Floats],
    rate: Mapping[str, Floats],
    running: Spans,
    notes: Notes,
) -> None:
    """Do the labels left and right fit the data? (METHOD 1.3.6) Found disagreement is a warning, no more."""
    if "trunk" in sensors:
        trunk = sensors["trunk"]
        yaw = rate_about(trunk, bias["trunk"], up["trunk"])
        rows = rows_in(trunk, running)
        for site, expected in (("left_shin", 1), ("right_shin", -1)):
            if site in rate:
                shin = on_times(sensors[site], rate[site], trunk.time_s[rows])
                value = correlation(yaw[rows], shin)
                word = "positive" if expected > 0 else "negative"
                notes.check(site, "moves_with_trunk_turn", value, word, value * expected > 0)
        _warn_if_both_fail(notes, "left_shin", "right_shin", "moves_with_trunk_turn")


def _warn_if_both_fail(notes: Notes, left: str, right: str, name: str) -> None:
    found = [check for site in (left, right) for check in notes.checks.get(site, ()) if check.name == name]
    if len(found) == 2 and not any(check.passed for check in found):
        values = ", ".join(f"{check.value:+.2f}" for check in found)
        text = (
            f"{left} and {right} seem to be exchanged: they turn with the trunk by {values} "
            "(expected positive on the left, negative on the right). Check the labels, or say "
            "--swap left_shin right_shin."
        )
        notes.warn("sides_exchanged", left, text)
        notes.wrong |= {left, right}

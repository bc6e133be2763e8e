"""Is every sensor on the limb and side that its label says? Evidence from the movement itself (METHOD
1.3.6).

In:  sagittal rates and mean forces of the limbs in running.
Out: checks with their values, and which labels the data contradict.
Refuses: swapping anything, and judging what the data can't show (slow running, no standing, units at the
knee).

Wrist sides. Correlations can't tell a right wrist from a left one whose axis points the other way: the two
are mirror images half a stride apart. Joints can: an elbow bends only forwards, a knee only backwards. So
the mean force in running tilts, against standing, forwards on a forearm and backwards on a shin - if the
sign found from the opposite leg is right. On real sprinting and running the tilt (sine) is +0.33 to +0.63
at wrists and -0.22 to -0.44 at shins. Units at the side of the knee (dsads) don't tilt backwards; there the
wrists are not judged.

Wrong limbs. The two shins are each other half a stride apart (0.89 to 0.99 on real running; a shin and a
wrist reach 0.77). Where both wrists hang on the shins, the shape tells: a shin's second harmonic and jolts
are larger than a wrist's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from aqsense.analysis.coarse import Coarse, Spans
from aqsense.model import Floats

LEAST_TILT = 0.15
LEAST_KNEE_TILT = 0.1
LEAST_RATE_RAD_S = np.deg2rad(250.0)  # below it limbs are too much alike to be told apart by shape
PAIRING_MARGIN = 0.2
SHAPE_LIMIT = -0.8
TRUNK_SHARE = 0.6
MOVES_MARGIN = 0.15
LARGEST_KNEE_DIFFERENCE = 0.2
AROUND_HALF = np.array([0.8, 0.9, 1.0, 1.1, 1.2])  # the stride time is rough and changes over a run
PHASES = np.arange(16) / 16
SHINS, WRISTS = ("left_shin", "right_shin"), ("left_wrist", "right_wrist")


@dataclass(frozen=True, slots=True)
class Limb:
    """What is looked at of one limb, over running.

    swing            (n,) sagittal rate on a time grid common to all limbs, rad/s
    half_later       (5, n) the same around half a stride later
    turning_rad_s    RMS of the rate about all axes
    tilt             sine of the mean force's forward tilt against standing; NaN without standing
    second_harmonic  of the swing against its first
    jolts            99th percentile of the jerk against its median
    """

    swing: Floats
    half_later: Floats
    turning_rad_s: float
    tilt: float
    second_harmonic: float
    jolts: float


@dataclass(frozen=True)
class Labels:
    """What the data say about the labels.

    checks    (site, name, value, expected, passed)
    warnings  (code, site, text)
    wrong     sites whose label the data contradict
    """

    checks: tuple[tuple[str, str, float, str, bool], ...] = ()
    warnings: tuple[tuple[str, str, str], ...] = ()
    wrong: frozenset[str] = frozenset()


def check_limbs(limbs: Mapping[str, Limb], trunk_turning_rad_s: float) -> Labels:
    """Are shins shins, wrists wrists, and the trunk the trunk?

    trunk_turning_rad_s   RMS rate of the trunk sensor; NaN without one
    """
    if any(site not in limbs for site in SHINS):
        return Labels()
    if max(limbs[site].turning_rad_s for site in SHINS) < LEAST_RATE_RAD_S:
        return Labels()
    found = [_trunk(limbs, trunk_turning_rad_s)]
    if all(site in limbs for site in WRISTS):
        found += [_pairing(limbs), _shape(limbs)]
    together = _together(found)
    return replace(together, warnings=together.warnings[:1])  # one exchange explains the others


def check_joints(limbs: Mapping[str, Limb], *, shins_exchanged: bool) -> Labels:
    """Is each wrist on its side, and do accelerometer and gyroscope of a limb agree on its axes?

    Wrists are judged by the elbow's bend only where both knees show how a joint's bend is seen.
    """
    wrists = [site for site in WRISTS if site in limbs]
    if any(site not in limbs for site in SHINS):
        return Labels()
    knees = {site: limbs[site].tilt for site in SHINS}
    found = [_knees(knees)]
    if not wrists:
        pass
    elif all(tilt < -LEAST_KNEE_TILT for tilt in knees.values()):
        found.append(_elbows({site: limbs[site].tilt for site in wrists}, -1 if shins_exchanged else 1))
    else:
        found.append(_wrists_by_legs(limbs, wrists, shins_exchanged=shins_exchanged))
    return _together(found)


def _together(found: list[Labels]) -> Labels:
    return Labels(
        tuple(check for labels in found for check in labels.checks),
        tuple(warning for labels in found for warning in labels.warnings),
        frozenset[str]().union(*(labels.wrong for labels in found)),
    )


def _knees(tilts: Mapping[str, float]) -> Labels:
    """Both knees bend backwards, and by about the same; else one sensor's axes are not what they claim."""
    if any(np.isnan(tilt) for tilt in tilts.values()):
        return Labels()
    expected = f"< -{LEAST_KNEE_TILT}"
    checks = tuple(
        (site, "knee_bends_backward", tilt, expected, tilt < -LEAST_KNEE_TILT) for site, tilt in tilts.items()
    )
    left, right = tilts.values()
    if abs(left - right) <= LARGEST_KNEE_DIFFERENCE:
        return Labels(checks)
    odd = max(tilts, key=lambda site: tilts[site])
    text = (
        f"{odd}: its knee would bend otherwise than the other one (tilt {left:+.2f} left, {right:+.2f} "
        "right). "
        "Do accelerometer and gyroscope have the same axes? Does an axis have the wrong sign?"
    )
    return Labels(checks, (("axes_disagree", odd, text),), frozenset({odd}))


def _elbows(tilts: Mapping[str, float], side: int) -> Labels:
    """An elbow bends forwards; with the axis that a wrist of the other side gets, it seems to bend "
    "backwards."""
    expected = f"> {LEAST_TILT}" if side > 0 else f"< -{LEAST_TILT}"
    checks = tuple(
        (site, "elbow_bends_forward", tilt, expected, side * tilt > LEAST_TILT)
        for site, tilt in tilts.items()
    )
    values = ", ".join(f"{site} {tilt:+.2f}" for site, tilt in tilts.items())
    backwards = [site for site, tilt in tilts.items() if side * tilt < -LEAST_TILT]
    if len(backwards) == len(tilts):
        who = " and ".join(tilts)
        verb = "seem to be exchanged" if len(tilts) == 2 else "seems to be on the other side"
        text = (
            f"{who} {verb}: taken with the opposite leg, the elbow would bend backwards (tilt {values}; "
            f"expected {expected}). Check the labels, or say --swap left_wrist right_wrist."
        )
        return Labels(checks, (("sides_exchanged", backwards[0], text),), frozenset(tilts))
    odd = [site for site, tilt in tilts.items() if side * tilt <= LEAST_TILT]
    warnings = tuple(
        (
            "axes_disagree",
            site,
            (
                f"{site}: its elbow does not bend forwards (tilt {values}; expected {expected}). "
                "Was the arm held still, or do accelerometer and gyroscope not have the same axes?"
            ),
        )
        for site in odd
    )
    return Labels(checks, warnings, frozenset(odd))


def _wrists_by_legs(limbs: Mapping[str, Limb], wrists: list[str], *, shins_exchanged: bool) -> Labels:
    """A wrist moves with the opposite shin (0.34 to 0.63 on real running), hardly with its own (to 0.25).

    In slow jogging both are alike and nothing is said.
    """
    margins = {
        site: _moves_with(limbs, site, opposite=True) - _moves_with(limbs, site, opposite=False)
        for site in wrists
    }
    mean = float(np.mean(list(margins.values()))) * (-1 if shins_exchanged else 1)
    passed = mean > -MOVES_MARGIN
    checks = tuple((site, "moves_more_with_opposite_shin", margin, f"> -{MOVES_MARGIN}", passed)
                   for site, margin in margins.items())  # fmt: skip
    if passed:
        return Labels(checks)
    text = (
        f"{' and '.join(wrists)} seem{'' if len(wrists) == 2 else 's'} to be on the other side: moving "
        "with the "
        f"opposite shin less than with its own by {-mean:.2f}. Check the labels, or say --swap left_wrist "
        "right_wrist."
    )
    return Labels(checks, (("sides_exchanged", wrists[0], text),), frozenset(wrists))


def _moves_with(limbs: Mapping[str, Limb], wrist: str, *, opposite: bool) -> float:
    side = wrist.removesuffix("_wrist")
    if opposite:
        side = {"left": "right", "right": "left"}[side]
    return abs(float(np.corrcoef(limbs[wrist].swing, limbs[f"{side}_shin"].swing)[0, 1]))


def _trunk(limbs: Mapping[str, Limb], trunk_turning_rad_s: float) -> Labels:
    """A trunk turns far less than any limb."""
    slowest = min(limbs, key=lambda site: limbs[site].turning_rad_s)
    share = trunk_turning_rad_s / limbs[slowest].turning_rad_s
    if np.isnan(share):
        return Labels()
    check = ("trunk", "turns_less_than_limbs", share, f"< {TRUNK_SHARE}", share < TRUNK_SHARE)
    # An arm held still turns with the trunk; only a trunk that swings like a leg is no trunk.
    legs = min(limbs[site].turning_rad_s for site in SHINS)
    if share < TRUNK_SHARE or (trunk_turning_rad_s < 0.4 * legs and slowest not in SHINS):
        return Labels((check,))
    text = (
        f"trunk and {slowest} seem to be exchanged: the trunk turns by "
        f"{np.rad2deg(trunk_turning_rad_s):.0f} deg/s "
        f"(RMS), {slowest} by {np.rad2deg(limbs[slowest].turning_rad_s):.0f}. "
        f"Check the labels, or say --swap trunk {slowest}."
    )
    return Labels((check,), (("wrong_limb", "trunk", text),), frozenset({"trunk", slowest}))


def _pairing(limbs: Mapping[str, Limb]) -> Labels:
    """The pairs of sensors that are each other half a stride apart should be the labelled ones."""
    labelled = _alike(limbs, "left_shin", "right_shin") + _alike(limbs, "left_wrist", "right_wrist")
    crossed = _alike(limbs, "left_shin", "right_wrist") + _alike(limbs, "left_wrist", "right_shin")
    same_side = _alike(limbs, "left_shin", "left_wrist") + _alike(limbs, "right_wrist", "right_shin")
    margin = labelled - max(crossed, same_side)
    passed = margin > -PAIRING_MARGIN
    checks = tuple((site, "pairs_as_labelled", margin, f"> -{PAIRING_MARGIN}", passed) for site in SHINS)
    if passed:
        return Labels(checks)
    others = ("left_wrist", "right_wrist") if crossed >= same_side else ("right_wrist", "left_wrist")
    # Which of the two found pairs are the legs is told by their shape.
    pairs = (("left_shin", "right_wrist"), ("left_wrist", "right_shin"))
    if crossed < same_side:
        pairs = (("left_shin", "left_wrist"), ("right_wrist", "right_shin"))
    legs = max(pairs, key=lambda pair: _legginess(limbs, pair))
    arm_as_shin = next(site for site in SHINS if site not in legs)
    leg_as_wrist = next(site for site in WRISTS if site in legs)
    text = (
        f"{arm_as_shin} and {leg_as_wrist} seem to be exchanged: half a stride apart {legs[0]} looks like "
        f"{legs[1]} "
        f"(together {max(crossed, same_side):.2f} against {labelled:.2f} as labelled). "
        f"Check the labels, or say --swap {arm_as_shin} {leg_as_wrist}."
    )
    return Labels(checks, (("wrong_limb", arm_as_shin, text),), frozenset({*SHINS, *others}))


def _shape(limbs: Mapping[str, Limb]) -> Labels:
    """Shins against wrists by second harmonic and jolts; only where both swing fast."""
    if min(limbs[site].turning_rad_s for site in (*SHINS, *WRISTS)) < LEAST_RATE_RAD_S:
        return Labels()
    value = _legginess(limbs, SHINS) - _legginess(limbs, WRISTS)
    passed = value > SHAPE_LIMIT
    checks = tuple((site, "more_leg_than_arm", value, f"> {SHAPE_LIMIT}", passed) for site in SHINS)
    if passed:
        return Labels(checks)
    text = (
        "the shins and the wrists seem to be exchanged: the wrists' swing has the shape of a leg's "
        f"({value:+.2f}; expected above 0). Check the labels, or say --swap left_shin left_wrist --swap "
        "right_shin right_wrist."
    )
    return Labels(checks, (("wrong_limb", "left_shin", text),), frozenset((*SHINS, *WRISTS)))


def _legginess(limbs: Mapping[str, Limb], pair: tuple[str, str]) -> float:
    values = [np.log(limbs[site].second_harmonic) + np.log(limbs[site].jolts) for site in pair]
    return float(np.mean(values))


def _alike(limbs: Mapping[str, Limb], first: str, second: str) -> float:
    """Largest correlation, of either sign, of one limb with another around half a stride later."""
    a = limbs[first].swing - limbs[first].swing.mean()
    values: list[float] = []
    for later in limbs[second].half_later:
        b = later - later.mean()
        values.append(abs(float((a @ b) / np.sqrt((a @ a) * (b @ b)))))
    return max(values)


def view_limbs(
    sensors: Mapping[str, Coarse],
    frames: Mapping[str, tuple[Floats, Floats, Floats]],
    swings_s: Floats,
    running: Spans,
    *,
    stood: bool,
) -> dict[str, Limb]:
    """What `check_limbs` looks at.

    frames     bias, up and right axis by site
    swings_s   rough times of one shin's swing peaks
    running    spans of session time
    stood      whether the up axes come from standing
    """
    sites = [site for site in (*SHINS, *WRISTS) if site in sensors]
    strides = np.diff(swings_s)
    usual = (strides > 0.35) & (strides < 0.95)
    if not usual.any():
        return {}
    begin, length = swings_s[:-1][usual], strides[usual]
    time_s = np.concatenate([sensors[sites[0]].time_s[sensors[sites[0]].between(*span)] for span in running])
    half = 0.5 * float(np.median(length))
    limbs: dict[str, Limb] = {}
    for site in sites:
        series = sensors[site]
        bias, up, right = frames[site]
        rows = np.concatenate([np.arange(len(series.time_s))[series.between(*span)] for span in running])
        if len(rows) < 4:
            return {}
        swing = right @ (series.gyro - bias[:, None])
        force = series.accel[:, rows].mean(axis=1)
        jerk = np.linalg.norm(np.diff(series.accel[:, rows], axis=1), axis=0)
        around: list[Floats] = [np.interp(time_s + half * x, series.time_s, swing) for x in AROUND_HALF]
        limbs[site] = Limb(
            np.interp(time_s, series.time_s, swing),
            np.stack(around),
            float(np.sqrt(((series.gyro[:, rows] - bias[:, None]) ** 2).sum(axis=0).mean())),
            float(force @ np.cross(up, right) / np.linalg.norm(force)) if stood else np.nan,
            _second_harmonic(np.interp(begin[:, None] + length[:, None] * PHASES, series.time_s, swing)),
            float(np.quantile(jerk, 0.99) / np.median(jerk)),
        )
    return limbs


def _second_harmonic(strides: Floats) -> float:
    spectrum = np.abs(np.fft.rfft(strides, axis=1)) ** 2
    return float(np.sqrt(spectrum[:, 2].sum() / spectrum[:, 1].sum()))

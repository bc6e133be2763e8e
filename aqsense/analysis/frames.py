"""Standing and running -> body axes of every sensor, however it was mounted (METHOD 1.3).

In:  all sensors with their clocks, marks. Looks at them at about 50 Hz, at up to 4 minutes of running.
Out: a `Frame` per site, a value that the stages receive; plus checks of sign and side with their evidence.
Refuses: swapping anything. A label that disagrees with the data is reported, never corrected.

Signs of the shins. METHOD votes by skewness and by the impact that follows the swing. On real units worn at
the knee
(dsads) skewness is near zero and once wrong, while the impact and the relation between the two legs hold: a
leg
half a stride later looks like the other one. So the pair is oriented together, by impact and skewness of
both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.coarse import Coarse, Spans, coarse, turning_rate
from aqsense.analysis.limbs import Labels, check_joints, check_limbs, view_limbs
from aqsense.errors import NothingToAnalyse
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats, Mark

STANDING_S = 2.0
QUIET_RAD_S = np.deg2rad(1.0)
RESTLESS_RAD_S = np.deg2rad(6.0)
GRAVITY_TOLERANCE = 0.05
LEAST_RUNNING_RAD_S = np.deg2rad(100.0)
SHARE_OF_FASTEST = 0.4
LEAST_AXIS_SHARE = 0.6
WEAK_EVIDENCE = 0.3
PHASES = 16
ENOUGH_RUNNING_S = 240.0
LONGEST_SPAN_S = 10.0
BEFORE_RUN_S = 60.0


@dataclass(frozen=True, slots=True)
class Check:
    """One test of a frame: what it looked at, what it found, whether it agrees with the label."""

    name: str
    value: float
    expected: str
    passed: bool


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


@dataclass
class _Notes:
    checks: dict[str, list[Check]] = field(default_factory=dict[str, list[Check]])
    warnings: list[tuple[str, str, float | None, str]] = field(
        default_factory=list[tuple[str, str, float | None, str]]
    )
    wrong: set[str] = field(default_factory=set)

    def take(self, labels: Labels) -> None:
        for check in labels.checks:
            self.check(*check)
        for code, site, text in labels.warnings:
            self.warn(code, site, text)
        self.wrong |= labels.wrong

    def check(self, site: str, name: str, value: float, expected: str, passed: bool) -> None:
        self.checks.setdefault(site, []).append(Check(name, float(value), expected, bool(passed)))

    def warn(self, code: str, site: str, text: str, time_s: float | None = None) -> None:
        self.warnings.append((code, site, time_s, text))


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
    standing = _find_standing(timed, marks, running[0][0])
    notes = _Notes()
    bias, up = _rest_in_running(sensors, notes) if standing is None else _rest(*standing, notes)
    right: dict[str, Floats] = {}
    for site in sensors:
        if site.startswith(("left_", "right_")):
            # The mean force tilts a shin's up sideways by 5 to 7 degrees; its first component alone is
            # nearer the truth.
            tilted = standing is None and site.endswith("_shin")
            vertical = np.zeros(3) if tilted else up[site]
            right[site] = _swing_axis(site, sensors[site], bias[site], vertical, running, notes)
    rate = {site: _rate(sensors[site], bias[site], right[site]) for site in right}
    for site, sign in _shin_signs(sensors, rate, running, notes).items():
        right[site], rate[site] = sign * right[site], sign * rate[site]
    swings = {site: _coarse_swings(sensors[site], rate[site], running) for site in shins}
    for site in right:
        if site not in shins:
            sign = _sign_by_opposite_shin(site, sensors, rate, running, notes)
            right[site], rate[site] = sign * right[site], sign * rate[site]
    for site in ("trunk", "pelvis"):
        if site in sensors:
            right[site] = _trunk_axis(site, sensors[site], bias[site], up[site], swings, notes)
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
    rate = sensors[site].gyro[:, _rows_in(sensors[site], running)] - bias[site][:, None]
    return float(np.sqrt((rate**2).sum(axis=0).mean()))


def running_spans(shins: Sequence[TimedSensor]) -> Spans:
    """Stretches of at least 1 s in which the shins turn as fast as in running, in session time.

    Of a long session an even choice of them, 4 minutes together.
    """
    # A shin that begins late or dies says nothing about the rest.
    start_s, rate = max((turning_rate(shin) for shin in shins), key=lambda series: len(series[0]))
    together = [np.interp(start_s, *turning_rate(shin), left=np.nan, right=np.nan) for shin in shins]
    rate = np.where(np.isnan(together).all(axis=0), rate, _mean_of_known(together)) if len(rate) else rate
    limit = max(LEAST_RUNNING_RAD_S, SHARE_OF_FASTEST * float(np.quantile(rate, 0.98))) if len(rate) else 0.0
    fast = np.concatenate([[False], rate >= limit, [False]])
    edges = np.flatnonzero(np.diff(fast.astype(int)))
    if not len(edges):
        raise NothingToAnalyse(
            f"nobody runs in this recording: the shins never turn at {np.rad2deg(LEAST_RUNNING_RAD_S):.0f} "
            "deg/s (RMS) for a second. Check that the right files were given and that rates are in rad/s."
        )
    spans: Spans = []
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        begin, end = float(start_s[first]), float(start_s[stop - 1]) + 1.0
        if stop == len(rate):  # the last second that is not whole
            end = max(_last_s(shin) for shin in shins)
        pieces = max(1, round((end - begin) / LONGEST_SPAN_S))
        cuts = np.linspace(begin, end, pieces + 1)
        spans += [(float(a), float(b)) for a, b in pairwise(cuts)]
    total = sum(end - begin for begin, end in spans)
    every = max(1, int(np.ceil(total / ENOUGH_RUNNING_S)))
    return spans[::every]


def _mean_of_known(series: list[Floats]) -> Floats:
    known = ~np.isnan(series)
    return np.where(known, series, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def _last_s(timed: TimedSensor) -> float:
    return float(timed.clock.time_at(timed.ticks[-1:].astype(float))[0])


def _rows_in(series: Coarse, spans: Spans) -> np.ndarray:
    return np.concatenate([np.arange(len(series.time_s))[series.between(*span)] for span in spans])


def _find_standing(
    timed: Mapping[str, TimedSensor], marks: Sequence[Mark], first_run_s: float
) -> tuple[float, dict[str, Coarse]] | None:
    """Start of 2 s in which all sensors are quiet, and the series around it; None if nobody stands still.

    Looks into the marked calibrations, then at the last minute before the first run, then everywhere. In
    each, quiet
    standing is preferred to restless standing.
    """
    begin, end = _common_span(timed)
    calibration = [(max(a, begin), min(b, end)) for a, b in _calibration_spans(marks) if b > begin]
    before = (max(begin, first_run_s - BEFORE_RUN_S), min(first_run_s + 0.5, end))
    for spans, latest in ((calibration, False), ([before], True), ([(begin, end)], False)):
        if not spans:
            continue
        still = {site: coarse(sensor, spans) for site, sensor in timed.items()}
        starts = np.concatenate([np.arange(a, b - STANDING_S + 0.05, 0.25) for a, b in spans])
        if not len(starts):
            continue
        unrest = np.max([_unrest(series, starts) for series in still.values()], axis=0)
        for limit in (QUIET_RAD_S, RESTLESS_RAD_S):
            good = np.flatnonzero(unrest < limit)
            if len(good):
                return float(starts[good[-1] if latest else good[np.argmin(unrest[good])]]), still
    return None


def _common_span(timed: Mapping[str, TimedSensor]) -> tuple[float, float]:
    """Session time in which all sensors have data, s."""
    ends = [sensor.clock.time_at(sensor.ticks[[0, -1]].astype(float)) for sensor in timed.values()]
    return max(float(first) for first, _ in ends), min(float(last) for _, last in ends)


def _calibration_spans(marks: Sequence[Mark]) -> Spans:
    starts = [mark.time_s for mark in marks if mark.kind == "calibration_start"]
    ends = [mark.time_s for mark in marks if mark.kind == "calibration_end"]
    return [(start, min((end for end in ends if end > start), default=start + 3.0)) for start in starts]


def _unrest(series: Coarse, starts: Floats) -> Floats:
    """SD of the rate in the 2 s from each start; infinite where gravity is not 1 g.

    Root mean square over the axes: mounting does not matter.
    """
    first = np.searchsorted(series.time_s, starts)
    stop = np.searchsorted(series.time_s, starts + STANDING_S)
    count = np.maximum(stop - first, 1)

    def window_mean(rows: Floats) -> Floats:
        sums = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(rows, axis=1)], axis=1)
        return (sums[:, stop] - sums[:, first]) / count

    variance = np.maximum(window_mean(series.gyro**2) - window_mean(series.gyro) ** 2, 0)
    unrest = np.sqrt(variance.mean(axis=0))
    gravity = np.linalg.norm(window_mean(series.accel), axis=0) / STANDARD_GRAVITY_M_S2
    enough = count >= 0.8 * STANDING_S * series.rate_hz
    return np.where(enough & (np.abs(gravity - 1) <= GRAVITY_TOLERANCE), unrest, np.inf)


def _rest(
    start_s: float, sensors: Mapping[str, Coarse], notes: _Notes
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Gyro bias and up axis of every sensor from the standing window."""
    bias: dict[str, Floats] = {}
    up: dict[str, Floats] = {}
    for site, series in sensors.items():
        window = series.between(start_s, start_s + STANDING_S)
        bias[site] = series.gyro[:, window].mean(axis=1)
        gravity = series.accel[:, window].mean(axis=1)
        up[site] = gravity / np.linalg.norm(gravity)
        unrest = float(np.sqrt((series.gyro[:, window].std(axis=1) ** 2).mean()))
        notes.check(site, "standing_sd_deg_s", np.rad2deg(unrest), "< 1", unrest < QUIET_RAD_S)
        if unrest >= QUIET_RAD_S:
            text = f"{site} moved while standing at {start_s:.1f} s ({np.rad2deg(unrest):.1f} deg/s SD)"
            notes.warn("standing_restless", site, text, start_s)
    return bias, up


def _rest_in_running(
    sensors: Mapping[str, Coarse], notes: _Notes
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """No standing: the up axis from the mean specific force in running, no bias.

    Over whole strides the force on the trunk is its weight, and the force on a swinging limb points along
    the limb to
    its joint: both are the axis that standing would give, to a few degrees. A gyro bias of some deg/s moves
    no
    peak, so it is left at 0.
    """
    text = "nobody stands still for 2 s: body axes come from the running itself, a few degrees less certain"
    notes.warn("no_standing", "", text)
    up: dict[str, Floats] = {}
    for site, series in sensors.items():
        force = series.accel.mean(axis=1)
        up[site] = force / np.linalg.norm(force)
    return {site: np.zeros(3) for site in sensors}, up


def _swing_axis(site: str, series: Coarse, bias: Floats, up: Floats, running: Spans, notes: _Notes) -> Floats:
    """Axis of the limb's swing: first principal component of its rate in running, without its vertical part.

    The sign is arbitrary here (largest component positive); it is settled afterwards.
    """
    rate = series.gyro[:, _rows_in(series, running)] - bias[:, None]
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


def _rate(series: Coarse, bias: Floats, axis: Floats) -> Floats:
    return axis @ (series.gyro - bias[:, None])


def _on_times(series: Coarse, values: Floats, time_s: Floats) -> Floats:
    return np.interp(time_s, series.time_s, values)


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a @ b) / np.sqrt((a @ a) * (b @ b)))


def _shin_signs(
    sensors: Mapping[str, Coarse], rate: Mapping[str, Floats], running: Spans, notes: _Notes
) -> dict[str, int]:
    """+1 or -1 per shin, so that positive is forward swing."""
    shins = [site for site in ("left_shin", "right_shin") if site in sensors]
    evidence = {site: _forward_evidence(sensors[site], rate[site], running) for site in shins}
    relation = 1
    if len(shins) == 2:
        relation = _same_sign(sensors, rate, shins, running, notes)
        total = evidence[shins[0]] + relation * evidence[shins[1]]
    else:
        total = evidence[shins[0]]
    first = 1 if total > 0 else -1
    signs = {shins[0]: first} | ({shins[1]: first * relation} if len(shins) == 2 else {})
    for site in shins:
        clear = abs(total) >= WEAK_EVIDENCE
        notes.check(site, "forward_evidence", abs(total), f">= {WEAK_EVIDENCE}", clear)
        if not clear:
            notes.warn("sign_unclear", site, f"{site}: which way is forward is not clear from its motion")
    return signs


def _forward_evidence(series: Coarse, rate: Floats, running: Spans) -> float:
    """Log ratio of impact after positive and after negative lobes, plus skewness; > 0 for the right sign."""
    rows = _rows_in(series, running)
    moving = rate[rows] - rate[rows].mean()
    skewness = float((moving**3).mean() / (moving**2).mean() ** 1.5)
    after_positive = _impact_share(series, rate, running)
    after_negative = _impact_share(series, -rate, running)
    if np.isnan(after_positive) or np.isnan(after_negative):
        return skewness
    return float(np.log(after_positive / after_negative)) + skewness


def _impact_share(series: Coarse, rate: Floats, running: Spans) -> float:
    """Jerk energy in 0.1-0.42 strides after a lobe's peak against the whole stride's (METHOD 1.3.5)."""
    peaks = _coarse_swings(series, rate, running)
    if len(peaks) < 4:
        return np.nan
    jerk = np.concatenate([[0.0], (np.diff(series.accel, axis=1) ** 2).sum(axis=0)])
    # One stride must not outvote the others.
    jerk = np.minimum(jerk, np.quantile(jerk[_rows_in(series, running)], 0.99))
    strides = np.diff(peaks)
    usual = np.abs(strides / np.median(strides) - 1) < 0.3
    phase = np.linspace(0, 1, 51)
    at = peaks[:-1][usual, None] + strides[usual, None] * phase
    profile = _on_times(series, jerk, at).mean(axis=0)
    return float(profile[5:22].mean() / profile.mean())


def _coarse_swings(series: Coarse, rate: Floats, running: Spans) -> Floats:
    """Rough times of the positive lobes' peaks in the running spans, s."""
    limit = 0.4 * float(np.quantile(rate[_rows_in(series, running)], 0.95))
    index = _separate_maxima(rate, limit, max(1, int(0.28 * series.rate_hz)))
    times = series.time_s[index]
    inside = np.zeros(len(times), bool)
    for start_s, stop_s in running:
        inside |= (times >= start_s) & (times < stop_s)
    return times[inside]


def _separate_maxima(values: Floats, least: float, apart: int) -> NDArray[np.int64]:
    """Local maxima of at least `least`, the higher one where two lie closer than `apart` points.

    scipy.signal.find_peaks does the same, at the price of a second and a half of imports.
    """
    inner = values[1:-1]
    index = 1 + np.flatnonzero((inner > values[:-2]) & (inner >= values[2:]) & (inner >= least))
    kept = np.ones(len(index), bool)
    for candidate in np.argsort(-values[index], kind="stable"):
        if kept[candidate]:
            near = np.abs(index - index[candidate]) < apart
            near[candidate] = False
            kept &= ~near
    return index[kept]


def _same_sign(
    sensors: Mapping[str, Coarse],
    rate: Mapping[str, Floats],
    shins: Sequence[str],
    running: Spans,
    notes: _Notes,
) -> int:
    """+1 where the right shin looks like the left one half a stride later, -1 where like its negative."""
    left, right = (sensors[site] for site in shins)
    rows = _rows_in(left, running)
    time_s = left.time_s[rows]
    half = 0.5 * _stride_time(left, rate[shins[0]], running)
    best = 0.0
    # The stride time is rough and changes over the run: look around it.
    for shift in half * np.array([0.8, 0.9, 1.0, 1.1, 1.2]):
        moved = _on_times(right, rate[shins[1]], time_s + shift)
        value = _correlation(rate[shins[0]][rows], moved)
        best = value if abs(value) > abs(best) else best
    for site in shins:
        notes.check(site, "legs_alike_half_a_stride_apart", abs(best), ">= 0.6", abs(best) >= 0.6)
    return 1 if best > 0 else -1


def _stride_time(series: Coarse, rate: Floats, running: Spans) -> float:
    """Stride time of the running spans, s: first strong maximum of the autocorrelation (of either sign)."""
    lags = np.arange(int(0.35 * series.rate_hz), int(1.25 * series.rate_hz) + 1)
    products = np.zeros(len(lags))
    for start_s, stop_s in running:
        moving = rate[series.between(start_s, stop_s)]
        for row, lag in enumerate(lags):
            products[row] += moving[lag:] @ moving[: len(moving) - lag] if lag < len(moving) else 0.0
    middle = products[1:-1]
    strong = (middle >= products[:-2]) & (middle >= products[2:]) & (middle >= 0.8 * products.max())
    return float(lags[1 + np.argmax(strong)] / series.rate_hz) if strong.any() else 0.6


def _sign_by_opposite_shin(
    site: str, sensors: Mapping[str, Coarse], rate: Mapping[str, Floats], running: Spans, notes: _Notes
) -> int:
    """An arm (foot, thigh) swings with the opposite (own) shin: the sign that makes them agree."""
    side, part = site.split("_", 1)
    opposite = {"left": "right", "right": "left"}[side]
    partner = f"{side if part in ('thigh', 'foot') else opposite}_shin"
    if partner not in rate:
        notes.warn("sign_unclear", site, f"{site}: without {partner} its forward direction is not known")
        return 1
    rows = _rows_in(sensors[site], running)
    time_s = sensors[site].time_s[rows]
    value = _correlation(rate[site][rows], _on_times(sensors[partner], rate[partner], time_s))
    notes.check(site, f"moves_with_{partner}", abs(value), ">= 0.2", abs(value) >= 0.2)
    if abs(value) < 0.2:
        notes.warn("sign_unclear", site, f"{site}: it hardly moves with {partner} ({abs(value):.2f})")
    return 1 if value > 0 else -1


def _trunk_axis(
    site: str, series: Coarse, bias: Floats, up: Floats, swings: Mapping[str, Floats], notes: _Notes
) -> Floats:
    """Mediolateral axis by parity: pitch repeats every step, roll and yaw every stride (METHOD 1.3.4)."""
    level = _plane(up)
    horizontal = level @ (series.gyro - bias[:, None])
    per_stride = [_stride_phases(series, horizontal, times) for times in swings.values() if len(times) >= 2]
    strides = np.concatenate(per_stride, axis=1) if per_stride else np.empty((2, 0, PHASES))
    if strides.shape[1] < 2:
        notes.warn("axis_unclear", site, f"{site}: too few strides to find its axes")
        return level[0]
    half = PHASES // 2
    even = 0.5 * (strides[..., :half] + strides[..., half:])
    odd = 0.5 * (strides[..., :half] - strides[..., half:])
    even = even - even.mean(axis=2, keepdims=True)
    covariance_even = np.einsum("isp,jsp->ij", even, even)
    covariance_odd = np.einsum("isp,jsp->ij", odd, odd)
    ratio, axes = _generalised_eigen(covariance_even, covariance_odd)
    notes.check(site, "pitch_by_parity", ratio, ">= 1", ratio >= 1)
    axis = level.T @ axes
    axis /= np.linalg.norm(axis)
    backward = _backward_pitch(series, axis @ (series.gyro - bias[:, None]), swings)
    return axis if backward > 0 else -axis


def _plane(up: Floats) -> Floats:
    """Two unit vectors that span the plane orthogonal to `up`, rows of a (2, 3)."""
    helper = np.eye(3)[int(np.argmin(np.abs(up)))]
    a = np.asarray(np.cross(up, helper), np.float64)
    a /= np.linalg.norm(a)
    return np.asarray(np.stack([a, np.cross(up, a)]), np.float64)


def _stride_phases(series: Coarse, channels: Floats, times: Floats) -> Floats:
    """(channels, strides, PHASES) values at even phases of each stride between swing peaks."""
    strides = np.diff(times)
    usual = (strides > 0.35) & (strides < 0.95)
    at = times[:-1][usual, None] + strides[usual, None] * (np.arange(PHASES) / PHASES)
    return np.stack([_on_times(series, channel, at) for channel in channels])


def _generalised_eigen(even: Floats, odd: Floats) -> tuple[float, Floats]:
    """Largest ratio (r' even r) / (r' odd r) and its r, for 2 x 2 covariances."""
    floor: Floats = 1e-9 * float(np.trace(odd) + np.trace(even)) * np.eye(2)
    root = np.asarray(np.linalg.cholesky(odd + floor), np.float64)
    half_way = np.asarray(np.linalg.solve(root, even), np.float64)
    whitened = np.asarray(np.linalg.solve(root, half_way.T), np.float64)
    values, vectors = np.linalg.eigh(0.5 * (whitened + whitened.T))
    return float(values[-1]), np.asarray(np.linalg.solve(root.T, vectors[:, -1]), np.float64)


def _backward_pitch(series: Coarse, pitch: Floats, swings: Mapping[str, Floats]) -> float:
    """Mean pitch rate around the swing peaks, the second half of stance: backward, > 0 (METHOD 1.3.5)."""
    total: list[Floats] = []
    for times in swings.values():
        strides = np.diff(times)
        usual = (strides > 0.35) & (strides < 0.95)
        around = times[:-1][usual, None] + strides[usual, None] * np.linspace(-0.08, 0.04, 7)
        total.append(_on_times(series, pitch, around).ravel())
    return float(np.concatenate(total).mean())


def _check_sides(
    sensors: Mapping[str, Coarse],
    bias: Mapping[str, Floats],
    up: Mapping[str, Floats],
    rate: Mapping[str, Floats],
    running: Spans,
    notes: _Notes,
) -> None:
    """Do the labels left and right fit the data? (METHOD 1.3.6) Found disagreement is a warning, no more."""
    if "trunk" in sensors:
        trunk = sensors["trunk"]
        yaw = _rate(trunk, bias["trunk"], up["trunk"])
        rows = _rows_in(trunk, running)
        for site, expected in (("left_shin", 1), ("right_shin", -1)):
            if site in rate:
                shin = _on_times(sensors[site], rate[site], trunk.time_s[rows])
                value = _correlation(yaw[rows], shin)
                word = "positive" if expected > 0 else "negative"
                notes.check(site, "moves_with_trunk_turn", value, word, value * expected > 0)
        _warn_if_both_fail(notes, "left_shin", "right_shin", "moves_with_trunk_turn")


def _warn_if_both_fail(notes: _Notes, left: str, right: str, name: str) -> None:
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

"""Which way is forward for the shins (METHOD 1.3.5).

METHOD votes by skewness and by the impact that follows the swing. On real units worn at the knee (dsads)
skewness is near zero and once wrong, while the impact and the relation between the two legs hold: a leg half
a stride later looks like the other one. So the pair is oriented together, by impact and skewness of both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from aqsense.analysis.coarse import Coarse, Spans
from aqsense.analysis.coarse_swings import coarse_swings, correlation, on_times, rows_in, stride_time
from aqsense.analysis.frame_notes import Notes
from aqsense.model import Floats

WEAK_EVIDENCE = 0.3


def shin_signs(
    sensors: Mapping[str, Coarse], rate: Mapping[str, Floats], running: Spans, notes: Notes
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
    rows = rows_in(series, running)
    moving = rate[rows] - rate[rows].mean()
    skewness = float((moving**3).mean() / (moving**2).mean() ** 1.5)
    after_positive = _impact_share(series, rate, running)
    after_negative = _impact_share(series, -rate, running)
    if np.isnan(after_positive) or np.isnan(after_negative):
        return skewness
    return float(np.log(after_positive / after_negative)) + skewness


def _impact_share(series: Coarse, rate: Floats, running: Spans) -> float:
    """Jerk energy in 0.1-0.42 strides after a lobe's peak against the whole stride's (METHOD 1.3.5)."""
    peaks = coarse_swings(series, rate, running)
    if len(peaks) < 4:
        return np.nan
    jerk = np.concatenate([[0.0], (np.diff(series.accel, axis=1) ** 2).sum(axis=0)])
    # One stride must not outvote the others.
    jerk = np.minimum(jerk, np.quantile(jerk[rows_in(series, running)], 0.99))
    strides = np.diff(peaks)
    usual = np.abs(strides / np.median(strides) - 1) < 0.3
    phase = np.linspace(0, 1, 51)
    at = peaks[:-1][usual, None] + strides[usual, None] * phase
    profile = on_times(series, jerk, at).mean(axis=0)
    return float(profile[5:22].mean() / profile.mean())


def _same_sign(
    sensors: Mapping[str, Coarse],
    rate: Mapping[str, Floats],
    shins: Sequence[str],
    running: Spans,
    notes: Notes,
) -> int:
    """+1 where the right shin looks like the left one half a stride later, -1 where like its negative."""
    left, right = (sensors[site] for site in shins)
    rows = rows_in(left, running)
    time_s = left.time_s[rows]
    half = 0.5 * stride_time(left, rate[shins[0]], running)
    best = 0.0
    # The stride time is rough and changes over the run: look around it.
    for shift in half * np.array([0.8, 0.9, 1.0, 1.1, 1.2]):
        moved = on_times(right, rate[shins[1]], time_s + shift)
        value = correlation(rate[shins[0]][rows], moved)
        best = value if abs(value) > abs(best) else best
    for site in shins:
        notes.check(site, "legs_alike_half_a_stride_apart", abs(best), ">= 0.6", abs(best) >= 0.6)
    return 1 if best > 0 else -1

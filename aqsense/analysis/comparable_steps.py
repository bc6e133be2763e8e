"""Which scored steps of a run its headline may be made of.

Two things would make one number of unlike steps, and METHOD 4.2's range alone lets both in: - braking:
behind the line a sprinter slows down for ten strides, and "at most the last 12" would be these; - score
sets: a sensor that dies in mid-run leaves steps with four and steps with three contributors, and scores of
different sets are never compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats

# Share of the run's fast swings below which its last strides count as braking.
BRAKING_SHARE = 0.85


def before_braking(stride: NDArray[np.int64], swing_rate: Floats) -> NDArray[np.bool_]:
    """(n,) True up to the run's last stride whose swings are as fast as its fast ones.

    stride       (n,) number of each step's stride, rising
    swing_rate   (n,) rate of each step's swing peak; NaN = unknown
    """
    known = ~np.isnan(swing_rate)
    if not known.any():
        return np.ones(len(stride), bool)
    fast = BRAKING_SHARE * float(np.quantile(swing_rate[known], 0.9))
    return stride <= stride[known & (swing_rate >= fast)].max()


def one_set(times_s: Floats, of_headline: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Peak times of one score set, and the steps that have all of it.

    The set is what more than half of the headline's steps have. Other contributors become NaN; steps that
    lack one of the set are left out.

    times_s       (n, 4) s; NaN = missing
    of_headline   (n,) steps that the set is chosen from
    """
    present = ~np.isnan(times_s)
    chosen = present[of_headline].mean(axis=0) > 0.5 if of_headline.any() else np.ones(times_s.shape[1], bool)
    whole: NDArray[np.bool_] = np.all(present | ~chosen, axis=1)
    return np.where(chosen, times_s, np.nan), whole

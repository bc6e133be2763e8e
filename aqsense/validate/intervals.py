"""95 % intervals of means and shares of things that come in clusters: events of one recording are alike."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from aqsense.model import Floats

_Z = 1.959964


def mean_interval(value: Floats, cluster: NDArray[np.generic]) -> tuple[float, float, float]:
    """Mean, low, high.

    value    (n,)
    cluster  (n,) same label = same recording; with one cluster only its values count as independent

    Limits are NaN below two independent values. Source: cluster-robust variance of a mean, t with one degree
    less than clusters.
    """
    n = len(value)
    if not n:
        return math.nan, math.nan, math.nan
    mean = float(np.mean(value))
    labels = np.unique(cluster)
    parts = (
        [value[cluster == label] for label in labels]
        if len(labels) > 1
        else [value[i : i + 1] for i in range(n)]
    )
    if len(parts) < 2:
        return mean, math.nan, math.nan
    return _around(mean, _cluster_variance(mean, parts, n), len(parts) - 1)


def _around(mean: float, variance: float, degrees: int) -> tuple[float, float, float]:
    half = float(stdtrit(degrees, 0.975)) * math.sqrt(variance)
    return mean, mean - half, mean + half


def _cluster_variance(mean: float, parts: list[Floats], n: int) -> float:
    squares = sum(float(np.sum(part - mean)) ** 2 for part in parts)
    return squares / n**2 * len(parts) / (len(parts) - 1)


def share_interval(hit: NDArray[np.bool_], cluster: NDArray[np.generic]) -> tuple[float, float, float]:
    """Share, low, high by Wilson's interval; n shrinks by as much as clusters are alike.

    hit      (n,)
    cluster  (n,) same label = same recording
    """
    n = len(hit)
    if not n:
        return math.nan, math.nan, math.nan
    share = float(np.mean(hit))
    alone = share * (1.0 - share) / max(n - 1, 1)
    parts = [hit[cluster == label].astype(float) for label in np.unique(cluster)]
    shrink = max(_cluster_variance(share, parts, n) / alone, 1.0) if alone and len(parts) > 1 else 1.0
    low, high = _wilson(share, n / shrink)
    return share, low, high


def _wilson(share: float, n: float) -> tuple[float, float]:
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(centre - half, 0.0), min(centre + half, 1.0)

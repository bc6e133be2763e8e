"""Mediolateral axis of the trunk by parity: pitch repeats every step, roll and yaw every stride.

METHOD 1.3.4.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aqsense.analysis.coarse import Coarse
from aqsense.analysis.coarse_swings import on_times
from aqsense.analysis.frame_notes import Notes
from aqsense.model import Floats

PHASES = 16


def trunk_axis(
    site: str, series: Coarse, bias: Floats, up: Floats, swings: Mapping[str, Floats], notes: Notes
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
    return np.stack([on_times(series, channel, at) for channel in channels])


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
        total.append(on_times(series, pitch, around).ravel())
    return float(np.concatenate(total).mean())

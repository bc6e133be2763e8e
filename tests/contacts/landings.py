"""Made shins: a smooth swing with jolts of known onset, at any rate and mounting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aqsense.analysis.accelerometer import Accelerometer
from aqsense.analysis.clock import Clock
from aqsense.model import Floats, Ticks

STRIDE_S = 0.6
ZERO_TO_CONTACT_S = 0.038


@dataclass(frozen=True)
class Landings:
    """Strides of one shin: accel (3, m) at ticks; contacts, falls of the rate through zero, swing peaks."""

    tick: Ticks
    accel: Floats
    rate_hz: float
    contact_s: Floats
    zero_s: Floats
    swing_s: Floats

    def accelerometer(self, **changes: Floats | Ticks) -> Accelerometer:
        """The sensor after it took all rows at once."""
        sensor = Accelerometer(steady_clock(self.rate_hz), 1.0, self.rate_hz)
        accel = changes.get("accel", self.accel)
        sensor.push(changes.get("tick", self.tick).astype(np.int64), (accel[0], accel[1], accel[2]))
        return sensor


def steady_clock(rate_hz: float) -> Clock:
    return Clock("common", np.array([0.0, 1e6]), np.array([0.0, 1e6 / rate_hz]), 0.0)


def made_landings(
    rate_hz: float, *, strides: int = 40, jolt_g: float = 10.0, noise_g: float = 0.0, seed: int = 1
) -> Landings:
    """Swing of 6 g at stride frequency in one direction, jolts in another; onsets lie between samples."""
    random = np.random.RandomState(seed)
    contact_s = 1.0 + STRIDE_S * np.arange(strides) + random.uniform(-0.02, 0.02, strides)
    # A sensor's own low-pass: averages over a sample, from a grid 32 times finer.
    fine_s = np.arange(0.0, contact_s[-1] + 1.0, 1.0 / (32 * rate_hz))
    jolt = np.zeros(len(fine_s))
    for onset in contact_s:
        after = fine_s - onset
        wave = np.exp(-np.clip(after, 0.0, 0.2) / 0.012) * np.sin(2 * np.pi * 30.0 * after)
        jolt += np.where((after > 0) & (after < 0.15), wave, 0.0)
    jolt *= jolt_g * 9.81 / jolt.max()
    swing = 6 * 9.81 * np.cos(2 * np.pi * fine_s / STRIDE_S)
    clean = np.stack([swing, 9.81 + 0.3 * swing + 0.6 * jolt, 0.8 * jolt])
    whole = clean[:, : clean.shape[1] // 32 * 32].reshape(3, -1, 32).mean(axis=2)
    accel = whole + noise_g * 9.81 * random.randn(*whole.shape)
    # The mean over [i, i + 1) belongs to its middle.
    middle = 0.5 / rate_hz
    contact_s = contact_s - middle
    return Landings(
        np.arange(whole.shape[1]), accel, rate_hz, contact_s, contact_s - ZERO_TO_CONTACT_S, contact_s - 0.2
    )


def turned(accel: Floats, seed: int) -> Floats:
    """The same readings from a sensor mounted in another way."""
    axes, _ = np.linalg.qr(np.random.RandomState(seed).randn(3, 3))
    return axes @ accel

"""Random numbers: one stream per sensor and purpose, so that a new option doesn't move old noise."""

from __future__ import annotations

import zlib

import numpy as np

from aqsense.model import Floats


def stream(seed: int, name: str) -> np.random.RandomState:
    """The random stream of one purpose, e.g. `noise/left_shin/gyro_rad_s`; equal names give equal draws."""
    return np.random.RandomState(zlib.crc32(f"{seed}/{name}".encode()))


def rotation(random: np.random.RandomState) -> Floats:
    """A rotation matrix (3, 3), uniform over SO(3): how a sensor happens to sit on its limb."""
    w, x, y, z = _unit(random.randn(4))
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def vector(random: np.random.RandomState, longest: float) -> Floats:
    """A vector (3,) of random direction, its length uniform in [0, longest]."""
    direction = _unit(random.randn(3))
    return direction * random.uniform(0.0, longest)


def _unit(values: Floats) -> Floats:
    return values / np.sqrt(np.sum(values * values))

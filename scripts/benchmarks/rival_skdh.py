"""scikit-digital-health: gait of one lumbar sensor; the nearest that it can do with this file is the trunk's.

    python -m benchmarks.rival_skdh FILE default|told

It has nothing for shins or wrists. Its axes are those of a worn device: we turn the trunk's so that z is up.
`default`: its own classifier finds the bouts of gait. `told`: the whole recording counts as gait.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from skdh.context import PredictGaitLumbarLgbm
from skdh.gait import GaitLumbar

from .tasks import serve

RATE_HZ = 200.0
GRAVITY = 9.80665
STANDING_S = 2.0


def run(file: Path, variant: str) -> dict[str, Any]:
    """Times of all initial contacts, both feet."""
    names = [f"trunk_{what}" for what in ("accel_x_m_s2", "accel_y_m_s2", "accel_z_m_s2")]
    names += [f"trunk_gyro_{axis}_rad_s" for axis in "xyz"]
    start = time.perf_counter()
    table = pd.read_csv(file, usecols=["time_s", *names])
    read_s = time.perf_counter() - start
    time_s = table["time_s"].to_numpy()
    values = table[names].to_numpy()
    turn = upright(values[: int(STANDING_S * RATE_HZ), :3].mean(axis=0))
    accel = np.ascontiguousarray(values[:, :3] @ turn.T / GRAVITY)
    gyro = np.ascontiguousarray(values[:, 3:] @ turn.T)
    found = gait(time_s, accel, gyro, variant)
    return {"times_s": sorted(map(float, found)), "read_s": read_s}


def gait(time_s: np.ndarray, accel: np.ndarray, gyro: np.ndarray, variant: str) -> np.ndarray:
    bouts = None
    if variant == "default":
        classified = PredictGaitLumbarLgbm().predict(time=time_s, accel=accel, fs=RATE_HZ)
        edges = (classified[f"Gait Bout {edge} Index"] for edge in ("Start", "Stop"))
        bouts = np.stack([np.asarray(edge, dtype=int) for edge in edges], axis=1)
    result = GaitLumbar().predict(time=time_s, accel=accel, gyro=gyro, fs=RATE_HZ, gait_bouts=bouts, v_axis=2)
    return np.asarray(result["IC Timestamp"])


def upright(gravity: np.ndarray) -> np.ndarray:
    """The rotation whose third row is up."""
    up = gravity / np.linalg.norm(gravity)
    side = np.cross(up, np.eye(3)[np.argmin(np.abs(up))])
    side /= np.linalg.norm(side)
    return np.stack([side, np.cross(up, side), up])


if __name__ == "__main__":
    serve(lambda: run(Path(sys.argv[1]), sys.argv[2]))

"""What one writes first: pandas, a Butterworth filter run both ways, `find_peaks` on each shin's own axis."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.signal import butter, find_peaks, sosfiltfilt

from .tasks import serve

RATE_HZ = 200.0
LEAST_DEG_S = 500.0  # below the swing of sprinting and running, above that of walking


def run(file: Path) -> dict[str, Any]:
    """Times of the swing peaks of both shins: one per step."""
    names = [f"{side}_shin_gyro_{axis}_rad_s" for side in ("left", "right") for axis in "xyz"]
    start = time.perf_counter()
    table = pd.read_csv(file, usecols=["time_s", *names])
    read_s = time.perf_counter() - start
    times = [swing_peaks(table, names[first : first + 3]) for first in (0, 3)]
    return {"times_s": np.sort(np.concatenate(times)).tolist(), "read_s": read_s}


def swing_peaks(table: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Peaks of the rate about the axis of largest variance, turned so that the larger peaks are positive."""
    gyro = np.rad2deg(table[names].to_numpy())
    gyro -= np.median(gyro, axis=0)
    _, axes = np.linalg.eigh(gyro.T @ gyro)
    rate = sosfiltfilt(butter(4, 20.0, fs=RATE_HZ, output="sos"), gyro @ axes[:, -1])
    rate *= np.sign((rate**3).mean())
    index, _ = find_peaks(rate, height=LEAST_DEG_S, distance=int(0.3 * RATE_HZ))
    return table["time_s"].to_numpy()[index]


if __name__ == "__main__":
    serve(lambda: run(Path(sys.argv[1])))

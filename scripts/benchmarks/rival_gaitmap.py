"""gaitmap (with gaitmap_mad): strides by subsequence dynamic time warping (Barth et al. 2013) on each shin.

The method is made for shoes; its template is a walking foot's. It gets the shin's rate about its own axis in
gaitmap's body frame (deg/s, swing positive), which we find here as its users would have to.

    python -m benchmarks.rival_gaitmap FILE default|tuned

`default` drops matches under 0.6 s, longer than a sprinter's stride (0.46 s). `tuned` is the best of some
twenty tries on these data: with warping limits, strides from 0.3 s, the template scaled to a sprinter's
rates, and the rate turned round (only so are whole strides matched; they then start at another moment).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from gaitmap.data_transform import FixedScaler
from gaitmap_mad.stride_segmentation import BarthDtw, BarthOriginalTemplate, ConstrainedBarthDtw

from .tasks import serve

RATE_HZ = 200.0


def run(file: Path, variant: str) -> dict[str, Any]:
    """Start of every stride of both shins: one per step."""
    names = [f"{side}_shin_gyro_{axis}_rad_s" for side in ("left", "right") for axis in "xyz"]
    start = time.perf_counter()
    table = pd.read_csv(file, usecols=["time_s", *names])
    read_s = time.perf_counter() - start
    times = [stride_starts(table, names[first : first + 3], variant) for first in (0, 3)]
    return {"times_s": np.sort(np.concatenate(times)).tolist(), "read_s": read_s}


def stride_starts(table: pd.DataFrame, names: list[str], variant: str) -> np.ndarray:
    gyro = np.rad2deg(table[names].to_numpy())
    gyro -= np.median(gyro, axis=0)
    _, axes = np.linalg.eigh(gyro.T @ gyro)
    rate = gyro @ axes[:, -1]
    rate *= np.sign((rate**3).mean())
    method, sign = method_of(variant)
    found = method.segment(pd.DataFrame({"gyr_ml": sign * rate}), sampling_rate_hz=RATE_HZ).stride_list_
    return table["time_s"].to_numpy()[found["start"].to_numpy().astype(int)]


def method_of(variant: str) -> tuple[BarthDtw, int]:
    """The method and the sign of its rate."""
    if variant == "default":
        return BarthDtw(template=BarthOriginalTemplate(use_cols=("gyr_ml",))), 1
    template = BarthOriginalTemplate(scaling=FixedScaler(scale=1500.0), use_cols=("gyr_ml",))
    limits = {"min_match_length_s": 0.3, "max_template_stretch_ms": 60, "max_signal_stretch_ms": 60}
    return ConstrainedBarthDtw(template=template, **limits), -1


if __name__ == "__main__":
    serve(lambda: run(Path(sys.argv[1]), sys.argv[2]))

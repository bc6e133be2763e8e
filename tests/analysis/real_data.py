"""The shared test recordings: read and analysed once per session, with their truth (data/README.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from aqsense.acquire import read_recording
from aqsense.analysis.pipeline import analyze
from aqsense.model import Floats, Recording, Result, Sensor

DORN_EXTENDED = tuple(
    f"dorn2012/run_{speed}{rate}_extended" for speed in ("9.5", "3.5") for rate in ("", "_100hz", "_60hz")
)
DORN_SHORT = tuple(name.removesuffix("_extended") for name in DORN_EXTENDED)
DSADS = tuple(f"dsads/p{person}" for person in (1, 2, 3, 4))
WALK = "dsads/p1_walk"
FUKUCHI = ("fukuchi2017/rbds001_2.5", "fukuchi2017/rbds001_2.5_impact")
RUNNING = (*DORN_EXTENDED, *DORN_SHORT, *DSADS, *FUKUCHI)
FORCE = ("force_20N", "force_20N_tiled", "force_60N_40Hz")
LAB = ("lab_label", "lab_label_tiled")


@dataclass
class RealRecording:
    """One recording with what is known about it."""

    folder: Path

    @cached_property
    def recording(self) -> Recording:
        return read_recording(self.folder)

    @cached_property
    def result(self) -> Result:
        return analyze(self.recording)

    @cached_property
    def about(self) -> dict[str, Any]:
        return json.loads((self.folder / "truth.json").read_text())

    @property
    def scored_s(self) -> tuple[float, float]:
        begin, end = self.about["scored_s"]
        return begin, end

    @cached_property
    def steps_truth(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "truth_steps.csv")

    @cached_property
    def _truth(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "truth.csv")

    def truth_s(self, event: str, side: str, sources: tuple[str, ...]) -> Floats:
        """Times of the truth inside `scored_s`."""
        rows = self._truth
        kept = rows[(rows["event"] == event) & (rows["side"] == side) & rows["source"].isin(sources)]
        return np.sort(self._inside(kept["time_s"].to_numpy(float)))

    def found_s(self, event: str, side: str) -> Floats:
        """Times of our events of a kind, everywhere."""
        rows = self.result.tables["events"]
        return rows["time_s"][(rows["event"] == event) & (rows["side"] == side)]

    def _inside(self, time_s: Floats) -> Floats:
        return time_s[(time_s >= self.scored_s[0]) & (time_s <= self.scored_s[1])]


@dataclass
class RealData:
    folder: Path
    _read: dict[str, RealRecording] = field(default_factory=dict)

    def __getitem__(self, name: str) -> RealRecording:
        return self._read.setdefault(name, RealRecording(self.folder / name))


def nearest(time_s: Floats, among: Floats, within_s: float) -> Floats:
    """Signed distance from each time to the nearest other one, NaN where none is near."""
    if not len(among):
        return np.full(len(time_s), np.nan)
    apart = among[None, :] - time_s[:, None]
    best = apart[np.arange(len(time_s)), np.abs(apart).argmin(axis=1)]
    return np.where(np.abs(best) <= within_s, best, np.nan)


def random_rotation(random: np.random.RandomState) -> Floats:
    """(3, 3) uniform on SO(3): the QR decomposition of normal numbers."""
    q, r = np.linalg.qr(random.standard_normal((3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.sign(np.linalg.det(q))


def mounted_otherwise(recording: Recording, seed: int) -> Recording:
    """The same movement with every sensor turned by another random rotation."""
    random = np.random.RandomState(seed)
    return replace(
        recording,
        sensors={
            site: _turned(sensor, random_rotation(random)) for site, sensor in recording.sensors.items()
        },
    )


def _turned(sensor: Sensor, rotation: Floats) -> Sensor:
    accel, gyro = rotation @ np.stack(sensor.samples.accel), rotation @ np.stack(sensor.samples.gyro)
    samples = replace(sensor.samples, accel=tuple(accel), gyro=tuple(gyro))
    return replace(sensor, samples=samples)

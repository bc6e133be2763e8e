"""What the session knows -> the sentences and phrases of the READY screen (VISUAL 5)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aqsense.live.calibration import Calibration, Standing
from aqsense.live.lane import Lane
from aqsense.snapshot import Health, SensorState, Setup, SetupStage

LEAST_SHARE = 0.97
LATE_S = 0.5
TURNED_DEG = 10.0


def sensor_state(lane: Lane) -> SensorState:
    """One line about a sensor."""
    rate_hz, share, delay_s = lane.recent()
    site, sd_s = lane.facts.sensor.site, lane.facts.clock.sd_s
    if not lane.is_heard:
        return SensorState(site, Health.MISSING, advice="press its button")
    if lane.is_silent:
        return SensorState(site, Health.LOST, rate_hz, 0.0, clock_sd_s=sd_s, advice="bring it nearer")
    if np.isnan(rate_hz):
        return SensorState(site, Health.CONNECTING, clock_sd_s=sd_s)
    weak = share < LEAST_SHARE or delay_s > LATE_S
    health, advice = (Health.WEAK, "move the laptop nearer") if weak else (Health.GOOD, "")
    return SensorState(site, health, rate_hz, share, clock_sd_s=sd_s, advice=advice)


def setup_of(lanes: Mapping[str, Lane], calibration: Calibration, straps: str) -> Setup:
    """The one sentence: ready, or the next thing to do."""
    clocks, bound_s = clock_phrase(lanes)
    silent = [site for site, lane in lanes.items() if not lane.is_heard or lane.is_silent]
    if silent and not (calibration.frames or calibration.standing):
        site = silent[0]
        heard = lanes[site].is_heard
        name = site.replace("_", " ").capitalize()
        sentence = f"{name} is silent: bring it nearer." if heard else f"{name} not found: press its button."
        return Setup(SetupStage.SENSORS, sentence, site, clocks=clocks, clock_bound_s=bound_s, straps=straps)
    if calibration.standing is None and calibration.frames is None:
        sentence = "Put the sensors on, then stand still for 2 seconds with hanging arms."
        return Setup(SetupStage.STAND, sentence, clocks=clocks, clock_bound_s=bound_s, straps=straps)
    sentence = "READY - run when you like. Start and stop are found by themselves."
    if silent:
        sentence = f"READY without {', '.join(site.replace('_', ' ') for site in silent)} - bring it nearer."
    stage = SetupStage.READY
    return Setup(
        stage, sentence, silent[0] if silent else "", clocks=clocks, clock_bound_s=bound_s, straps=straps
    )


def clock_phrase(lanes: Mapping[str, Lane]) -> tuple[str, float]:
    """How well the clocks agree, in words, and the worst pair's 95 % bound in s."""
    sds = sorted(lane.facts.clock.sd_s for lane in lanes.values())
    if not sds or any(np.isnan(sd) for sd in sds):
        return "the recording does not say how well its clocks agree", float("nan")
    worst, next_worst = sds[-1], sds[-2] if len(sds) > 1 else 0.0
    bound_s = 1.96 * float(np.hypot(worst, next_worst))
    return f"agree within {1e3 * bound_s:.1f} ms", bound_s


def video_offset(time_s: float, text: str) -> float:
    """Video time less session time in s, from a moment's video time: `12.34`, `1:02.34`; NaN if unread."""
    parts = text.strip().split(":")
    try:
        seconds = [float(part) for part in parts]
    except ValueError:
        return float("nan")
    if len(seconds) > 3 or any(not np.isfinite(one) or one < 0 for one in seconds):
        return float("nan")
    total = sum(one * 60.0**power for power, one in enumerate(reversed(seconds)))
    return total - time_s


def straps_phrase(earlier: Standing | None, standing: Standing) -> str:
    """Which sensor sits otherwise than when this athlete stood before."""
    if earlier is None:
        return "as at calibration"
    turned: list[str] = []
    for site in standing.rows:
        if site in earlier.rows:
            cosine = float(np.clip(standing.up(site) @ earlier.up(site), -1.0, 1.0))
            degrees = float(np.rad2deg(np.arccos(cosine)))
            if degrees > TURNED_DEG:
                turned.append(f"{site.replace('_', ' ')} turned by {degrees:.0f} degrees")
    return "; ".join(turned) or "as at calibration"

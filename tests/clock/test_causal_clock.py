"""The causal clock: the law of delivery while it is being fitted, and how near it comes to the truth."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent / "analysis"))

from delivery import Outcome, Rows, assert_delivery_does_not_matter

from aqsense.analysis.causal_clock import CausalClock
from aqsense.errors import RecordingError
from aqsense.model import ARRIVAL

SITES = ("trunk", "left_shin")


def packets(seed: int, seconds: float = 90.0, lost: float = 0.04, interval_s: float | None = None):
    """ARRIVAL rows at 100 Hz and the true time of a tick: 50 ppm, quantised, late, stalled, lost."""
    random = np.random.RandomState(seed)
    tick = 7_000_000 + 30_000 * np.arange(int(seconds * 100 / 3), dtype=np.int64)
    skew, offset = 1e-6 * (1 + 50e-6 * random.randn()), random.uniform(0, 1)
    ready = offset + (tick - tick[0]) * skew
    drawn = random.choice([0.015, 0.02125, 0.03375, 0.045])
    interval = drawn if interval_s is None else interval_s
    anchor = random.uniform(0, interval)
    event = np.ceil((ready - anchor) / interval) + random.geometric(0.95, len(tick)) - 1
    heard = anchor + np.maximum.accumulate(event) * interval + random.exponential(0.0015, len(tick))
    for begin in random.uniform(0, seconds, 3):
        heard = np.where((heard > begin) & (heard < begin + 0.2), begin + 0.2, heard)
    rows = np.zeros(len(tick), ARRIVAL)
    rows["tick"], rows["arrival_s"], rows["n_samples"] = tick, np.maximum.accumulate(heard), 3
    kept = random.random_sample(len(tick)) > lost
    return rows[kept], lambda ticks: offset + (ticks - tick[0]) * skew


class Clocks:
    """One clock per sensor; what comes out of a push are the knots that it made final."""

    def __init__(self) -> None:
        self.clocks: dict[str, CausalClock] = {site: CausalClock(1e6) for site in SITES}
        self.said: dict[str, float] = dict.fromkeys(SITES, -np.inf)

    def push(self, source: str, rows: Rows) -> Outcome:
        clock, before = self.clocks[source], self.said[source]
        clock.push(rows[0])
        if np.isinf(clock.watermark_tick):
            return {}
        knots = clock.clock_until(clock.watermark_tick)
        new = knots.tick > before
        self.said[source] = clock.watermark_tick
        return {f"{source} tick": knots.tick[new].copy(), f"{source} time_s": knots.time_s[new].copy()}

    def end(self, source: str) -> Outcome:
        return {}

    def finish(self) -> Outcome:
        return {}

    def joined(self, pieces: list[Outcome]) -> Outcome:
        names = sorted({name for piece in pieces for name in piece})
        return {name: np.concatenate([piece[name] for piece in pieces if name in piece]) for name in names}


def test_delivery_does_not_matter() -> None:
    inputs = {site: (packets(seed, 40.0)[0],) for seed, site in enumerate(SITES)}
    found = assert_delivery_does_not_matter(Clocks, inputs)
    assert len(found["trunk tick"]) > 30


def test_what_was_said_never_changes() -> None:
    rows, _ = packets(3)
    clock = CausalClock(1e6)
    clock.push(rows[:1000])
    at = np.linspace(rows["tick"][0], clock.watermark_tick, 50)
    then = clock.time_at(at)
    clock.push(rows[1000:])
    assert clock.time_at(at).tobytes() == then.tobytes()


def test_its_errors_stay_within_its_claim_once_ready() -> None:
    inside: list[bool] = []
    for seed in range(12):
        rows, true = packets(seed)
        clock = CausalClock(1e6)
        count = next(n for n in range(len(rows)) if clock.push(rows[n : n + 1]) is None and clock.ready)
        begin = clock.watermark_tick
        clock.push(rows[count + 1 :])
        knots = clock.clock_until(clock.watermark_tick).tick
        for tick in knots[knots > begin]:
            known = clock.clock_until(tick)
            inside.append(abs(known.time_s[-1] - true(tick)) < known.bound95_s)
        assert np.all(np.diff(clock.time_at(np.linspace(begin, knots[-1], 200))) > 0)
    assert len(inside) > 500
    assert np.mean(inside) > 0.95


@pytest.mark.parametrize("seed", range(8))
def test_a_locked_link_is_claimed_less(seed: int) -> None:
    free, locked = CausalClock(1e6), CausalClock(1e6)
    free.push(packets(seed, interval_s=0.02125)[0])
    rows, true = packets(seed, interval_s=0.03)
    locked.push(rows)
    assert locked.state().sd_s > free.state().sd_s
    at = np.array([locked.watermark_tick])
    assert abs(locked.time_at(at) - true(at))[0] < 1.96 * locked.state().sd_s


def test_it_says_why_it_is_not_ready() -> None:
    clock = CausalClock(1e6)
    assert not clock.ready
    clock.push(packets(1, 10.0)[0])
    assert clock.state().reason == "heard for 10 s of 20"
    assert np.isnan(clock.time_at(np.array([clock.watermark_tick + 1.0]))).all()


def test_a_counter_that_began_again_is_refused() -> None:
    rows, _ = packets(1, 10.0)
    clock = CausalClock(1e6)
    clock.push(rows)
    with pytest.raises(RecordingError, match="does not rise"):
        clock.push(rows[:1])

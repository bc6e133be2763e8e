"""How much is simulated: a quick look, or the full tables of docs/validation.md."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Size:
    """Numbers of simulated sessions.

    name          quick, full or own
    seeds         sessions per speed, rate and kind of sensor (events, SDs)
    ideal_seeds   the same with ideal sensors, where little varies
    rates_hz      sampling rates
    recoveries    sessions per jitter and rate (score recovery)
    intervals     sessions per jitter (coverage of the score's interval)
    nothing_wrong runs in which nobody is late
    late_runs     runs per late contributor, basis and lag of 10, 15 and 20 ms
    sensitivity   runs per late contributor, jitter and further lag (smallest lag found); 0 = don't ask
    sessions      mixed sessions
    quiet_min     minutes without any running
    """

    name: str
    seeds: int
    ideal_seeds: int
    rates_hz: tuple[float, ...]
    recoveries: int
    intervals: int
    nothing_wrong: int
    late_runs: int
    sensitivity: int
    sessions: int
    quiet_min: int

    def with_seeds(self, seeds: int) -> Size:
        """Every number of sessions replaced by `seeds`."""
        return replace(
            self, name="own", seeds=seeds, ideal_seeds=seeds, recoveries=seeds, intervals=seeds,
            nothing_wrong=seeds, late_runs=seeds, sensitivity=seeds, sessions=seeds,
        )  # fmt: skip


RATES_HZ = (200.0, 100.0, 60.0, 50.0)
QUICK = Size("quick", 1, 1, (200.0, 60.0), 2, 4, 4, 1, 0, 1, 2)
FULL = Size("full", 14, 2, RATES_HZ, 20, 100, 200, 30, 6, 4, 60)

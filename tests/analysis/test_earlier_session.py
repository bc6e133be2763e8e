"""A run beside the athlete's last session: like with like, detectable change from own repeats."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from aqsense.analysis.earlier_session import SessionRun, earlier_part


def a_run(
    session: str = "june", start_s: float = 0.0, *, day: str = "2026-06-01", **values: Any
) -> SessionRun:
    row = {
        "run": 1, "athlete": "a07", "kind": "sprint", "score_set": "push+swing+arm+trunk", "first_stride": 5,
        "start_s": start_s, "spread_ms": 10.0, "contact_time_ms": 110.0, "step_frequency_hz": 4.3,
    }  # fmt: skip
    about = {
        "name": session,
        "started_utc": f"{day}T10:00:00Z",
        "sensors": {"trunk": {"placement": "sternum"}},
    }
    verdicts = [{"basis": "other_side", "contributor": "arm", "difference_ms": values.pop("arm_ms", 6.0)}]
    about["sensors"]["trunk"]["placement"] = values.pop("placement", "sternum")
    return SessionRun(about, {**row, **values}, {"verdicts": verdicts})


def test_nothing_is_said_without_another_run() -> None:
    run = a_run()
    assert earlier_part(run, [run]) is None


def test_the_last_session_s_median_and_difference() -> None:
    earlier = [
        a_run("may", 100.0 * k, day="2026-05-01", spread_ms=spread, arm_ms=spread - 4)
        for k, spread in enumerate((8.0, 9.0, 11.0))
    ]
    part = earlier_part(a_run(), [a_run("april", day="2026-04-01", spread_ms=99.0), *earlier])
    assert part is not None
    assert (part["session"], part["runs"], part["runs_missing"]) == ("may", 3, 0)
    spread = part["quantities"]["spread_ms"]
    assert spread["value"] == 9.0
    assert spread["difference"] == pytest.approx(1.0)
    assert spread["smallest_tellable"] == pytest.approx(
        4.303 * math.sqrt(2) * np.std([8, 9, 11], ddof=1), rel=1e-3
    )
    assert spread["can_tell"] is False
    assert part["sides"]["arm"]["value"] == 5.0


@pytest.mark.parametrize(
    "other",
    [{"athlete": "a08"}, {"kind": "jog"}, {"score_set": "push+swing+arm"}, {"first_stride": 8},
     {"step_frequency_hz": 4.5}, {"placement": "sacrum"}],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_only_like_is_compared_with_like(other: dict[str, Any]) -> None:
    part = earlier_part(a_run(), [a_run("may", day="2026-05-01", **other)])
    assert part is not None
    assert part["reason"] == "no_like_run_in_another_session"
    assert part["quantities"]["spread_ms"]["value"] is None


def test_too_few_repeats_of_a_day_say_how_many_are_missing() -> None:
    part = earlier_part(a_run(), [a_run("may", day="2026-05-01")])
    assert part is not None
    assert part["runs_missing"] == 2
    assert part["quantities"]["spread_ms"]["can_tell"] is None


def test_the_same_run_is_not_its_own_repeat() -> None:
    run = a_run()
    part = earlier_part(run, [run, run, a_run("may", day="2026-05-01")])
    assert part is not None
    assert part["runs_missing"] == 2


@pytest.mark.parametrize("days", [1, 9])
def test_where_nothing_changed_few_are_told_apart(days: int) -> None:
    random = np.random.RandomState(4)

    def told() -> bool:
        spreads = 10 + random.randn(3 * days + 2)
        runs = [
            a_run(f"day {k // 3}", 100.0 * (k % 3), day=f"2026-05-{k // 3 + 1:02d}", spread_ms=spreads[k])
            for k in range(3 * days + 1)
        ]
        # The last session is one run of a later day: two single runs are compared.
        part = earlier_part(a_run(spread_ms=spreads[-1]), runs)
        assert part is not None
        assert part["runs"] == 1
        return bool(part["quantities"]["spread_ms"]["can_tell"])

    assert np.mean([told() for _ in range(600)]) == pytest.approx(0.05, abs=0.03)

"""Names, order and rounding of the columns of the result tables: the contract of FORMATS 4.

Fields may be added at a table's end; a name keeps its meaning and unit.
"""

from __future__ import annotations

from collections.abc import Mapping

FORMAT = 1

TEXT = "text"
INTEGER = "integer"
# Anything else is a float; the number of decimals comes from the unit in the name.

EVENT_COLUMNS = (
    "event", "site", "side", "stance_side", "run", "step", "time_s", "time_sd_s", "amplitude",
    "amplitude_unit", "width_s", "quality",
)  # fmt: skip
STEP_COLUMNS = (
    "run", "stride", "step", "stance_side", "contact_s", "toe_off_s", "step_time_s", "stride_time_s",
    "contact_time_s", "flight_time_s", "push_s", "swing_s", "arm_s", "trunk_s", "lag_push_ms",
    "lag_swing_ms", "lag_arm_ms", "lag_trunk_ms", "n_contributors", "n_in_contact", "spread_ms",
    "spread_sd_ms", "spread_percent", "convergence", "pattern_spread_ms", "speed_m_s", "quality",
    "trunk_pitch_s", "other_arm_back_s", "push_sd_s", "swing_sd_s", "arm_sd_s", "trunk_sd_s",
    "push_quality", "swing_quality", "arm_quality", "trunk_quality",
)  # fmt: skip
STRIDE_COLUMNS = (
    "run", "stride", "first_foot", "start_s", "end_s", "stride_time_s", "n_steps", "n_contributors",
    "spread_ms", "spread_sd_ms", "spread_percent", "convergence", "pattern_spread_ms", "n_in_contact",
    "speed_m_s", "distance_m", "quality",
)  # fmt: skip
RUN_COLUMNS = (
    "run", "kind", "athlete", "tag", "start_s", "end_s", "first_foot", "steps_found", "steps_scored",
    "first_stride", "last_stride", "spread_ms", "spread_low_ms", "spread_high_ms", "spread_percent",
    "convergence", "convergence_low", "convergence_high", "pattern_spread_ms", "pattern_basis",
    "pattern_ms", "jitter_ms", "contributors_in_contact", "verdict", "verdict_contributor",
    "verdict_side", "verdict_basis", "verdict_difference_ms", "verdict_low_ms", "verdict_high_ms",
    "step_frequency_hz", "contact_time_ms", "speed_max_m_s", "sync_sd_ms", "score_set", "headline",
    "quality", "headline_detail",
)  # fmt: skip
TABLES: Mapping[str, tuple[str, ...]] = {
    "events": EVENT_COLUMNS,
    "steps": STEP_COLUMNS,
    "strides": STRIDE_COLUMNS,
    "runs": RUN_COLUMNS,
}
ENVELOPE_COLUMNS = ("run", "side", "contributor", "phase", "median", "low", "high", "n")
# Tables that a result may have or not: `envelopes`, of the picture of the stride.
FURTHER_TABLES: Mapping[str, tuple[str, ...]] = {"envelopes": ENVELOPE_COLUMNS}

_TEXT_COLUMNS = frozenset(
    """event site side stance_side amplitude_unit quality first_foot kind athlete tag pattern_basis verdict
    verdict_contributor verdict_side verdict_basis score_set headline headline_detail push_quality
    swing_quality arm_quality trunk_quality contributor""".split()
)
# Integers, with -1 where the table has an empty cell (an event outside runs).
_INTEGER_COLUMNS = frozenset(
    """run stride step n_steps n_contributors steps_found steps_scored first_stride last_stride n""".split()
)


def column_kind(name: str) -> str:
    """`text`, `integer` or the number of decimals as text (`6`, `3`) of a result column."""
    if name in _TEXT_COLUMNS:
        return TEXT
    if name in _INTEGER_COLUMNS:
        return INTEGER
    return "6" if name.endswith("_s") and not name.endswith("_m_s") else "3"

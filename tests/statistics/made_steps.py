"""Steps written down as times: pattern of a sprinter, jitter, event noise, clock offsets. No waveform."""

from __future__ import annotations

import numpy as np

from aqsense.analysis.run_steps import SENSOR_OF, RunSteps

# METHOD 3.2 at 9.5 m/s: push, swing, arm, trunk, ms after contact.
PATTERN_MS = np.array([100.1, 88.4, 81.0, 86.6])


def made_steps(
    random: np.random.RandomState,
    n_steps: int,
    *,
    jitter_ms: float = 8.0,
    noise_ms: float = 0.0,
    sync_ms: float = 0.0,
    pattern_ms: np.ndarray = PATTERN_MS,
    late_ms: dict[tuple[int, int], float] | None = None,
    late_from_stride: int = 0,
    first_stride: int = 5,
    step_time_ms: float = 230.0,
    offsets_ms: np.ndarray | None = None,
) -> RunSteps:
    """Steps beginning on the left foot.

    late_ms      (stance, contributor) -> ms added from `late_from_stride` on
    offsets_ms   (5,) the session's clock offsets; drawn with `sync_ms` if None
    """
    step = 2 * (first_stride - 1) + 1 + np.arange(n_steps)
    stance, stride = (step - 1) % 2, (step - 1) // 2 + 1
    offsets = sync_ms * random.randn(5) if offsets_ms is None else offsets_ms
    times = pattern_ms + np.hypot(jitter_ms, noise_ms) * random.randn(n_steps, 4)
    for (side, contributor), ms in (late_ms or {}).items():
        times[(stance == side) & (stride >= late_from_stride), contributor] += ms
    times = times + offsets[SENSOR_OF[stance]] + step_time_ms * step[:, None]
    return RunSteps(times, np.full((n_steps, 4), noise_ms), stance, stride, step, np.full(5, sync_ms))


def true_spread_ms(jitter_ms: float, pattern_ms: np.ndarray = PATTERN_MS) -> float:
    """Root mean square spread of endless steps without noise."""
    from aqsense.analysis.convergence import spread

    times = pattern_ms + jitter_ms * np.random.RandomState(1).randn(200_000, 4)
    return float(np.sqrt(np.mean(spread(times) ** 2)))

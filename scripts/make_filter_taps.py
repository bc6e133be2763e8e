"""Make `aqsense/analysis/filter_taps.npz`, the committed table of filter taps (METHOD 2.1).

    python scripts/make_filter_taps.py [--check]

One least-squares FIR per sampling rate: the analogue response 1 / (1 + (f / 20 Hz)^4), zero delay,
filtering and
interpolating in one polyphase step. The rates are the usual ones of sensors and a ladder of 1 % steps
between them; a sensor uses the nearest (so its cutoff is off by at most 0.1 Hz). The bits of a least-squares
solution differ between LAPACKs, so the table is data; `--check` compares a fresh one within 1e-9.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np

TABLE = Path(__file__).resolve().parents[1] / "aqsense" / "analysis" / "filter_taps.npz"
CUTOFF_HZ = 20.0
LOWEST_HZ, HIGHEST_HZ, STEP = 20.0, 2000.0, 1.01
USUAL_HZ = (
    20, 25, 26, 30, 31.25, 40, 50, 52, 59.94, 60, 62.5, 64, 75, 80, 90, 100, 102.4, 104, 110, 112.5, 119, 120,
    125, 128, 148.148, 150, 160, 180, 200, 204.8, 208, 220, 225, 238, 240, 250, 256, 300, 333.333, 360, 400,
    416, 450, 476, 480, 500, 512, 600, 750, 800, 833, 952, 1000, 1024, 1125, 1200, 1500, 1600, 1666, 2000,
)  # fmt: skip


def half_length_s(rate_hz: float) -> float:
    """Half-length of the FIR in s: 80 ms from 100 Hz up, growing to 240 ms at 25 Hz."""
    if rate_hz >= 100:
        return 0.080
    if rate_hz >= 52:
        return 0.100
    return max(0.120, 0.240 - (rate_hz - 25) / 25 * 0.120)


def design(rate_hz: float) -> tuple[int, np.ndarray]:
    """Interpolation factor m and the taps at k = 0..K of the symmetric FIR on the grid m * rate."""
    factor = math.ceil(200 / rate_hz)
    grid_hz = factor * rate_hz
    n_half = math.floor(half_length_s(rate_hz) * grid_hz + 1e-9)
    f = np.linspace(0, grid_hz / 2, 40 * (n_half + 1) + 1)
    target = np.where(f < 0.5 * rate_hz, 1 / (1 + (f / CUTOFF_HZ) ** 4), 0.0)
    from_multiple = np.abs(f - rate_hz * np.round(f / rate_hz))
    weight = np.where(from_multiple < 10, 100.0, 1.0)
    # METHOD does not care here; with no weight at all the taps run up to 100 and amplify noise near Nyquist.
    weight[(f > 0.42 * rate_hz) & (f < 0.58 * rate_hz)] = 0.001
    basis = np.cos(2 * np.pi * np.outer(f, np.arange(n_half + 1)) / grid_hz)
    basis[:, 1:] *= 2
    root = np.sqrt(weight)
    half, *_ = np.linalg.lstsq(basis * root[:, None], target * root, rcond=None)
    return factor, _branches_to_unit_sum(half, factor)


def _branches_to_unit_sum(half: np.ndarray, factor: int) -> np.ndarray:
    full = np.concatenate([half[:0:-1], half])
    position = np.arange(len(full)) - (len(half) - 1)
    for branch in range(factor):
        members = position % factor == branch
        full[members] /= full[members].sum()
    symmetric = (full + full[::-1]) / 2
    return symmetric[len(half) - 1 :]


def table_rates() -> np.ndarray:
    steps = math.ceil(math.log(HIGHEST_HZ / LOWEST_HZ) / math.log(STEP))
    ladder = LOWEST_HZ * STEP ** np.arange(steps + 1)
    usual = np.array(USUAL_HZ, float)
    apart = np.abs(ladder[:, None] / usual - 1).min(axis=1) > 0.003
    return np.sort(np.concatenate([ladder[apart], usual]))


def make_table() -> dict[str, np.ndarray]:
    rates = table_rates()
    designs = [design(rate) for rate in rates]
    lengths = [len(taps) for _, taps in designs]
    return {
        "rate_hz": rates,
        "factor": np.array([factor for factor, _ in designs], np.int64),
        "start": np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        "taps": np.concatenate([taps for _, taps in designs]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the committed table of filter taps.")
    parser.add_argument(
        "--check", action="store_true", help="compare with the committed table, write nothing"
    )
    table = make_table()
    if not parser.parse_args().check:
        np.savez_compressed(TABLE, allow_pickle=False, **table)
        print(f"{TABLE}: {len(table['rate_hz'])} rates, {len(table['taps'])} taps")
        return
    committed = np.load(TABLE)
    for name, fresh in table.items():
        np.testing.assert_allclose(committed[name], fresh, rtol=0, atol=1e-9, err_msg=name)
    print("the committed table equals a fresh one")


if __name__ == "__main__":
    main()

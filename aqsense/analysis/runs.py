"""Swing peaks of both shins -> runs: stretches in which the legs alternate as in running (METHOD 3.0).

In:  SWING rows of each shin, stamped in session time, and how far each shin is final.
Out: REFERENCE rows, the swing peaks in order of time with the run they belong to.
Refuses: waveforms, contacts, arms.
Why a peak may wait: it belongs to a run only once five others alternate with it.

Settled on real recordings: METHOD's 300 deg/s would lose all of dsads (units at the side of the knee, 8 km/h:
200 to 300 deg/s); walking there swings at 140 to 170 deg/s but never in less than 0.95 s. So the stride time
keeps walking out and the rate only has to tell limbs that swing from limbs that stand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats

LEAST_PEAKS = 6
LEAST_PEAKS_CUT = 4  # of a recording that begins and ends in the middle of running
LEAST_RATE_RAD_S = np.deg2rad(120.0)
LONGEST_STRIDE_S = 0.90
SHORTEST_STRIDE_S = 0.30
EARLIEST, LATEST = 0.3, 0.7  # where the other leg's peak lies in a stride

REFERENCE = np.dtype(
    [
        ("run", "i4"),  # 0-based; -1 = in no run
        ("order", "i4"),  # 0-based within the run
        ("side", "i1"),  # 0 left, 1 right: the swinging leg
        ("time_s", "f8"),  # session time
        ("height", "f8"),  # rad/s; NaN where the peak fell into a gap
        ("width_s", "f8"),
        ("left", "f8"),  # crossings of the plateau on the shin's grid
        ("right", "f8"),
        ("position", "f8"),
        ("index", "i8"),
    ]
)
Covered = Callable[[int, float, float], bool]


class _Peak(NamedTuple):
    """A REFERENCE row in Python: reading fields of structured scalars one by one is ten times slower."""

    run: int
    order: int
    side: int
    time_s: float
    height: float
    width_s: float
    left: float
    right: float
    position: float
    grid_point: int


@dataclass
class Runs:
    """The stage: `push` peaks and watermarks, `finish` when both shins are complete.

    covered    covered(side, start_s, end_s) says whether that shin has data there: a swing peak that fell
               into
               a gap doesn't end the run
    first_s    session time of the shins' first samples: a recording that is cut out of a run may hold fewer
               peaks
    """

    covered: Covered
    first_s: Callable[[], float]
    _waiting: list[NDArray[np.void]] = field(default_factory=list)
    _chain: list[_Peak] = field(default_factory=list)
    _n_runs: int = 0
    _written: int = 0  # peaks of the open run that are already out

    @property
    def is_idle(self) -> bool:
        """No two final peaks in a row that could be a run's first."""
        return len(self._chain) < 2

    @property
    def is_quiet(self) -> bool:
        """No three final peaks alternate: nobody runs yet; walking does not get that far."""
        return len(self._chain) < 3

    def push(self, peaks: NDArray[np.void], watermark_s: float) -> tuple[NDArray[np.void], list[int]]:
        """REFERENCE rows that have become final, and the runs that have ended.

        peaks         rows of either shin; nothing before `watermark_s` may still come
        watermark_s   session time up to which the swing peaks of both shins are final
        """
        self._waiting.append(peaks)
        waiting = np.concatenate(self._waiting)
        waiting = waiting[np.argsort(waiting["time_s"], kind="stable")]
        ready = waiting["time_s"] < watermark_s
        self._waiting = [waiting[~ready]]
        out: list[_Peak] = []
        ended: list[int] = []
        for row in waiting[ready].tolist():
            self._extend(_Peak._make(row), out, ended)
        # A run has ended when its next peak can no longer come.
        if self._chain and watermark_s > self._chain[-1].time_s + LONGEST_STRIDE_S:
            self._close(out, ended)
        return _rows(out), ended

    def finish(self, last_s: float) -> tuple[NDArray[np.void], list[int]]:
        """The rest. `last_s` is the session time of the shins' last samples."""
        rows, ended = self.push(np.empty(0, REFERENCE), np.nextafter(last_s, np.inf))
        out: list[_Peak] = []
        cut = self._chain and (
            self._chain[0].time_s - self.first_s() < LONGEST_STRIDE_S
            and last_s - self._chain[-1].time_s < LONGEST_STRIDE_S
        )
        self._close(out, ended, least=LEAST_PEAKS_CUT if cut else LEAST_PEAKS)
        return np.concatenate([rows, _rows(out)]), ended

    def _extend(self, peak: _Peak, out: list[_Peak], ended: list[int]) -> None:
        if peak.height < LEAST_RATE_RAD_S:
            out.append(peak)
            return
        chain = self._chain
        if chain and self._fell_into_gap(peak):
            nan = float("nan")
            middle = 0.5 * (chain[-1].time_s + peak.time_s)
            missing = _Peak(-1, -1, 1 - peak.side, middle, nan, nan, nan, nan, nan, -1)
            self._append(missing, out)
        if chain and not self._continues(peak):
            last = chain[-1]
            was_run = len(chain) >= LEAST_PEAKS
            self._close(out, ended, keep_last=not was_run and _may_follow(last, peak))
        self._append(peak, out)

    def _continues(self, peak: _Peak) -> bool:
        chain = self._chain
        if not _may_follow(chain[-1], peak):
            return False
        if len(chain) < 2:
            return True
        stride = peak.time_s - chain[-2].time_s
        phase = (chain[-1].time_s - chain[-2].time_s) / stride
        return bool(SHORTEST_STRIDE_S <= stride <= LONGEST_STRIDE_S and EARLIEST <= phase <= LATEST)

    def _fell_into_gap(self, peak: _Peak) -> bool:
        last = self._chain[-1]
        stride = peak.time_s - last.time_s
        if peak.side != last.side or not SHORTEST_STRIDE_S <= stride <= LONGEST_STRIDE_S:
            return False
        middle, reach = 0.5 * (last.time_s + peak.time_s), 0.1 * stride
        return not self.covered(1 - peak.side, middle - reach, middle + reach)

    def _append(self, peak: _Peak, out: list[_Peak]) -> None:
        self._chain.append(peak)
        if len(self._chain) >= LEAST_PEAKS:
            self._write(out)

    def _write(self, out: list[_Peak]) -> None:
        for order in range(self._written, len(self._chain)):
            out.append(self._chain[order]._replace(run=self._n_runs, order=order))
        self._written = len(self._chain)

    def _close(
        self, out: list[_Peak], ended: list[int], *, keep_last: bool = False, least: int = LEAST_PEAKS
    ) -> None:
        if len(self._chain) >= least:
            self._write(out)
            ended.append(self._n_runs)
            self._n_runs += 1
            self._chain = []
        else:
            loose = self._chain[:-1] if keep_last else self._chain
            out.extend(peak for peak in loose if peak.grid_point >= 0)
            self._chain = self._chain[-1:] if keep_last else []
        self._written = 0


def _may_follow(last: _Peak, peak: _Peak) -> bool:
    gap = peak.time_s - last.time_s
    return bool(peak.side != last.side and 0 < gap <= LATEST * LONGEST_STRIDE_S)


def _rows(rows: list[_Peak]) -> NDArray[np.void]:
    return np.array(rows, REFERENCE) if rows else np.empty(0, REFERENCE)


def references(side: int, swings: NDArray[np.void], time_s: Floats, grid_hz: float) -> NDArray[np.void]:
    """SWING rows of one shin as REFERENCE rows that are in no run yet."""
    rows = np.empty(len(swings), REFERENCE)
    rows["run"], rows["order"], rows["side"] = -1, -1, side
    rows["time_s"] = time_s
    rows["width_s"] = swings["width"] / grid_hz
    for name in ("height", "left", "right", "position", "index"):
        rows[name] = swings[name]
    return rows

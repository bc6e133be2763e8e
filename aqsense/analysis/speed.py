"""Speed known from outside, over session time: pieces between which nothing is known (METHOD 5.13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aqsense.model import Floats


@dataclass(frozen=True)
class SpeedPiece:
    """Speed over one stretch of session time.

    time_s     (n,) s, rising
    speed_m_s  (n,) m/s; linear between
    """

    time_s: Floats
    speed_m_s: Floats

    def along_m(self) -> Floats:
        """(n,) way since the piece's first sample, m (trapezoids)."""
        pieces = 0.5 * (self.speed_m_s[1:] + self.speed_m_s[:-1]) * np.diff(self.time_s)
        return np.concatenate([[0.0], np.cumsum(pieces)])


@dataclass(frozen=True)
class Speed:
    """Speed of a session.

    source   gates, laser, radar, gnss, treadmill, file or none
    pieces   in no order; a later one hides an earlier one where they overlap
    facts    per piece how it was made and aligned, for summary.json
    """

    source: str = "none"
    pieces: Sequence[SpeedPiece] = ()
    facts: Sequence[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def at(self, time_s: Floats) -> Floats:
        """(n,) speed, m/s; NaN outside the pieces."""
        return self._of([(piece, piece.speed_m_s) for piece in self.pieces], time_s)

    def distance(self, time_s: Floats) -> Floats:
        """(n,) way since the first sample of the piece that a time lies in, m; NaN outside the pieces."""
        return self._of([(piece, piece.along_m()) for piece in self.pieces], time_s)

    @staticmethod
    def _of(parts: Sequence[tuple[SpeedPiece, Floats]], time_s: Floats) -> Floats:
        found = np.full(len(time_s), np.nan)
        for piece, values in parts:
            part = np.interp(time_s, piece.time_s, values, left=np.nan, right=np.nan)
            known = ~np.isnan(part)
            found[known] = part[known]
        return found

"""A quantity that is constant around each event of a limb and passes softly from one event to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aqsense.model import Floats


@dataclass(frozen=True)
class Plateaus:
    """One plateau per event, softly joined.

    start_s, end_s  (m,) of each plateau, rising
    value           (m,)
    """

    start_s: Floats
    end_s: Floats
    value: Floats

    def at(self, time_s: Floats) -> Floats:
        """Value (n,) at session times (n,); 0 without plateaus."""
        if not len(self.value):
            return np.zeros(len(time_s))
        index = np.clip(np.searchsorted(self.start_s, time_s, side="right") - 1, 0, len(self.value) - 1)
        after = np.minimum(index + 1, len(self.value) - 1)
        flank = np.maximum(self.start_s[after] - self.end_s[index], 1e-9)
        share = np.clip((time_s - self.end_s[index]) / flank, 0.0, 1.0)
        soft = share**3 * (10.0 + share * (6.0 * share - 15.0))
        return self.value[index] + soft * (self.value[after] - self.value[index])


def merged(parts: list[Plateaus]) -> Plateaus:
    """The plateaus of several events of a limb in order of time."""
    start = np.concatenate([part.start_s for part in parts])
    order = np.argsort(start, kind="stable")
    end = np.concatenate([part.end_s for part in parts])
    value = np.concatenate([part.value for part in parts])
    return Plateaus(start[order], end[order], value[order])

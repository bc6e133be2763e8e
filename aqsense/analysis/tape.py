"""A growing array: what a stage has produced so far, appended piece by piece."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Tape:
    """Rows of one dtype, or columns of a (channels, n) block, growing at the end.

    `values` is a view of what was appended; it is valid until the next append.
    """

    def __init__(self, dtype: DTypeLike, channels: int | None = None):
        self._channels = channels
        shape = (0,) if channels is None else (channels, 0)
        self._buffer: NDArray[Any] = np.empty(shape, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> NDArray[Any]:
        return self._buffer[..., : self._length]

    def append(self, rows: NDArray[Any]) -> None:
        """Append a copy of rows along the last axis."""
        self.extend(rows.shape[-1])[...] = rows

    def extend(self, n: int) -> NDArray[Any]:
        """Make room for n more rows and return it, to be filled at once."""
        stop = self._length + n
        if stop > self._buffer.shape[-1]:
            # A big first block is nearly all there will be: room for a segment's last samples, no more.
            grown = stop + stop // 64 + 256 if self._length == 0 else max(stop, 2 * self._length)
            shape = (grown,) if self._channels is None else (self._channels, grown)
            buffer = np.empty(shape, self._buffer.dtype)
            buffer[..., : self._length] = self.values
            self._buffer = buffer
        room = self._buffer[..., self._length : stop]
        self._length = stop
        return room

"""The memory of a virtual MetaMotion board: loggers, entries, and how it sends them page by page.

In:  commands of the logging module; digits of the signals that it may log.
Out: answers, entries.
Refuses: more than `MOST` loggers.
"""

from __future__ import annotations

from firmware_protocol.metamotion_packets import LOGGING
from firmware_protocol.packet import Ticks

MOST = 8
PAGE_ENTRIES = 57  # odd, so that pages end within a sample


class Memory:
    """Entries live through a reset, loggers don't."""

    def __init__(self) -> None:
        self._entries: list[bytes] = []
        self._report = 1
        self.reset()

    def reset(self) -> None:
        self._loggers: dict[int, tuple[int, int, int, int]] = {}
        self._on = False
        self._left: list[bytes] = []

    def __len__(self) -> int:
        return len(self._entries)

    def log(self, module: int, register: int, tick: int, reset: int, row: Ticks) -> None:
        """A sample of a signal: what the loggers keep of it."""
        if not self._on:
            return
        data = row.astype("<i2").tobytes()
        for number, (of, where, offset, size) in self._loggers.items():
            if (of, where) == (module, register):
                head = bytes((reset << 5 | number,)) + (tick % 2**32).to_bytes(4, "little")
                self._entries.append(head + data[offset : offset + size].ljust(4, b"\0"))

    def command(self, data: bytes) -> list[bytes]:
        """A write to the logging module."""
        register = data[1]
        if register == 0x01 and len(data) == 3:
            self._on = data[2] == 1
        elif register == 0x02 and len(data) == 6 and len(self._loggers) < MOST:
            number = next(n for n in range(MOST) if n not in self._loggers)
            self._loggers[number] = (data[2], data[3], data[5] & 0x1F, (data[5] >> 5) + 1)
            return [bytes((LOGGING, 0x02, number))]
        elif register == 0x06 and len(data) == 10:
            self._left = self._entries[: int.from_bytes(data[2:6], "little")]
            self._report = max(1, int.from_bytes(data[6:], "little"))
            return self._page()
        elif register == 0x09:
            self._entries, self._left = [], []
        elif register == 0x0A:
            self._loggers = {}
        elif register == 0x0E:
            return self._page()
        return []

    def _page(self) -> list[bytes]:
        """The next entries, two to a packet, progress between them, and the page's end or the log's."""
        page, self._left = self._left[:PAGE_ENTRIES], self._left[PAGE_ENTRIES:]
        sent: list[bytes] = []
        for start in range(0, len(page), 2):
            sent.append(bytes((LOGGING, 0x07)) + b"".join(page[start : start + 2]))
            left = len(self._left) + max(0, len(page) - start - 2)
            if left and left // self._report != (left + 2) // self._report:
                sent.append(bytes((LOGGING, 0x08)) + left.to_bytes(4, "little"))
        end = bytes((LOGGING, 0x0D)) if self._left else bytes((LOGGING, 0x08, 0, 0, 0, 0))
        return [*sent, end]

"""A thread behind the window: drawing can't delay it, it can't delay drawing.

In:  wishes by `send`.
Out: the newest snapshot by `latest`, at any time.
Refuses: hiding an error: whoever works keeps it in `_failure`, and `close` raises it.
"""

from __future__ import annotations

import queue
import threading
from abc import ABC, abstractmethod

from aqsense.snapshot import Action, Snapshot


class Backstage(ABC):
    """Works from `start` to `close`; `_work` runs in the thread until `_closing` is set."""

    def __init__(self, first: Snapshot, name: str):
        self._latest = first
        self._wishes: queue.SimpleQueue[Action] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    @abstractmethod
    def _work(self) -> None: ...

    def start(self) -> None:
        self._thread.start()

    def latest(self) -> Snapshot:
        """The newest snapshot."""
        return self._latest

    def send(self, action: Action) -> None:
        """Take a wish; when it is done is for the one who works to say."""
        self._wishes.put(action)

    def close(self) -> Snapshot:
        """End the work whole. Raises what went wrong in it."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._latest

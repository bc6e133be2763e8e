"""The worker thread of a session with a window: drawing can't delay it, it can't delay drawing.

In:  a source; wishes by `send`.
Out: the newest snapshot by `latest`, at any time.
Refuses: hiding an error: it is shown in words, and raised again by `close`.
"""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Sequence
from dataclasses import replace

from aqsense.errors import AqsenseError
from aqsense.live.drive import drive
from aqsense.live.session import LiveSession
from aqsense.live.sources import Replay
from aqsense.snapshot import Action, Do, Level, Message, Saving, Snapshot

_REST_S = 0.1


class Worker:
    """Runs a session from `start` to `close`; after the source's end wishes are still taken.

    speed     times real time; 0 = as fast as it goes
    seconds   of session time, None = all
    """

    def __init__(
        self, source: Replay, actions: Sequence[Action] = (), *, speed: float = 1.0,
        seconds: float | None = None, saving: Saving | None = None,
    ):  # fmt: skip
        self._source = source
        self._session = LiveSession(source.facts, name=source.name, saving=saving)
        self._wishes: queue.SimpleQueue[Action] = queue.SimpleQueue()
        for action in [*source.actions(), *actions]:
            self._wishes.put(action)
        self._speed = speed
        self._stop_s = math.inf if seconds is None else seconds
        self._closing = threading.Event()
        self._latest = self._session.snapshot()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="aqsense live", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def latest(self) -> Snapshot:
        """The newest snapshot."""
        return self._latest

    def send(self, action: Action) -> None:
        """Take a wish; it is done at the next half second of session time."""
        self._wishes.put(action)

    def close(self) -> Snapshot:
        """End the session whole: open runs are closed and analysed. Raises what went wrong in it."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._latest

    def _work(self) -> None:
        try:
            drive(
                self._session, self._source, speed=self._speed, stop_s=self._stop_s, wishes=self._taken,
                show=self._show, wait=self._closing.wait,
            )  # fmt: skip
            while not self._closing.wait(_REST_S):
                wishes = self._taken()
                if wishes:
                    self._session.after_end(wishes)
                    self._show(self._session.snapshot())
        except AqsenseError as error:
            self._fail(error, str(error))
        except Exception as defect:  # noqa: BLE001 - shown, and raised again by `close`
            self._fail(defect, f"a defect of aqsense: {type(defect).__name__}: {defect}")

    def _taken(self) -> list[Action]:
        taken: list[Action] = []
        while not self._wishes.empty():
            taken.append(self._wishes.get())
        if any(action.do is Do.QUIT and math.isnan(action.time_s) for action in taken):
            self._closing.set()
        return taken

    def _show(self, snapshot: Snapshot) -> bool:
        self._latest = snapshot
        return not self._closing.is_set()

    def _fail(self, failure: Exception, text: str) -> None:
        self._failure = failure
        last = self._latest
        text = " ".join(text.splitlines())
        self._latest = replace(
            last, serial=last.serial + 1, finished=True, saving=Saving(last.saving.text, text),
            messages=(*last.messages, Message(last.time_s, Level.ERROR, text, "failure")),
        )  # fmt: skip

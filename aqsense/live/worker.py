"""The worker of a session with a window.

In:  a source, wishes.
Out: snapshots. An error is shown in words, and raised again by `close`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from aqsense.errors import AqsenseError
from aqsense.live.backstage import Backstage
from aqsense.live.drive import drive
from aqsense.live.session import LiveSession
from aqsense.live.sources import Replay
from aqsense.snapshot import Action, Do, Level, Message, Saving, Snapshot

_REST_S = 0.1


class Worker(Backstage):
    """Runs a session. A wish is done at the next half second of session time, also after the source's end.

    speed     times real time; 0 = as fast as it goes
    seconds   of session time, None = all
    """

    def __init__(
        self, source: Replay, actions: Sequence[Action] = (), *, speed: float = 1.0,
        seconds: float | None = None, saving: Saving | None = None,
    ):  # fmt: skip
        self._source = source
        self._session = LiveSession(source.facts, name=source.name, saving=saving)
        self._speed = speed
        self._stop_s = math.inf if seconds is None else seconds
        super().__init__(self._session.snapshot(), "aqsense live")
        for action in [*source.actions(), *actions]:
            self.send(action)

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

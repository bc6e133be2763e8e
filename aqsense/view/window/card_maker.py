"""The phone card of a run, made beside the window so that it never waits."""

from __future__ import annotations

import threading
from pathlib import Path

from aqsense.errors import AqsenseError
from aqsense.snapshot import RunResult


class CardMaker:
    """`make` begins; `told` gives what came of it, once."""

    def __init__(self, directory: Path):
        self.directory = directory
        self._told: list[str] = []
        self._thread: threading.Thread | None = None

    def make(self, one: RunResult) -> str:
        """What is being done, in words."""
        if self._thread is not None and self._thread.is_alive():
            return "The card before is still being made."
        self._thread = threading.Thread(target=self._work, args=(one,), daemon=True)
        self._thread.start()
        return f"Making the card of run {one.number} ..."

    def told(self) -> str:
        """A sentence, "" if there is nothing new."""
        return self._told.pop(0) if self._told else ""

    def finish(self) -> None:
        """Wait for a card that is being made."""
        if self._thread is not None:
            self._thread.join()

    def _work(self, one: RunResult) -> None:
        from aqsense.view.card import plot_card

        path = self.directory / f"card-{one.number}.png"
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            plot_card(one.result, one.run).save_small(path, 1080)
        except (AqsenseError, OSError) as error:
            self._told.append(f"No card: {error}")
        else:
            self._told.append(f"Card of run {one.number}: {path}")

"""Judges a shake while the recording goes on: accepted, or again with the reason.

In:  the folder being recorded into, the marks made so far.
Out: a ShakeVerdict.
The folder's own packets are read by `aqsense sync` in a process of its own, so that nothing here can delay
the capture. What decides is the same code that times the recording afterwards.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

SETTLE_S = 2.0  # until the last packets of the shake are on the disk
_END = "shake_end"


@dataclass(frozen=True, slots=True)
class ShakeVerdict:
    """Of the last shake.

    is_pending   it is being looked at
    reason       why it must be done again; "" if it is accepted or there was none
    sd_ms        predicted residual of an accepted one; None otherwise
    """

    is_pending: bool = False
    reason: str = ""
    sd_ms: float | None = None


class ShakeJudge:
    """Ask `look` again and again; `close` in the end."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._seen = 0
        self._due_s: float | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._answer: IO[bytes] | None = None
        self._verdict = ShakeVerdict()

    def look(self, now_s: float, kinds: Sequence[str]) -> ShakeVerdict:
        """The verdict so far.

        now_s   session time
        kinds   of all marks so far, in order
        """
        ended = kinds.count(_END)
        if ended > self._seen:
            self._seen = ended
            self.close()
            self._due_s, self._verdict = now_s + SETTLE_S, ShakeVerdict(is_pending=True)
        if self._due_s is not None and now_s >= self._due_s:
            self._due_s = None
            self._begin()
        if self._process is not None and self._process.poll() is not None:
            self._verdict = self._read()
            self.close()
        return self._verdict

    def close(self) -> None:
        """Stop looking."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()
        if self._answer is not None:
            self._answer.close()
        self._process = self._answer = None

    def _begin(self) -> None:
        self._answer = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        command = [sys.executable, "-m", "aqsense", "sync", str(self._folder), "--json"]
        self._process = subprocess.Popen(command, stdout=self._answer, stderr=subprocess.DEVNULL)

    def _read(self) -> ShakeVerdict:
        assert self._answer is not None
        self._answer.seek(0)
        return verdict(self._answer.read())


def verdict(answer: bytes) -> ShakeVerdict:
    """What `aqsense sync --json` says of the last shake that was marked."""
    try:
        shakes: Sequence[Mapping[str, Any]] = json.loads(answer)["shakes"]
    except (ValueError, KeyError, TypeError):
        return ShakeVerdict(reason="the packets can't be read yet")
    marked = [shake for shake in shakes if shake["marked"]]
    if not marked:
        return ShakeVerdict(reason="no shake was seen between the marks")
    last = marked[-1]
    if last["accepted"]:
        return ShakeVerdict(sd_ms=None if last["sd_s"] is None else 1e3 * float(last["sd_s"]))
    return ShakeVerdict(reason=str(last["reason"]).replace("_", " "))

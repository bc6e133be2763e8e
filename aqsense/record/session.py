"""One capture from its first connect to its tables.

In:  a link, wanted sensors, a folder, who tells and who presses keys.
Out: the recording folder with its tables.
Refuses: to leave sensors running: whatever ends it, they are stopped and the log is closed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aqsense.acquire.capture import Capture
from aqsense.acquire.capture_state import CaptureNow
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Link
from aqsense.acquire.packet_log import PacketLog, segments
from aqsense.acquire.recover import rebuild
from aqsense.acquire.sensor_capture import Wanted
from aqsense.errors import OutputError
from aqsense.model import Mark
from aqsense.record.desk import Desk
from aqsense.record.keys import Keys
from aqsense.record.shaking import ShakeJudge
from aqsense.record.telling import Teller
from aqsense.record.words import sentence

LOOK_EVERY_S = 0.1
LONGEST_WAIT_S = 60.0  # for all sensors, before a play begins without them


@dataclass
class Play:
    """What simulated sensors do once all of them send, with the marks that a helper would press.

    begin      starts it
    length_s   of it
    """

    begin: Any
    marks: Sequence[Mark]
    length_s: float
    began_ns: int | None = None
    _told: int = field(default=0)

    def look(self, capture: Capture, desk: Desk) -> bool:
        """Begin when all are there, make the marks that are due; True when it is over."""
        now_ns = capture.clock.now_ns()
        if self.began_ns is None:
            if all_send(capture.now) or capture.now.time_s > LONGEST_WAIT_S:
                self.began_ns = now_ns
                self.begin()
            return False
        elapsed_s = (now_ns - self.began_ns) * 1e-9
        while self._told < len(self.marks) and self.marks[self._told].time_s <= elapsed_s:
            mark = self.marks[self._told]
            self._told += 1
            desk.kinds.append(mark.kind)
            capture.mark(mark.kind, mark.text, time_ns=self.began_ns + round(mark.time_s * 1e9))
        return elapsed_s > self.length_s + 1.0


def all_send(now: CaptureNow) -> bool:
    """Every sensor streams, and long enough to know its rate."""
    return all(one.stage == "streaming" and not math.isnan(one.rate_hz) for one in now.sensors)


def record(
    link: Link, wanted: Sequence[Wanted], folder: Path, start: Mapping[str, Any], teller: Teller, keys: Keys,
    *, clock: HostClock, seconds: float | None = None, play: Play | None = None,
) -> Path:  # fmt: skip
    """Capture until Q, Ctrl-C, the end of `seconds` of session time or of the play; then make the tables.

    Raises OutputError where the folder holds something else or the disk refused meanwhile (the folder is
    whole up to then), RecordingError where no sensor sent anything.
    """
    _check(folder)
    capture = Capture(link, wanted, PacketLog(folder), start, clock=clock)
    desk, judge = Desk(capture.mark), ShakeJudge(folder)
    try:
        capture.start()
        _follow(capture, desk, judge, teller, keys, math.inf if seconds is None else seconds, play)
    except KeyboardInterrupt:
        teller.say(event="stopping")
    finally:
        capture.stop()
        judge.close()
        teller.close()
    if capture.now.failed:
        raise OutputError(capture.now.failed)
    rebuilt = rebuild(folder)
    recorded = {site: len(one.samples) for site, one in rebuilt.recording.sensors.items()}
    teller.say(event="recorded", recording=str(folder), samples=recorded)
    return folder


def _follow(
    capture: Capture,
    desk: Desk,
    judge: ShakeJudge,
    teller: Teller,
    keys: Keys,
    seconds: float,
    play: Play | None,
) -> None:
    while capture.is_running and not desk.wants_to_stop:
        now = capture.now
        typing = "" if desk.line is None else f"{desk.line.asked}: {desk.line.text}_   (Enter, Esc)"
        teller.look(now, sentence(now, desk.kinds, judge.look(now.time_s, desk.kinds)), typing)
        key = keys.next(capture.clock.real_s(LOOK_EVERY_S))
        if key:
            desk.take(key)
        if (play is not None and play.look(capture, desk)) or now.time_s >= seconds:
            return


def _check(folder: Path) -> None:
    if folder.is_dir() and not segments(folder) and any(folder.iterdir()):
        raise OutputError(f"{folder}: holds other files. Choose another --out.")
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file. Choose another --out.")

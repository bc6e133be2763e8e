"""Records of the packet log -> samples and marks in session time: the one reader of what was captured.

In:  LogRecords in the order of the log; all of them.
Out: `Batch`es of one sensor and `Mark`s.
Refuses: radio, files, threads. Recover, the terminal and the live window give it the same records, so they
         see the same.
Session time is the host's monotonic clock, 0 = the first START; where a recording is taken up again after
the computer was switched off, UTC tells how long that took.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aqsense.acquire.log_record import LogRecord, What
from aqsense.acquire.sensor_decoder import Batch, SensorDecoder
from aqsense.model import Mark

CLOCKS_APART_S = 0.5  # utc - monotonic moved by more: the computer slept, or its clock was set
NS = 1e-9
CONNECTION_KINDS = ("connected", "reconnected", "lost")


class LogDecoder:
    """Give it every record by `push`.

    start     facts of the first START record
    n_starts  segments that began
    sensors   by site, in the order in which they were heard of
    damages   facts of the DAMAGE records
    """

    def __init__(self) -> None:
        self.start: dict[str, Any] = {}
        self.n_starts = 0
        self.sensors: dict[str, SensorDecoder] = {}
        self.damages: list[dict[str, Any]] = []
        self._zero_ns: int | None = None
        self._utc_start_ns = 0
        self._apart_ns: int | None = None  # utc - monotonic, of the newest pair
        self._newest_ns = 0

    def session_s(self, time_ns: int) -> float:
        """Session time of a host time."""
        return 0.0 if self._zero_ns is None else (time_ns - self._zero_ns) * NS

    def push(self, record: LogRecord) -> list[Batch | Mark]:
        """What this record brings."""
        if record.what is What.DAMAGE:
            self.damages.append(dict(record.facts))
            return []
        if record.what is What.START:
            return list(self._started(record))
        if self._zero_ns is None:
            self._zero_ns = record.time_ns
        self._newest_ns = max(self._newest_ns, record.time_ns)
        time_s = self.session_s(record.time_ns)
        if record.what is What.PACKET:
            return self._sensor(record.site).push(record, time_s)
        if record.what is What.STREAM:
            return self._described(record, time_s)
        if record.what is What.CLOCK:
            return list(self._clock(record, time_s))
        if record.what is What.MARK:
            return [self._mark(record, time_s)]
        return []

    def _sensor(self, site: str) -> SensorDecoder:
        if site not in self.sensors:
            self.sensors[site] = SensorDecoder(site)
        return self.sensors[site]

    def _started(self, record: LogRecord) -> Iterator[Mark]:
        utc_ns = int(record.facts.get("utc_ns", 0))
        apart_ns = utc_ns - record.time_ns
        if self._zero_ns is None:
            self._zero_ns, self._utc_start_ns = record.time_ns, utc_ns
            self.start = dict(record.facts)
        elif self._apart_ns is None or abs(apart_ns - self._apart_ns) * NS > CLOCKS_APART_S:
            # Another start of the computer: its monotonic clock began anew.
            since_ns = max(utc_ns - self._utc_start_ns, self._newest_ns - self._zero_ns + 1_000_000)
            self._zero_ns = record.time_ns - since_ns
        self._apart_ns, self._newest_ns = apart_ns, record.time_ns
        self.n_starts += 1
        for sensor in self.sensors.values():
            sensor.forget_connection()
        if self.n_starts > 1:
            text = f"the recording was taken up again (part {self.n_starts})"
            yield Mark(self.session_s(record.time_ns), "note", text=text)

    def _described(self, record: LogRecord, time_s: float) -> list[Batch | Mark]:
        try:
            return self._sensor(record.site).describe(record.facts)
        except ValueError as error:
            return [Mark(time_s, "note", site=record.site, text=f"can't be decoded: {error}")]

    def _clock(self, record: LogRecord, time_s: float) -> Iterator[Mark]:
        apart_ns = int(record.facts["utc_ns"]) - record.time_ns
        before_ns, self._apart_ns = self._apart_ns, apart_ns
        if before_ns is None or abs(apart_ns - before_ns) * NS <= CLOCKS_APART_S:
            return
        moved_s = (apart_ns - before_ns) * NS
        text = f"the computer slept or its clock was set: UTC moved by {moved_s:+.1f} s"
        yield Mark(time_s, "host_suspend", text=text)
        for site, sensor in self.sensors.items():
            if sensor.is_streaming:
                yield Mark(time_s, "clock_reset", site=site, text="after host_suspend")

    def _mark(self, record: LogRecord, time_s: float) -> Mark:
        kind, run, text = (str(record.facts.get(name, "")) for name in ("kind", "run", "text"))
        if kind in CONNECTION_KINDS and record.site:
            self._sensor(record.site).forget_connection()
        return Mark(time_s, kind, run, record.site, text)

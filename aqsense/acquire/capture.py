"""A capture of several sensors: the radio's thread, one queue, one worker that writes first.

In:  a link, wanted sensors, a folder.
Out: the packet log; `CaptureNow` pictures; every record, after it was written, to whoever follows live.
Refuses: to let one sensor stop the others; to lose what was written because something behind it failed.

    radio thread (own asyncio loop; the callback stamps and enqueues) -> queue -> worker (log, then decode)
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from aqsense.acquire.capture_state import CaptureMeter, CaptureNow
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Link
from aqsense.acquire.log_record import LogRecord, What
from aqsense.acquire.packet_log import PacketLog
from aqsense.acquire.sensor_capture import USUAL, Patience, SensorCapture, Wanted
from aqsense.errors import OutputError

LOOK_EVERY_S = 0.5
DECODE_EVERY_S = 0.05  # many records one after the other cost half of what single ones do
DECODE_AT_ONCE = 16
CLOCK_EVERY_S = 1.0
LONGEST_STOP_S = 10.0
NS = 1e-9


class Capture:
    """Start, look at `now`, mark, stop.

    log       open; `stop` closes it
    start     facts of the session for recording.json (name, athlete, ...)
    follow    gets each record after it was written, on the worker's thread; what it raises ends the capture

    Everything is called from one thread. `stop` raises what went wrong inside, if that was a defect; a full
    disk stands in `now.failed`.
    """

    def __init__(
        self,
        link: Link,
        wanted: Sequence[Wanted],
        log: PacketLog,
        start: Mapping[str, Any],
        *,
        clock: HostClock | None = None,
        patience: Patience = USUAL,
        follow: Callable[[LogRecord], None] | None = None,
    ):
        self.clock = clock or HostClock()
        self._link = link
        self._wanted = tuple(wanted)
        self._log = log
        self._start = dict(start)
        self._patience = patience
        self._follow = follow
        self._queue: SimpleQueue[LogRecord | None] = SimpleQueue()
        self._meter = CaptureMeter(tuple(one.site for one in wanted))
        self._failed = ""
        self._defects: list[BaseException] = []
        self.now: CaptureNow = self._meter.now(0, 0)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._radio = threading.Thread(target=self._run_radio, name="aqsense radio", daemon=True)
        self._worker = threading.Thread(target=self._run_worker, name="aqsense worker", daemon=True)

    def start(self) -> None:
        """Begin: session time 0 is now."""
        time_ns, utc_ns = self.clock.now_ns(), self.clock.utc_ns()
        self._queue.put(LogRecord(What.START, time_ns, facts=self._start | {"utc_ns": utc_ns}))
        self._worker.start()
        self._radio.start()
        self._ready.wait()

    def mark(self, kind: str, text: str = "", *, run: str = "", time_ns: int | None = None) -> None:
        """Something happened now, or at a host time."""
        facts = {"kind": kind, "run": run, "text": text}
        at_ns = self.clock.now_ns() if time_ns is None else time_ns
        self._queue.put(LogRecord(What.MARK, at_ns, facts=facts))

    @property
    def is_running(self) -> bool:
        """Data are being written; False after a full disk or a defect."""
        return not self._failed and not self._defects and self._radio.is_alive()

    def stop(self) -> None:
        """Stop every sensor, write what is under way, close the log."""
        if self._radio.is_alive() and self._loop is not None and self._stopping is not None:
            with suppress(RuntimeError):  # the loop has just ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
        self._radio.join()
        self._queue.put(None)
        self._worker.join()
        self._log.close()
        if self._defects:
            raise self._defects[0]

    def _run_radio(self) -> None:
        try:
            asyncio.run(self._capture())
        except BaseException as defect:  # noqa: BLE001  (it is raised again by `stop`)
            self._defects.append(defect)
        finally:
            self._ready.set()

    async def _capture(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(self._defect)
        self._ready.set()
        connecting = asyncio.Lock()
        sensors = [
            SensorCapture(one, self._link, self._queue.put, connecting, self.clock, self._patience)
            for one in self._wanted
        ]
        tasks = [asyncio.create_task(sensor.run()) for sensor in sensors]
        ticking = asyncio.create_task(self._tick())
        stopping = asyncio.create_task(self._stopping.wait())
        # Sensors run until they are stopped: one that ends before has a defect.
        await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
        for sensor in sensors:
            sensor.stop()
        await asyncio.wait(tasks, timeout=self.clock.real_s(LONGEST_STOP_S))
        for task in (*tasks, ticking, stopping):
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        self._defects += [one for one in ended if isinstance(one, Exception)]

    async def _tick(self) -> None:
        """The pair of clocks, once a second."""
        while True:
            time_ns, utc_ns = self.clock.now_ns(), self.clock.utc_ns()
            self._queue.put(LogRecord(What.CLOCK, time_ns, facts={"utc_ns": utc_ns}))
            await self.clock.sleep(CLOCK_EVERY_S)

    def _defect(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._defects.append(context.get("exception") or RuntimeError(context["message"]))
        if self._stopping is not None:
            self._stopping.set()

    def _run_worker(self) -> None:
        try:
            self._work()
        except BaseException as defect:  # noqa: BLE001  (it is raised again by `stop`)
            self._defects.append(defect)
            self._end_radio()

    def _work(self) -> None:
        """Write what has come, at once; decode it a moment later, a few records at a time."""
        is_open, decoded_ns, looked_ns = True, 0, 0
        written: deque[LogRecord] = deque()
        while is_open or written:
            now_ns = self.clock.now_ns()
            is_due = not is_open or (now_ns - decoded_ns) * NS > DECODE_EVERY_S
            if is_open:
                records, is_open = self._next(0.0 if is_due and written else DECODE_EVERY_S)
                written.extend(record for record in records if self._write(record))
            if is_due:
                self._decode(written)
                decoded_ns = decoded_ns if written else now_ns
            if not (is_open or written) or (now_ns - looked_ns) * NS > LOOK_EVERY_S:
                looked_ns = now_ns
                self.now = self._meter.now(now_ns, self._log.size, self._failed)

    def _decode(self, written: deque[LogRecord]) -> None:
        """A few records: between them the log is written."""
        for _ in range(min(DECODE_AT_ONCE, len(written))):
            record = written.popleft()
            self._meter.push(record)
            if self._follow is not None:
                self._follow(record)

    def _next(self, seconds: float) -> tuple[list[LogRecord], bool]:
        """All records that have come, waiting so long for the first; False when there are no more."""
        records: list[LogRecord] = []
        try:
            one = self._queue.get(timeout=seconds) if seconds else self._queue.get_nowait()
            while one is not None:
                records.append(one)
                one = self._queue.get_nowait()
        except Empty:
            return records, True
        return records, False

    def _write(self, record: LogRecord) -> bool:
        if self._failed:
            return False
        try:
            self._log.append(record)
        except OutputError as full:
            self._failed = str(full)
            self._end_radio()
        return not self._failed

    def _end_radio(self) -> None:
        if self._loop is not None and self._stopping is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopping.set)

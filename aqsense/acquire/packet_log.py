"""The packet log: written before anything else happens to a notification, and read again.

In:  records, from one thread, in the order in which they are to be found again.
Out: `packets.bin`, and `packets-0002.bin` ... for every time that the recording was taken up again.
Refuses: to write over anything; a folder that another program is recording into; to leave half a record
         where the disk is full.
Why one write call per record: the system puts an appended write into the file whole or not at all when the
program is killed, and a power cut can only tear the last second, which was not synced yet.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from aqsense.acquire.file_lock import lock
from aqsense.acquire.log_record import FILE_HEAD, MAGIC, VERSION, LogRecord, What, from_bytes, to_bytes
from aqsense.errors import OutputError, RecordingError

FIRST = "packets.bin"
SYNC_EVERY_S = 1.0
Write = Callable[[int, bytes], int]


class PacketLog:
    """Appends records to a new segment of a recording folder.

    folder   is made if it is not there; a folder with a log is taken up again by a new segment
    write    os.write, or what a test puts in its place

    Raises OutputError where the folder is being recorded into, or the disk refuses. After the disk has
    refused once nothing is written any more: what stands in the file is whole.
    """

    def __init__(self, folder: Path, *, write: Write = os.write):
        self.folder = folder
        self._write = write
        self._refused: OutputError | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _appending(folder / FIRST, os.O_CREAT)
        except OSError as error:
            raise OutputError(f"{folder}: can't be written: {error.strerror}. Check the disk.") from error
        try:
            self.path, self._descriptor = self._own_segment()
        except BaseException:
            os.close(self._lock)
            raise
        self.size = 0
        self._append(FILE_HEAD)
        self._closing = threading.Event()
        self._syncing = threading.Thread(target=self._sync, name="aqsense fsync", daemon=True)
        self._syncing.start()

    def append(self, record: LogRecord) -> None:
        """Write a record. Raises OutputError, and again at every later call, once the disk refused."""
        self._append(to_bytes(record))

    def close(self) -> None:
        """Sync, let go of the lock. Harmless when closed already."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._syncing.join()
        self._fsync()
        for descriptor in {self._descriptor, self._lock}:
            os.close(descriptor)

    def _own_segment(self) -> tuple[Path, int]:
        """Lock the recording; its new segment, open."""
        if not lock(self._lock):
            raise OutputError(
                f"{self.folder}: another program is recording into it. Stop it, or choose another --out."
            )
        if os.fstat(self._lock).st_size == 0:
            return self.folder / FIRST, self._lock
        path = self.folder / f"packets-{len(segments(self.folder)) + 1:04d}.bin"
        try:
            return path, _appending(path, os.O_CREAT | os.O_EXCL)
        except OSError as error:
            raise OutputError(f"{path}: can't be written: {error.strerror}. Check the disk.") from error

    def _append(self, data: bytes) -> None:
        if self._refused is not None:
            raise self._refused
        try:
            written = self._write(self._descriptor, data)
            reason = "" if written == len(data) else "the disk is full"
        except OSError as error:
            reason = f"the disk refuses ({error.strerror})"
        if reason:
            self._refuse(reason)
        self.size += len(data)

    def _refuse(self, reason: str) -> None:
        os.ftruncate(self._descriptor, self.size)
        self._refused = OutputError(
            f"{self.path}: {reason}. The recording ends here and is whole up to now. Make room, then "
            f"`aqsense recover {self.folder}` makes its tables."
        )
        raise self._refused

    def _sync(self) -> None:
        while not self._closing.wait(SYNC_EVERY_S):
            self._fsync()

    def _fsync(self) -> None:
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            if self._refused is None:
                self._refused = OutputError(
                    f"{self.path}: the disk refuses ({error.strerror}). Check it, then record into another."
                )


def _appending(path: Path, flags: int) -> int:
    return os.open(path, os.O_RDWR | os.O_APPEND | flags | getattr(os, "O_BINARY", 0), 0o644)


def is_being_recorded(folder: Path) -> bool:
    """Another program has the recording open."""
    descriptor = os.open(folder / FIRST, os.O_RDWR)
    try:
        return not lock(descriptor)
    finally:
        os.close(descriptor)


def segments(folder: Path) -> list[Path]:
    """Files of a recording's log, oldest first."""
    first = folder / FIRST
    return ([first] if first.exists() else []) + sorted(folder.glob("packets-[0-9][0-9][0-9][0-9].bin"))


def read_packets(path: Path) -> Iterator[LogRecord]:
    """Records of a recording folder, or of one segment, in the order in which they were written.

    Bytes that are no whole record (a torn tail, a damaged disk) are left out and a DAMAGE record stands for
    them; what follows them is read. Raises RecordingError for a file that is no packet log, or newer.
    """
    for file in segments(path) if path.is_dir() else [path]:
        yield from _read_segment(file)


def _read_segment(path: Path) -> Iterator[LogRecord]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"can't be read: {error.strerror}. Check its rights.", path=path) from error
    return _records(memoryview(data), path)


def _records(data: memoryview, path: Path) -> Iterator[LogRecord]:
    _check_head(bytes(data[: len(FILE_HEAD)]), path)
    offset, newest_ns = len(FILE_HEAD), 0
    while offset < len(data):
        found = from_bytes(data, offset)
        if found is None:
            begin, offset = offset, _next_record(data, offset + 1)
            facts = {"offset": begin, "n_bytes": offset - begin, "is_tail": offset == len(data)}
            yield LogRecord(What.DAMAGE, newest_ns, facts=facts | {"file": path.name})
        else:
            record, offset = found
            newest_ns = record.time_ns
            yield record


def _check_head(head: bytes, path: Path) -> None:
    if head == FILE_HEAD[: len(head)]:
        return
    if head[: len(MAGIC)] != MAGIC:
        raise RecordingError("is no packet log of aqsense. Take it out of the folder.", path=path)
    version = int.from_bytes(head[len(MAGIC) :], "little")
    raise RecordingError(
        f"is a packet log of version {version}; this program reads {VERSION}. Update it.", path=path
    )


def _next_record(data: memoryview, offset: int) -> int:
    """Where the next whole record begins; the end where there is none."""
    while offset < len(data):
        if data[offset : offset + 4] != b"\0\0\0\0" and from_bytes(data, offset) is not None:
            return offset
        offset += 1
    return len(data)

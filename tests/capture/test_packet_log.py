"""The packet log: what is written is found again, whatever happens to the program or the disk."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from aqsense.acquire.log_record import FILE_HEAD, LogRecord, What, from_bytes, to_bytes
from aqsense.acquire.packet_log import FIRST, PacketLog, is_being_recorded, read_packets, segments
from aqsense.errors import OutputError, RecordingError

UUID = "0000ffe4-0000-1000-8000-00805f9a34fb"
ROOT = Path(__file__).resolve().parents[2]


def records(n: int) -> list[LogRecord]:
    some = random.Random(3)
    return [
        LogRecord(What.PACKET, 10**9 + i, "left_shin", UUID if i % 3 else "", some.randbytes(i % 245))
        for i in range(n)
    ]


def written(folder: Path, wanted: list[LogRecord]) -> Path:
    log = PacketLog(folder)
    for record in wanted:
        log.append(record)
    log.close()
    return log.path


def test_found_again(tmp_path: Path) -> None:
    wanted = [
        LogRecord(What.START, 5, facts={"name": "Läufer, 1", "utc_ns": 17}),
        *records(300),
        LogRecord(What.MARK, 6, "trunk", facts={"kind": "lost", "text": 'a "b"\n'}),
        LogRecord(What.CLOCK, -7, facts={"utc_ns": 2**62}),
    ]
    written(tmp_path / "r", wanted)
    assert list(read_packets(tmp_path / "r")) == wanted


def test_torn_anywhere_loses_only_the_torn_record(tmp_path: Path) -> None:
    wanted = records(6)
    path = written(tmp_path, wanted)
    whole = path.read_bytes()
    ends = [len(FILE_HEAD)]
    for record in wanted:
        ends.append(ends[-1] + len(to_bytes(record)))
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        found = list(read_packets(path))
        n = sum(end <= cut for end in ends[1:])
        assert found[:n] == wanted[:n]
        torn = found[n:]
        assert [one.what for one in torn] == ([] if cut in ends or cut < ends[0] else [What.DAMAGE])
        assert all(one.facts["is_tail"] for one in torn)


def test_what_follows_a_damaged_record_is_read(tmp_path: Path) -> None:
    wanted = records(40)
    path = written(tmp_path, wanted)
    data = bytearray(path.read_bytes())
    hurt = len(FILE_HEAD) + sum(len(to_bytes(one)) for one in wanted[:20]) + 12
    data[hurt] ^= 0x40
    path.write_bytes(data + bytes(5000))
    found = list(read_packets(path))
    good = [one for one in found if one.what is not What.DAMAGE]
    assert good == wanted[:20] + wanted[21:]
    damages = [one.facts for one in found if one.what is What.DAMAGE]
    assert [one["is_tail"] for one in damages] == [False, True]
    assert damages[0]["n_bytes"] == len(to_bytes(wanted[20]))


def test_noise_is_no_record() -> None:
    some = random.Random(1)
    for _ in range(2000):
        assert from_bytes(memoryview(some.randbytes(60)), 0) is None


def test_taken_up_again_by_a_new_segment(tmp_path: Path) -> None:
    wanted = records(30)
    names = [written(tmp_path, wanted[i : i + 10]).name for i in (0, 10, 20)]
    assert names == [FIRST, "packets-0002.bin", "packets-0003.bin"]
    assert list(read_packets(tmp_path)) == wanted
    assert [path.name for path in segments(tmp_path)] == names


def test_two_programs_do_not_record_into_one_folder(tmp_path: Path) -> None:
    log = PacketLog(tmp_path)
    assert is_being_recorded(tmp_path)
    with pytest.raises(OutputError, match="another program"):
        PacketLog(tmp_path)
    log.close()
    log.close()
    assert not is_being_recorded(tmp_path)
    again = PacketLog(tmp_path)  # the second segment is under the first one's lock
    log.close()
    with pytest.raises(OutputError, match="another program"):
        PacketLog(tmp_path)
    again.close()


def test_foreign_and_newer_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / FIRST).write_bytes(b"PK\3\4 something else")
    with pytest.raises(RecordingError, match="no packet log"):
        list(read_packets(tmp_path))
    (tmp_path / FIRST).write_bytes(FILE_HEAD[:-2] + b"\x09\x00")
    with pytest.raises(RecordingError, match="version 9"):
        list(read_packets(tmp_path))


@pytest.mark.parametrize("how", ["short", "nothing", "full"])
def test_a_full_disk_ends_the_log_whole(tmp_path: Path, how: str) -> None:
    """The disk takes 20 records, then a part of one, or refuses."""
    calls = 0

    def write(descriptor: int, data: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls <= 21:
            return os.write(descriptor, data)
        if how == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(descriptor, data[: 11 if how == "short" else 0])

    wanted = records(40)
    log = PacketLog(tmp_path, write=write)
    for record in wanted[:20]:
        log.append(record)
    for record in wanted[20:23]:
        with pytest.raises(OutputError, match=r"whole up to now.*aqsense recover"):
            log.append(record)
    log.close()
    assert calls == 22
    assert list(read_packets(tmp_path)) == wanted[:20]


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are Unix's")
def test_a_real_limit_of_the_system_ends_the_log_whole(tmp_path: Path) -> None:
    """The system itself cuts a write short (RLIMIT_FSIZE), as a full disk does."""
    program = f"""
        import resource, sys
        from pathlib import Path
        from aqsense.acquire.log_record import LogRecord, What
        from aqsense.acquire.packet_log import PacketLog
        from aqsense.errors import OutputError
        log = PacketLog(Path(sys.argv[1]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        try:
            for i in range(1000):
                log.append(LogRecord(What.PACKET, i, "trunk", {UUID!r}, bytes(100)))
        except OutputError as error:
            print(i, error)
        log.close()
        """
    done = child(program, tmp_path)
    said, _ = done.communicate(timeout=60)
    n = int(said.split()[0])
    assert "whole up to now" in said
    assert [one.time_ns for one in read_packets(tmp_path)] == list(range(n))
    assert n > 50


def child(program: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def write_for_ever(folder: Path, told: int) -> None:
    """Numbered records; each number is told after its record was written."""
    log = PacketLog(folder)
    for i in range(10**9):
        log.append(LogRecord(What.PACKET, i, "trunk", UUID, i.to_bytes(8, "little") * 25))
        os.write(told, b"%d\n" % i)
        if i % 50 == 0:
            time.sleep(0.001)


def killed(folder: Path, after_s: float) -> None:
    """A writer is killed; all that it had written before is there, and the folder goes on being used."""
    hearing, telling = os.pipe()
    writer = os.fork()
    if not writer:
        write_for_ever(folder, telling)
    os.close(telling)
    with open(hearing, encoding="ascii") as told:  # noqa: PTH123  (a descriptor)
        first = told.readline()  # it is at work
        time.sleep(after_s)
        os.kill(writer, signal.SIGKILL)
        said = first + told.read()
    os.waitpid(writer, 0)
    newest = int(said[: said.rindex("\n")].rsplit("\n", 1)[-1])
    *_, last = segments(folder)
    numbers = [one.time_ns for one in read_packets(last) if one.what is What.PACKET]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > newest, "a record is lost that had been written"
    assert not is_being_recorded(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is Unix's")
def test_killed_at_random_moments(tmp_path: Path) -> None:
    some = random.Random(20)
    for _ in range(20):
        killed(tmp_path, some.uniform(0.0, 0.1))
    assert len(segments(tmp_path)) == 20


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is Unix's")
def test_two_hundred_kills(tmp_path: Path) -> None:
    some = random.Random(200)
    for _ in range(200):
        killed(tmp_path, some.uniform(0.0, 0.2))

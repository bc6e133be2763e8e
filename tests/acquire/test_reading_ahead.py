"""Pieces parsed ahead in threads: same order, same first error, no work left running."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest
from made_recording import with_cell, write_wide

from aqsense.acquire import number_table, read_recording
from aqsense.acquire.ahead import THREADS, worked_ahead
from aqsense.errors import RecordingError


def test_items_come_in_order_however_long_each_takes():
    first_may_end = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert first_may_end.wait(10), "the second item was not worked on while the first was"
        if item == 1:
            first_may_end.set()
        return item * item

    assert list(worked_ahead(work, range(20))) == [(i, i * i) for i in range(20)]


def test_no_more_items_are_taken_than_are_worked_on():
    items = iter(range(100))
    with closing(worked_ahead(str, items)) as done:
        assert [next(done) for _ in range(3)] == [(0, "0"), (1, "1"), (2, "2")]
    assert next(items) == 2 + THREADS + 1


def test_an_error_comes_when_it_is_that_items_turn():
    with closing(worked_ahead(lambda item: 12 // (item - 3), range(10))) as done:
        assert [next(done)[1] for _ in range(3)] == [-4, -6, -12]
        with pytest.raises(ZeroDivisionError):
            next(done)


def test_closing_ends_the_threads():
    before = threading.active_count()
    with closing(worked_ahead(lambda item: item, range(100))) as done:
        next(done)
        assert threading.active_count() > before
    assert threading.active_count() == before


@pytest.mark.parametrize("piece_bytes", [200, 3000, 1 << 20])
def test_the_first_fault_of_a_file_is_the_one_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece_bytes: int
):
    monkeypatch.setattr(number_table, "PIECE_BYTES", piece_bytes)

    def edit(lines: list[str]) -> None:
        for line in (150, 80, 81, 290):
            with_cell(line, 3, "oops")(lines)

    with pytest.raises(RecordingError, match="oops") as caught:
        read_recording(write_wide(tmp_path, edit))
    assert caught.value.line == 80


@pytest.mark.parametrize("piece_bytes", [200, 3000, 1 << 20])
def test_a_quoted_line_end_in_an_unread_column_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece_bytes: int
):
    monkeypatch.setattr(number_table, "PIECE_BYTES", piece_bytes)

    def edit(lines: list[str]) -> None:
        lines[:] = [f"{line},{'note' if i == 0 else 'x'}" for i, line in enumerate(lines)]
        lines[100] = lines[100][:-1] + '"a\nb"'

    with pytest.raises(RecordingError):
        read_recording(write_wide(tmp_path, edit))

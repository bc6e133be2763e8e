"""The documentation of the faults is what the table says."""

from __future__ import annotations

from page import PAGE, page
from table import FAULTS


def test_the_page_is_written_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python tests/faults/page.py`"


def test_every_fault_stands_on_the_page_with_its_outcome() -> None:
    text = page()
    for fault in FAULTS:
        assert f"| {fault.name} | " in text
        assert fault.outcome.said(), fault.name

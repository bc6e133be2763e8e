"""A shake is judged while the recording goes on: accepted, or again with the reason."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from aqsense.acquire.capture_state import CaptureNow
from aqsense.record.shaking import SETTLE_S, ShakeJudge, ShakeVerdict, verdict
from aqsense.record.words import sentence

NOW = CaptureNow(10.0, ())
KINDS = ("shake_start", "shake_end")


def answer(**shake: object) -> bytes:
    whole = {"marked": True, "accepted": True, "reason": "", "sd_s": 0.0002} | shake
    return json.dumps({"shakes": [whole]}).encode()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (answer(), ShakeVerdict(sd_ms=0.2)),
        (answer(accepted=False, reason="too slow", sd_s=None), ShakeVerdict(reason="too slow")),
        (answer(marked=False), ShakeVerdict(reason="no shake was seen between the marks")),
        (b'{"shakes": []}', ShakeVerdict(reason="no shake was seen between the marks")),
        (b"", ShakeVerdict(reason="the packets can't be read yet")),
    ],
)
def test_what_sync_says_of_the_last_marked_shake(said: bytes, found: ShakeVerdict) -> None:
    assert verdict(said) == found


def test_the_sentence_asks_for_another_shake_or_goes_on() -> None:
    assert sentence(NOW, KINDS, ShakeVerdict(is_pending=True)).startswith("Looking at the shake")
    again = sentence(NOW, KINDS, ShakeVerdict(reason="left_shin did not turn"))
    assert again.startswith("Shake again (left_shin did not turn): press S")
    assert sentence(NOW, KINDS, ShakeVerdict(sd_ms=0.2)).endswith("Shake accepted, known to 0.2 ms.")
    gone_on = (*KINDS, "calibration_start")
    assert sentence(NOW, gone_on, ShakeVerdict(is_pending=True)).startswith("Stand still")


def test_it_waits_for_the_packets_and_answers_once(tmp_path: Path) -> None:
    """A folder without packets: the judge says so instead of waiting for ever."""
    judge = ShakeJudge(tmp_path)
    assert judge.look(1.0, ("shake_start",)) == ShakeVerdict()
    assert judge.look(2.0, KINDS).is_pending
    assert judge.look(2.0 + SETTLE_S / 2, KINDS).is_pending
    until = time.monotonic() + 60
    while judge.look(2.0 + SETTLE_S, KINDS).is_pending and time.monotonic() < until:
        time.sleep(0.05)
    assert judge.look(99.0, KINDS) == ShakeVerdict(reason="the packets can't be read yet")
    judge.close()


@pytest.mark.slow
def test_the_demo_s_shake_is_accepted(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from aqsense.cli import app

    words = ["record", "--demo", "--seconds", "24", "--out", str(tmp_path / "demo")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "Shake accepted, known to 0." in done.output

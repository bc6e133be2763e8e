"""The window on a real display server, driven from outside by keys and the mouse."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from window_stand_in import ROOT, recording

TOOLS = ("Xvfb", "xdotool")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(shutil.which(tool) is None for tool in TOOLS), reason=f"needs {' and '.join(TOOLS)}"
    ),
]
SIZE = (1280, 720)


@pytest.fixture
def display() -> Iterator[str]:
    """A display of its own."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x800x24", "-nolisten", "tcp"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(timeout=10)


def wait(condition: Callable[[], object], what: str, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.1)


def test_keys_and_a_click_from_outside(display: str, tmp_path: Path) -> None:
    environment = {
        **os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    shots = tmp_path / "shots"
    program = subprocess.Popen(
        [sys.executable, "-m", "aqsense", "live", "--replay", str(recording("sprint-clean")), "--speed", "4",
         "--size", "x".join(map(str, SIZE)), "--screenshot", str(shots), "--cards", str(tmp_path)],
        env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip

    def xdotool(*words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=environment, capture_output=True, text=True, check=False, timeout=30
        )
        return done.stdout.strip()

    try:
        wait(lambda: xdotool("search", "--name", "^aqsense live$"), "the window")
        window = xdotool("search", "--name", "^aqsense live$").splitlines()[-1]
        xdotool("windowfocus", "--sync", window)
        wait(lambda: list(shots.glob("*-result-1.png")), "the result")
        xdotool("key", "p")
        wait((tmp_path / "card-1.png").exists, "the card")
        # The last button is `quit`; the window stands where the display begins.
        left, top = (
            int(line.split("=")[1])
            for line in xdotool("getwindowgeometry", "--shell", window).splitlines()
            if line.startswith(("X=", "Y="))
        )
        xdotool("mousemove", str(left + SIZE[0] - 80), str(top + SIZE[1] - 36), "click", "1")
        assert program.wait(timeout=60) == 0, program.stderr.read() if program.stderr else ""
    finally:
        program.kill()
        program.wait()

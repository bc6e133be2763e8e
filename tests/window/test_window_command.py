"""`aqsense live` with its window: a replay from end to end, by script, with a picture per state."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from typer.testing import CliRunner
from window_stand_in import recording, wait_for

from aqsense.acquire import read_recording
from aqsense.cli import app as program
from aqsense.live.sources import Replay
from aqsense.live.worker import Worker
from aqsense.snapshot import Action, Do


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(program, ["live", *map(str, words)])
    return done.exit_code, done.stderr


def test_a_replay_by_script(app: QApplication, tmp_path: Path) -> None:
    script = tmp_path / "keys.txt"
    script.write_text("13 key N\n13.2 type head wind\n13.4 key enter\n16.5 key P\n18 key Q\n")
    shots = tmp_path / "shots"
    code, err = run(
        "--replay", recording("sprint-clean"), "--speed", 8, "--size", "1280x720", "--script", script,
        "--screenshot", shots, "--cards", tmp_path,
    )  # fmt: skip
    assert (code, err) == (0, "")
    names = [path.stem[3:] for path in sorted(shots.glob("*.png"))]
    assert "result-1" in names
    assert any(name.startswith("running-") for name in names)
    image = QImage(str(next(shots.glob("*-result-1.png"))))
    assert (image.width(), image.height()) == (1280, 720)
    assert (tmp_path / "card-1.png").stat().st_size < 300_000


def test_seconds_end_the_session_whole(app: QApplication) -> None:
    """A run that is open when the window closes is analysed."""
    code, err = run("--replay", recording("sprint-clean"), "--speed", 8, "--size", "800x450", "--seconds", 9)
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("words", "said"), [(["--size", "wide"], "WIDTHxHEIGHT"), (["--script", "nowhere.txt"], "can't be read")]
)
def test_wrong_words(app: QApplication, words: list[str], said: str) -> None:
    code, err = run("--demo", *words)
    assert code == 2
    assert said in err


def test_no_display_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    if os.name != "posix" or not Path("/proc").exists():
        pytest.skip("other systems always have a display")
    code, err = run("--replay", recording("sprint-clean"), "--speed", "0")
    assert code == 2
    assert "--headless" in err


def test_what_goes_wrong_in_the_worker_is_shown_and_raised(app: QApplication) -> None:
    class Broken(Replay):
        def packets(self):
            for number, packet in enumerate(super().packets()):
                if number == 40:
                    raise OSError("the disk is gone")
                yield packet

    worker = Worker(Broken(read_recording(recording("sprint-clean"))), speed=0)
    worker.start()
    wait_for(app, lambda: bool(worker.latest().saving.failed))
    assert "the disk is gone" in worker.latest().saving.failed
    with pytest.raises(OSError, match="the disk is gone"):
        worker.close()


def test_wishes_after_the_end_are_done(app: QApplication) -> None:
    worker = Worker(Replay(read_recording(recording("sprint-clean"))), speed=0)
    worker.start()
    wait_for(app, lambda: worker.latest().finished)
    worker.send(Action(Do.DISCARD, run=1))
    wait_for(app, lambda: worker.latest().results[0].discarded)
    worker.close()

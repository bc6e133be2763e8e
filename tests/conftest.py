"""What tests of all rooms share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from commands import Command, Ended
from hypothesis import settings

# A machine that is busy is no failure: times belong to benchmarks.
settings.register_profile("aqsense", deadline=None)
settings.load_profile("aqsense")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The test recordings that lie beside the checkout; tests that need them are skipped without."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip(f"the shared test recordings are not there: {folder / 'data'} is missing")
    return folder


@pytest.fixture
def aqsense(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command, run in this process."""
    from aqsense import cli

    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["aqsense", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = capsys.readouterr()
        return Ended(int(end.value.code or 0), captured.out, captured.err)

    return run

"""scripts/start.py: the newcomer's one command. Slow: a real first start in a copy of the checkout."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "start.py"


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module that believes itself in an empty checkout."""
    spec = importlib.util.spec_from_file_location("start", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "requirements.lock").write_text("numpy==2.0\n")
    home = tmp_path / ".start"
    places = {"ROOT": tmp_path, "HOME": home, "VENV": home / "venv", "STAMP": home / "stamp"}
    for name, place in places.items():
        monkeypatch.setattr(module, name, place)
    return module


class Installer:
    """Stands in for uv and pip: notes the commands, makes the interpreter, fails when told to."""

    def __init__(self, start: ModuleType):
        self.start = start
        self.commands: list[list[str]] = []
        self.fails_at: int | None = None

    def __call__(self, command: list[str], **_: object) -> int:
        self.commands.append(command)
        if len(self.commands) == self.fails_at:
            return 1
        python = self.start.venv_python()
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        return 0


@pytest.fixture
def installer(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Installer:
    installer = Installer(start)
    monkeypatch.setattr(start.subprocess, "call", installer)
    return installer


def test_parses_on_old_pythons() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


def old_pythons() -> list[str]:
    names = [f"python3.{minor}" for minor in range(6, 11)]
    found = [shutil.which(name) or "" for name in names]
    installed = Path.home().glob(".pyenv/versions/3.*/bin/python")
    candidates = [*found, *(str(path) for path in installed)]
    ask = "import sys; sys.exit(not (3, 6) <= sys.version_info < (3, 11))"
    return [
        path
        for path in candidates
        if path and subprocess.run([path, "-c", ask], capture_output=True, check=False).returncode == 0
    ]


def test_old_python_is_told_so() -> None:
    found = old_pythons()
    if not found:
        pytest.skip("no Python 3.6 to 3.10 on this machine")
    run = subprocess.run([found[0], str(SCRIPT)], capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 2
    assert "aqsense needs 3.11 or newer" in run.stderr
    assert "Traceback" not in run.stderr


def test_help_needs_no_environment(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert start.start(["--help"]) == 0
    assert "scripts/start.py test" in capsys.readouterr().out
    assert not start.HOME.exists()


@pytest.mark.parametrize("uv", [None, "/bin/uv"])
def test_first_start_installs_and_the_second_does_not(
    start: ModuleType, installer: Installer, monkeypatch: pytest.MonkeyPatch, uv: str | None
) -> None:
    monkeypatch.setattr(start.shutil, "which", lambda _: uv)
    start.prepare(set())
    first = len(installer.commands)
    assert first == 2
    assert all((command[0] == uv) == bool(uv) for command in installer.commands)
    start.prepare(set())
    assert len(installer.commands) == first


def test_test_tools_come_on_top(start: ModuleType, installer: Installer) -> None:
    start.prepare(set())
    start.prepare({"dev"})
    assert len(installer.commands) == 3
    assert ".[dev]" in installer.commands[2]
    start.prepare(set())
    assert len(installer.commands) == 3


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements.lock"])
def test_changed_requirements_are_installed(start: ModuleType, installer: Installer, changed: str) -> None:
    start.prepare(set())
    (start.ROOT / changed).write_text("something else\n")
    start.prepare(set())
    assert len(installer.commands) == 4


def test_moved_checkout_is_installed_anew(
    start: ModuleType, installer: Installer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start.prepare(set())
    moved = tmp_path / "moved"
    shutil.copytree(start.HOME, moved / ".start")
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(tmp_path / name, moved / name)
    monkeypatch.setattr(start, "ROOT", moved)
    start.prepare(set())
    assert len(installer.commands) == 4


@pytest.mark.parametrize("fails_at", [1, 2])
def test_interrupted_install_is_redone(start: ModuleType, installer: Installer, fails_at: int) -> None:
    installer.fails_at = fails_at
    with pytest.raises(start.StartError, match="internet"):
        start.prepare(set())
    assert start.installed_extras() is None
    installer.fails_at = None
    installer.commands.clear()
    start.prepare(set())
    assert len(installer.commands) == 2
    assert start.installed_extras() == set()


def test_missing_interpreter_is_noticed(start: ModuleType, installer: Installer) -> None:
    start.prepare(set())
    start.venv_python().unlink()
    assert start.installed_extras() is None
    assert len(installer.commands) == 2


def test_missing_venv_module_says_what_to_install(
    start: ModuleType, installer: Installer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start.shutil, "which", lambda _: None)
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else 1)
    with pytest.raises(start.StartError, match=r"apt install python3\.\d+-venv"):
        start.prepare(set())
    assert installer.commands == []


def test_caches_stay_in_the_checkout(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    variables = start.environment()
    assert "PYTHONPATH" not in variables
    for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "MPLCONFIGDIR"):
        assert Path(variables[name]).is_relative_to(start.ROOT)


def test_chosen_caches_are_kept(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", "/my/cache")
    assert start.environment()["UV_CACHE_DIR"] == "/my/cache"


def test_exit_codes_pass_through(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "venv_python", lambda: Path(sys.executable))
    assert start.hand_over(["-c", "raise SystemExit(7)"]) == 7
    assert start.hand_over(["-c", ""]) == 0


@pytest.mark.skipif(os.name == "nt", reason="signals as exit codes are POSIX")
def test_a_killed_program_is_no_success(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "venv_python", lambda: Path(sys.executable))
    assert start.hand_over(["-c", "import os; os.kill(os.getpid(), 15)"]) == 128 + 15


def test_words_go_where_they_belong(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(start, "prepare", lambda extras: calls.append(sorted(extras)))
    monkeypatch.setattr(start, "hand_over", lambda words, cwd=None: calls.append([*words, str(cwd)]) or 5)
    assert start.start(["analyze", "my run", "--json"]) == 5
    assert start.start(["test", "--slow", "-x"]) == 5
    assert start.start([]) == 5
    assert calls[:2] == [[], ["-m", "aqsense", "analyze", "my run", "--json", "None"]]
    assert calls[2] == ["dev"]
    assert calls[3][:4] == ["-m", "pytest", "-n", "2"]
    assert calls[3][-4:] == ["-m", "slow or not slow", "-x", str(start.ROOT)]
    assert calls[5][:3] == ["-m", "aqsense", "analyze"]


def test_fast_tests_leave_the_slow_ones_out(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(start, "hand_over", lambda words, cwd=None: calls.append([*words, str(cwd)]) or 0)
    start.run_tests([])
    assert "slow or not slow" not in calls[0]


@pytest.mark.parametrize("variable", ["CI", "SSH_CONNECTION"])
def test_no_window_without_somebody_there(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    for name in ("CI", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(start.sys, "stdout", Terminal())
    monkeypatch.setattr(start.sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    assert start.has_screen()
    monkeypatch.setenv(variable, "1")
    assert not start.has_screen()
    monkeypatch.delenv(variable)
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not start.has_screen()


def copied_checkout(place: Path) -> Path:
    left_out = shutil.ignore_patterns(".git", ".start", ".venv", "results", "__pycache__", ".*_cache")
    return Path(shutil.copytree(ROOT, place, ignore=left_out))


def run_start(script: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, str(script), *words],
        cwd=script.anchor,
        env=environment | {"CI": "true"} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.mark.slow
def test_first_start_with_pip_in_a_folder_with_a_space(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    checkout = copied_checkout(tmp_path / "my check out")
    script = checkout / "scripts" / "start.py"
    outside = {"HOME": str(home), "PATH": os.pathsep.join(["/usr/bin", "/bin"])}
    try:
        first = run_start(script, **outside)
        assert first.returncode == 0, first.stderr + first.stdout
        assert "with pip" in first.stdout
        picture = Path(first.stdout.split("The picture: ")[1].strip())
        assert picture.is_relative_to(checkout)
        assert picture.stat().st_size > 10_000
        assert list(home.iterdir()) == []
        begun = time.perf_counter()
        second = run_start(script, "--version", **outside)
        assert time.perf_counter() - begun < 2  # a second for the start, one for the version
        assert second.stdout.startswith("aqsense ")
        assert "Installing" not in second.stdout
        assert run_start(script, "analyze", "nowhere", **outside).returncode == 2
    finally:
        shutil.rmtree(checkout / ".start", ignore_errors=True)


@pytest.mark.slow
def test_no_network_is_said(tmp_path: Path) -> None:
    checkout = copied_checkout(tmp_path / "checkout")
    offline = {
        "PATH": "/usr/bin:/bin",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": os.devnull,
    }
    run = run_start(checkout / "scripts" / "start.py", "--version", **offline)
    shutil.rmtree(checkout / ".start", ignore_errors=True)
    assert run.returncode == 2
    assert "needs the internet" in " ".join(run.stderr.split())

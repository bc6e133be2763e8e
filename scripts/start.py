#!/usr/bin/env python3
"""Start aqsense from a fresh checkout: one command, and nothing outside this folder changes.

    python3 scripts/start.py                   analyse the sample sprint and show the picture
    python3 scripts/start.py test              run the tests (--slow: all of them; more words go to pytest)
    python3 scripts/start.py analyze MY-RUN    any aqsense command; it runs where you stand

The first start makes an environment in .start/ (about a minute; it needs the internet), later starts
use it at once. A changed pyproject.toml or requirements.lock makes it anew. To begin anew by hand,
delete .start/. Option --no-open leaves the picture closed.
"""

import sys

OLDEST = (3, 11)


def answers(name):
    """Whether an interpreter of this name starts (a version manager's shim may exist and refuse)."""
    import os
    import shutil
    import subprocess

    path = shutil.which(name)
    if path is None:
        return False
    with open(os.devnull, "w") as nowhere:
        return subprocess.call([path, "--version"], stdout=nowhere, stderr=nowhere) == 0


def too_old_message():
    """What to say to a Python below OLDEST. This file must parse there (3.6 and later)."""
    newer = [name for name in ("python3.13", "python3.12", "python3.11", "python3.14") if answers(name)]
    remedy = "Run instead: %s scripts/start.py" % newer[0] if newer else "Get one from https://www.python.org"
    return "start.py: this is Python %d.%d (%s); aqsense needs 3.11 or newer. %s" % (
        sys.version_info[0],
        sys.version_info[1],
        sys.executable,
        remedy,
    )


if sys.version_info < OLDEST:
    sys.stderr.write(too_old_message() + "\n")
    sys.exit(2)

import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".start"
VENV = HOME / "venv"
STAMP = HOME / "stamp"
LOCK = "requirements.lock"
SAMPLE = "sprint-late-right-arm"


class StartError(Exception):
    """Something that the person at the keyboard can mend; one line says how."""


def fingerprint() -> str:
    """Changes when the environment must be made anew: other project, lock, Python or place."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", LOCK):
        digest.update((ROOT / name).read_bytes())
    digest.update(repr((sys.version_info[:2], sys.platform, str(ROOT))).encode())
    return digest.hexdigest()


def venv_python() -> Path:
    """The environment's own interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp_of(extras: "set[str]") -> str:
    """What the stamp file says when the project is installed with these extras."""
    return "\n".join([fingerprint(), *sorted(extras)]) + "\n"


def installed_extras() -> "set[str] | None":
    """Extras of a whole and current environment; None where there is none."""
    if not (STAMP.is_file() and venv_python().exists()):
        return None
    first, *extras = STAMP.read_text(encoding="utf-8").splitlines() or [""]
    return set(extras) if first == fingerprint() else None


def environment() -> "dict[str, str]":
    """Variables for every program started here: caches stay in the checkout, foreign packages out."""
    variables = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    variables.setdefault("UV_CACHE_DIR", str(HOME / "cache" / "uv"))
    variables.setdefault("PIP_CACHE_DIR", str(HOME / "cache" / "pip"))
    variables.setdefault("MPLCONFIGDIR", str(HOME / "matplotlib"))
    variables["PYTHONNOUSERSITE"] = "1"
    return variables


def make_venv(uv: "str | None") -> None:
    """An empty environment in place of whatever was there."""
    if VENV.exists():
        shutil.rmtree(VENV)
    if uv:
        install_step([uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(VENV)])
        return
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        version = "%d.%d" % sys.version_info[:2]
        raise StartError(
            f"this Python ({sys.executable}) comes without its venv module. On Debian or Ubuntu: "
            f"sudo apt install python{version}-venv; or install uv (https://docs.astral.sh/uv). "
            "Then start again."
        )
    install_step([sys.executable, "-m", "venv", str(VENV)])


def install(extras: "set[str]", uv: "str | None") -> None:
    """The project itself, editable, with dependencies of exactly the locked versions."""
    project = f".[{','.join(sorted(extras))}]" if extras else "."
    what = ["--constraint", LOCK, "--editable", project]
    if uv:
        install_step([uv, "pip", "install", "--quiet", "--python", str(venv_python()), *what])
    else:
        pip = [str(venv_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        install_step([*pip, *what])


def install_step(command: "list[str]") -> None:
    code = subprocess.call(command, cwd=ROOT, env=environment())
    if code:
        raise StartError(
            f"installing failed (exit code {code}); the lines above say why. The first start needs the "
            "internet (behind a proxy: set HTTPS_PROXY) and about 1 GB of disk. Start again: it begins anew."
        )


def prepare(extras: "set[str]") -> None:
    """See that the environment is whole; the stamp is written last, so half of one never counts."""
    present = installed_extras()
    if present is not None and extras <= present:
        return
    uv = shutil.which("uv")
    what = "the test tools" if present is not None else "the environment (first start: about a minute)"
    say(f"Installing {what} in {HOME} with {'uv' if uv else 'pip'} ...")
    STAMP.unlink(missing_ok=True)
    if present is None:
        make_venv(uv)
    wanted = extras | (present or set())
    install(wanted, uv)
    shutil.rmtree(HOME / "cache", ignore_errors=True)
    unfinished = STAMP.with_suffix(".partial")
    unfinished.write_text(stamp_of(wanted), encoding="utf-8")
    unfinished.replace(STAMP)


def hand_over(arguments: "list[str]", cwd: "Path | None" = None) -> int:
    """Run the environment's Python; its exit code. Ctrl-C reaches it too, and it decides what to do."""
    with subprocess.Popen([str(venv_python()), *arguments], cwd=cwd, env=environment()) as child:
        while True:
            try:
                code = child.wait()
                break
            except KeyboardInterrupt:
                continue
    return 128 - code if code < 0 else code


def has_screen() -> bool:
    """Whether somebody is there to see a window."""
    if os.environ.get("CI") or not sys.stdout.isatty() or os.environ.get("SSH_CONNECTION"):
        return False
    if os.name == "nt" or sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_picture(picture: Path) -> None:
    """Show the picture in the system's viewer; without a viewer its path (already said) must do."""
    if os.name == "nt":
        os.startfile(picture)  # pyright: ignore[reportAttributeAccessIssue]  # Windows only
        return
    viewer = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if viewer:
        command, quiet = [viewer, str(picture)], subprocess.DEVNULL
        subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)


def show_sample(may_open: bool) -> int:
    """Analyse the sample sprint and say where its picture is."""
    results = Path("results") / SAMPLE
    recording = Path("recordings") / SAMPLE
    code = hand_over(["-m", "aqsense", "analyze", str(recording), "--out", str(results)], cwd=ROOT)
    if code:
        return code
    pictures = list((ROOT / results / "figures").glob("alignment-*.png"))
    if not pictures:
        raise StartError(
            f"the analysis wrote no picture into {ROOT / results / 'figures'}: please report this"
        )
    picture = min(pictures, key=lambda path: (len(path.name), path.name))  # its first page
    say(f"\nThe picture: {picture}")
    if may_open and has_screen():
        open_picture(picture)
    return 0


def run_tests(arguments: "list[str]") -> int:
    """The test suite on two processes; its temporary files stay in the checkout too."""
    chosen = ["-m", "slow or not slow"] if "--slow" in arguments else []
    rest = [word for word in arguments if word != "--slow"]
    return hand_over(["-m", "pytest", "-n", "2", f"--basetemp={HOME / 'pytest'}", *chosen, *rest], cwd=ROOT)


def say(text: str) -> None:
    print(text, flush=True)


def start(arguments: "list[str]") -> int:
    """Do what the words ask for; the exit code."""
    if arguments[:1] in (["-h"], ["--help"]):
        say((__doc__ or "").strip())
        return 0
    if arguments[:1] == ["test"]:
        prepare({"dev"})
        return run_tests(arguments[1:])
    prepare(set())
    if not arguments or arguments == ["--no-open"]:
        return show_sample(may_open=not arguments)
    return hand_over(["-m", "aqsense", *arguments])


def main() -> None:
    try:
        sys.exit(start(sys.argv[1:]))
    except StartError as error:
        sys.stderr.write(f"start.py: {error}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("start.py: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()

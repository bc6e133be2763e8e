"""Environments for packages that need other versions than aqsense does.

gaitmap 2.6 wants numpy < 2.1 and pandas < 2.4, so it can't stand beside our locked versions. A package that
this interpreter has already (extra `bench`: scikit-digital-health) is used as it is.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PYTHON_PACKAGES: Mapping[str, tuple[str, ...]] = {
    "gaitmap": ("gaitmap==2.6.0", "gaitmap_mad==2.6.0"),
    "skdh": ("scikit-digital-health==0.17.18",),
}
IMPORTS: Mapping[str, str] = {"gaitmap": "gaitmap_mad", "skdh": "skdh"}
_READY = "ready"


class EnvironmentFailed(Exception):
    """A rival could not be installed; the message holds the installer's last words."""


def interpreter(name: str, work: Path) -> Path:
    """A Python that has the packages of `name`; made under `work` the first time (needs the internet)."""
    if importlib.util.find_spec(IMPORTS[name]) is not None:
        return Path(sys.executable)
    folder = work / "environments" / f"{name}-{sys.version_info[0]}.{sys.version_info[1]}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / _READY).exists():
        _make(folder, python, PYTHON_PACKAGES[name])
        (folder / _READY).touch()
    return python


def _make(folder: Path, python: Path, packages: tuple[str, ...]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    uv = shutil.which("uv")
    if uv:
        _step([uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(folder)])
        _step([uv, "pip", "install", "--quiet", "--python", str(python), *packages])
    else:
        _step([sys.executable, "-m", "venv", str(folder)])
        _step([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])


def _step(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise EnvironmentFailed(f"{' '.join(command[:4])} ...: {' '.join(words[-3:])}")

"""How long a picture takes: drawn, and written as SVG and PNG (limit: one second per picture).

    python -m benchmarks.picture NAME OUT      one of PICTURES, once per `go` on stdin

The run is that of the repository's sample with a named contributor: 20 strides, 4 contributors. Every
picture is measured in a fresh process of its own, warm; `first_s` is its first time, imports included.
The limit is for the processor's time: a picture is drawn by one thread, and neighbours on the machine
lengthen the wall clock's, which stands beside it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .processes import ROOT, in_turns, once

LIMIT_S = 1.0
REPEATS, QUICK_REPEATS = 10, 3
SAMPLE = ROOT / "recordings" / "sprint-late-right-arm"
PICTURES = ("alignment", "card", "two_runs", "run", "stride", "lags")


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Warm times per picture, the first time of each, and whether each keeps the limit."""
    repeats = QUICK_REPEATS if arguments.quick else REPEATS
    with tempfile.TemporaryDirectory() as folder:
        commands = {name: _command(name, Path(folder) / name) for name in PICTURES}
        # One after the other: each has the machine to itself.
        warm = {name: in_turns([command], repeats)[0] for name, command in commands.items()}
        first = {name: once(command)["seconds"] for name, command in commands.items()}
    return {
        "picture_s": {name: run.times.as_json() for name, run in warm.items()},
        "processor_s": {name: run.cpu.as_json() for name, run in warm.items()},
        "first_s": {name: round(seconds, 3) for name, seconds in first.items()},
        "bytes": {name: run.last["found"]["bytes"] for name, run in warm.items()},
        "targets": [_target(name, run.cpu.median) for name, run in warm.items()],
    }


def _command(name: str, out: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.picture", name, str(out)]


def _target(name: str, seconds: float) -> dict[str, Any]:
    what = f"{name}, processor s per picture"
    return {"name": what, "value": round(seconds, 3), "limit": LIMIT_S, "met": seconds <= LIMIT_S}


def task(name: str, out: Path) -> Callable[[], dict[str, Any]]:
    """Draws and saves one picture; the analysis lies before."""
    import aqsense as aq

    result = aq.analyze(aq.read_recording(SAMPLE))
    out.mkdir(parents=True, exist_ok=True)

    def run() -> dict[str, Any]:
        paths = _savers(result)[name](out)
        return {"bytes": {path.suffix.lstrip("."): path.stat().st_size for path in paths}}

    return run


def _savers(result: Any) -> Mapping[str, Callable[[Path], list[Path]]]:
    from aqsense.view.alignment import save_alignment
    from aqsense.view.card import save_card
    from aqsense.view.lags_figure import save_lags
    from aqsense.view.run_figure import save_run
    from aqsense.view.stride_figure import save_stride
    from aqsense.view.two_runs import save_two_runs

    return {
        "alignment": lambda out: save_alignment(result, None, out),
        "card": lambda out: [save_card(result, None, out)],
        "two_runs": lambda out: save_two_runs(result, None, None, out, earlier=result),
        "run": lambda out: save_run(result, None, out),
        "stride": lambda out: save_stride(result, None, out),
        "lags": lambda out: save_lags(result, None, out),
    }


if __name__ == "__main__":
    from benchmarks.tasks import serve

    serve(task(sys.argv[1], Path(sys.argv[2])))

"""Timing of a sprinter's arms, legs and torso from five wearable IMUs.

    import aqsense as aq

    recording = aq.read_recording("recordings/sprint-late-right-arm")
    result = aq.analyze(recording)
    aq.plot_alignment(result).savefig("alignment.svg")

Every name below is loaded when it is first used, so that `import aqsense` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aqsense.acquire import read_recording
    from aqsense.acquire.outside_speed import add_speed_file, add_splits
    from aqsense.analysis.pipeline import analyze
    from aqsense.errors import AqsenseError
    from aqsense.model import Recording, Result
    from aqsense.settings import Settings
    from aqsense.view.alignment import plot_alignment
    from aqsense.view.lags_figure import plot_lags
    from aqsense.view.report import open_report
    from aqsense.view.run_figure import plot_run
    from aqsense.view.stride_figure import plot_stride
    from aqsense.view.tables import read_result, write_result
    from aqsense.view.two_runs import plot_two_runs

__version__ = "0.1.0"

__all__ = [
    "AqsenseError",
    "Recording",
    "Result",
    "Settings",
    "__version__",
    "add_speed_file",
    "add_splits",
    "analyze",
    "open_report",
    "plot_alignment",
    "plot_lags",
    "plot_run",
    "plot_stride",
    "plot_two_runs",
    "read_recording",
    "read_result",
    "write_result",
]

_HOMES = {
    "AqsenseError": "aqsense.errors",
    "Recording": "aqsense.model",
    "Result": "aqsense.model",
    "Settings": "aqsense.settings",
    "add_speed_file": "aqsense.acquire.outside_speed",
    "add_splits": "aqsense.acquire.outside_speed",
    "analyze": "aqsense.analysis.pipeline",
    "open_report": "aqsense.view.report",
    "plot_alignment": "aqsense.view.alignment",
    "plot_lags": "aqsense.view.lags_figure",
    "plot_run": "aqsense.view.run_figure",
    "plot_stride": "aqsense.view.stride_figure",
    "plot_two_runs": "aqsense.view.two_runs",
    "read_recording": "aqsense.acquire",
    "read_result": "aqsense.view.tables",
    "write_result": "aqsense.view.tables",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'aqsense' has no attribute {name!r}; it offers {', '.join(__all__)}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

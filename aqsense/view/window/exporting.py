"""What LOOK CLOSER shows, as files: SVG with text as text, PNG, and CSV of the stride's events and waves."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator

from aqsense.errors import OutputError
from aqsense.view.window.states.closer import Closer


def export_seen(closer: Closer, directory: Path) -> list[Path]:
    """Write the four files; raises OutputError where the disk refuses, or where nothing is shown."""
    run, stride = closer.run, closer.stride
    if run is None or stride is None:
        raise OutputError("there is nothing to export: no stride is shown.")
    stem = f"run-{run.number}-stride-{stride.number}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        paths = [directory / f"{stem}{end}" for end in (".svg", ".png", "-events.csv", "-waves.csv")]
        _svg(closer, paths[0])
        if not closer.grab().save(str(paths[1])):
            raise OutputError(f"{paths[1]}: can't be written. Choose another folder.")
        _events(closer, paths[2])
        _waves(closer, paths[3])
    except OSError as error:
        raise OutputError(f"{directory}: can't be written ({error.strerror}).") from error
    return paths


def _svg(closer: Closer, path: Path) -> None:
    made = QSvgGenerator()
    made.setFileName(str(path))
    made.setSize(QSize(closer.width(), closer.height()))
    made.setViewBox(closer.rect())
    made.setTitle(path.stem)
    closer.picture.is_drawn_directly = True
    try:
        painter = QPainter()
        if not painter.begin(made):
            raise OutputError(f"{path}: can't be written. Choose another folder.")
        closer.render(painter, QPoint())
        painter.end()
    finally:
        closer.picture.is_drawn_directly = False


def _events(closer: Closer, path: Path) -> None:
    stride = closer.stride
    assert stride is not None
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["step", "stance_side", "event", "site", "time_s", "time_sd_s", "lag_ms", "quality"])
        for event in stride.events:
            writer.writerow(
                [event.step, event.stance.value, event.event.value, event.site, _cell(event.time_s, 6),
                 _cell(event.sd_s, 6), _cell(event.lag_ms, 3), event.quality]
            )  # fmt: skip


def _waves(closer: Closer, path: Path) -> None:
    run, stride = closer.run, closer.stride
    assert run is not None
    assert stride is not None
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["site", "channel", "time_s", "rate_rad_s"])
        for wave in run.waves:
            first, stop = np.searchsorted(wave.time_s, [stride.start_s, stride.end_s])
            for time_s, rate in zip(wave.time_s[first:stop], wave.rad_s[first:stop], strict=True):
                writer.writerow([wave.site, wave.channel, f"{time_s:.6f}", _cell(float(rate), 5)])


def _cell(value: float, decimals: int) -> str:
    return "" if math.isnan(value) else f"{value:.{decimals}f}"

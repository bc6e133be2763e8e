"""The sunlight theme (VISUAL 2): white paper, ink, thick lines; one family of type, the pictures' own.

Lengths are px of a window of 1280 x 720; `scale_of` says how much larger the real one is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QFontDatabase

from aqsense.view import tokens

SUNLIGHT = 1.5  # line widths and marks against paper
BASE = QSize(1280, 720)
LEAST_TARGET = 48
SMALLEST_PX = 11

INK = QColor(tokens.INK)
PAPER = QColor(tokens.PAPER)
ABSENT = QColor(tokens.SECONDARY)  # what is off or not used; sunlight has no other grey text
ON_GROUND = QColor(tokens.ON_GROUND)
TOE_OFF_EDGE = QColor(tokens.TOE_OFF_EDGE)
LANE_EDGE = QColor(tokens.LANE_EDGE)

_CAPITAL = 0.729  # height of DejaVu's capitals, em


@cache
def family() -> str:
    """DejaVu Sans as the pictures use it, brought along by matplotlib; needs a QGuiApplication."""
    import matplotlib

    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    names = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    loaded = [QFontDatabase.addApplicationFont(str(fonts / name)) for name in names]
    return "DejaVu Sans" if min(loaded) >= 0 else QFontDatabase.systemFont(
        QFontDatabase.SystemFont.GeneralFont
    ).family()  # fmt: skip


def font(px: float, *, bold: bool = False, narrow: bool = False) -> QFont:
    """The one family at this height of an em."""
    made = QFont(family())
    made.setPixelSize(max(SMALLEST_PX, round(px)))
    made.setBold(bold)
    if narrow:
        made.setStretch(82)
    return made


def em_of_capitals(px: float) -> float:
    """Size of type whose capitals are so high."""
    return px / _CAPITAL


def scale_of(size: QSize) -> float:
    """How much larger than 1280 x 720 a window is."""
    return max(0.5, min(size.width() / BASE.width(), size.height() / BASE.height()))


def pen_px(pt: float, scale: float) -> float:
    """Line width on screen for one on paper."""
    return max(1.0, pt * SUNLIGHT * scale * 0.8)

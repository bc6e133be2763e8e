"""Text that fits: which letters the machine's fonts can draw, how wide a line is, where it breaks.

Widths are in pt. No renderer is needed, so that text is fitted before anything is drawn.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import text_to_path

# DejaVu comes with matplotlib; the others are asked for letters that it lacks, where installed.
_FALLBACKS = (
    "Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo", "MS Gothic", "IPAexGothic",
    "IPAGothic", "TakaoPGothic", "VL Gothic", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Zen Hei", "Malgun Gothic", "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew",
    "Noto Sans Devanagari", "Noto Sans Thai", "Segoe UI", "Arial Unicode MS",
)  # fmt: skip
_NO_FONT = "[no font]"
ELLIPSIS = "\u2026"
_HINTING = 1.015  # letters set on whole pixels run up to 1.2 % wider than their outlines
_NO_BREAK = "\u00a0"
_UNIT = re.compile(r"(?<=\d) (?=(?:ms|m|s|%)(?!\w))")


@cache
def families() -> tuple[str, ...]:
    """DejaVu Sans, the installed fallbacks, and `sans-serif` so that an SVG viewer may use its own."""
    installed = set(font_manager.get_font_names())
    return ("DejaVu Sans", *(name for name in _FALLBACKS if name in installed), "sans-serif")


@cache
def font(size_pt: float, bold: bool) -> FontProperties:
    """The one family of the pictures; shared, so not to be changed."""
    return FontProperties(family=list(families()), size=size_pt, weight="bold" if bold else "normal")


@cache
def _letters() -> frozenset[int]:
    """Code points that the fonts of this machine can draw, regular weight."""
    found: set[int] = set()
    for family in families():
        path = font_manager.findfont(FontProperties(family=[family]))
        found.update(FT2Font(path).get_charmap())
    return frozenset(found)


def drawable(text: str) -> str:
    """The text with every stretch of letters that no font here has as `[no font]`."""
    parts: list[str] = []
    for letter in text:
        if ord(letter) in _letters():
            parts.append(letter)
        elif not parts or parts[-1] != _NO_FONT:
            parts.append(_NO_FONT)
    return "".join(parts)


@lru_cache(maxsize=4096)
def width(text: str, size_pt: float, bold: bool = False) -> float:
    """Width in pt; room enough for letters without a font both as `[no font]` and at one em each."""
    known = "".join(letter for letter in text if ord(letter) in _letters())
    with_own_font = _drawn_width(known, size_pt, bold) + (len(text) - len(known)) * size_pt
    return max(with_own_font, _drawn_width(drawable(text), size_pt, bold))


def _drawn_width(text: str, size_pt: float, bold: bool) -> float:
    drawn = text_to_path.get_text_width_height_descent(text, font(size_pt, bold), ismath=False)[0]
    return drawn * _HINTING


def wrap(text: str, room_pt: float, size_pt: float, bold: bool = False) -> list[str]:
    """Lines no wider than the room, broken at spaces but not before a unit; none for no text.

    A word that is wider is broken inside.
    """
    lines: list[str] = []
    for word in filter(None, _UNIT.sub(_NO_BREAK, text).split(" ")):
        candidate = f"{lines[-1]} {word}" if lines else word
        if lines and width(candidate, size_pt, bold) <= room_pt:
            lines[-1] = candidate
        else:
            lines.extend(_broken(word, room_pt, size_pt, bold))
    return [line.replace(_NO_BREAK, " ") for line in lines]


def balanced(lines: Sequence[str], room_pt: float, size_pt: float, bold: bool = False) -> list[str]:
    """The same words in as many lines, about equally long: no line of one small word."""
    text, best = " ".join(lines), list(lines)
    room = max((width(line, size_pt, bold) for line in lines), default=0.0)
    while len(lines) > 1 and room > 0.5 * room_pt:
        tried = wrap(text, room, size_pt, bold)
        if len(tried) > len(lines):
            break
        best, room = tried, room - size_pt / 2
    return best


def _broken(word: str, room_pt: float, size_pt: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, size_pt, bold) > room_pt:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def cut(text: str, room_pt: float, size_pt: float, bold: bool = False) -> str:
    """The text, or its beginning and an ellipsis where it is wider than the room."""
    if width(text, size_pt, bold) <= room_pt:
        return text
    kept = bisect_right(
        range(1, len(text)), room_pt, key=lambda length: width(text[:length] + ELLIPSIS, size_pt, bold)
    )
    return text[:kept].rstrip() + ELLIPSIS


def fit(
    text: str, room_pt: float, sizes: tuple[tuple[float, int], ...], bold: bool = False
) -> tuple[list[str], float]:
    """Lines and size: the first (size in pt, most lines) that holds the text, else the last, cut visibly."""
    for size_pt, most_lines in sizes:
        lines = wrap(text, room_pt, size_pt, bold)
        if len(lines) <= most_lines:
            return lines, size_pt
    size_pt, most_lines = sizes[-1]  # too long for all
    lines = wrap(text, room_pt, size_pt, bold)
    rest = " ".join(lines[most_lines - 1 :])
    return [*lines[: most_lines - 1], cut(rest, room_pt, size_pt, bold)], size_pt


def fit_parts(
    parts: Sequence[str],
    separator: str,
    room_pt: float,
    sizes: tuple[tuple[float, int], ...],
    bold: bool = False,
) -> tuple[list[str], float]:
    """As `fit`, with lines broken between the parts; inside them only where that alone holds the text."""
    usable = tuple(
        (size_pt, most_lines)
        for size_pt, most_lines in sizes
        if all(width(part + separator, size_pt, bold) <= room_pt for part in parts)
    )
    if usable:
        unbroken = f"{separator} ".join(part.replace(" ", _NO_BREAK) for part in parts)
        lines, size_pt = fit(unbroken, room_pt, usable, bold)
        if not lines or not lines[-1].endswith(ELLIPSIS):
            return lines, size_pt
    return fit(f"{separator} ".join(parts), room_pt, sizes, bold)

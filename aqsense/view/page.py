"""A sheet of paper to draw on in mm, and the rules by which it is saved.

Text is taken literally (no mathtext). An SVG keeps text as text and has no date, so that equal results
give equal bytes; in pictures made of pixels, letters that no font of the machine has read `[no font]`.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox

from aqsense.errors import OutputError
from aqsense.view.tokens import INK, PAPER
from aqsense.view.typeset import drawable, font

Points = Sequence[tuple[float, float]]
Align = Literal["left", "center", "right"]
VerticalAlign = Literal["baseline", "center_baseline"]

# matplotlib's rules for SVG are global; this keeps threads that save at once from changing each other's.
_SAVING = threading.Lock()
# Levels of zlib: few colours pack well at any; 1 takes a third of the default's time.
_FAST, _SMALL = 1, 6
_NOTEBOOK_DPI = 100
_SVG_RULES: Any = {"svg.fonttype": "none", "svg.hashsalt": "aqsense", "path.simplify": False}


class Page(Figure):
    """A figure whose `draw_*` verbs take mm from the bottom left corner, pt for lines and text.

    title   for screen readers: the title of a saved SVG
    dpi     pixels per inch, of pictures made of them
    """

    def __init__(self, width_mm: float, height_mm: float, title: str, dpi: int = 200):
        super().__init__(figsize=(width_mm / 25.4, height_mm / 25.4), dpi=dpi, facecolor=PAPER)
        FigureCanvasAgg(self)
        self.title = title
        self.note_mm = 0.0  # height of a note at the foot that may be left out elsewhere
        self._mm = Affine2D().scale(1 / 25.4) + self.dpi_scale_trans
        self._without_font: list[tuple[Text, str]] = []

    def draw_text(
        self,
        at: tuple[float, float],
        words: str,
        size_pt: float,
        colour: str = INK,
        *,
        bold: bool = False,
        align: Align = "left",
        valign: VerticalAlign = "baseline",
        gid: str | None = None,
    ) -> Text:
        """One line of literal text."""
        shown = drawable(words)
        text = Text(
            *at, shown, color=colour, fontproperties=font(size_pt, bold),
            horizontalalignment=align, verticalalignment=valign, parse_math=False, usetex=False,
            transform=self._mm, gid=gid,
        )  # fmt: skip
        text.set_figure(self)
        self.texts.append(text)
        if shown != words:
            self._without_font.append((text, words))
        return text

    def draw_line(
        self, points: Points, colour: str, width_pt: float, *, opacity: float = 1.0, style: Any = "solid",
        gid: str | None = None, round_ends: bool = False, z: float = 2.0,
    ) -> None:  # fmt: skip
        """One line through all points. `style`: matplotlib's, dash lengths in line widths."""
        xs, ys = zip(*points, strict=True)
        ends = "round" if round_ends else "butt"
        line = Line2D(
            xs, ys, color=colour, linewidth=width_pt, alpha=opacity, linestyle=style, gid=gid, zorder=z,
            solid_capstyle=ends, solid_joinstyle="round", transform=self._mm,
        )  # fmt: skip
        self.add_artist(line)

    def draw_outlines(
        self, outlines: Sequence[Points], *, fill: Any = None, edge: Any = None, edge_pt: float = 0.0,
        style: Any = "solid", gid: str | None = None, z: float = 1.0, is_closed: bool = True,
    ) -> None:  # fmt: skip
        """Several polygons (or, not closed, lines) as one shape; nothing for an empty list."""
        if outlines:
            path = Outline.make_compound_path(*(_outline(points, is_closed) for points in outlines))
            self._draw_path(path, fill=fill, edge=edge, edge_pt=edge_pt, style=style, gid=gid, z=z)

    def draw_shape(
        self, shape: Outline, at: tuple[float, float], size_mm: float, *, fill: Any, edge: Any,
        edge_pt: float, style: Any = "solid", gid: str | None = None, z: float = 4.0,
    ) -> None:  # fmt: skip
        """A shape of unit width, `size_mm` wide, centred on a point."""
        path = shape.transformed(Affine2D().scale(size_mm).translate(*at))
        self._draw_path(path, fill=fill, edge=edge, edge_pt=edge_pt, style=style, gid=gid, z=z)

    def _draw_path(
        self, path: Outline, *, fill: Any, edge: Any, edge_pt: float, style: Any, gid: str | None, z: float
    ) -> None:  # fmt: skip
        none = "none"
        patch = PathPatch(
            path, facecolor=none if fill is None else fill, edgecolor=none if edge is None else edge,
            linewidth=edge_pt, linestyle=style, gid=gid, zorder=z, transform=self._mm,
        )  # fmt: skip
        self.add_artist(patch)

    def text_boxes(self) -> list[tuple[str, Bbox]]:
        """Every text with its box in pixels, as it would be drawn."""
        renderer = FigureCanvasAgg(self).get_renderer()
        return [(text.get_text(), text.get_window_extent(renderer)) for text in self.texts]

    def text_boxes_mm(self) -> list[Bbox]:
        """Boxes of all texts in mm."""
        mm = 25.4 / self.dpi
        return [Bbox(box.get_points() * mm) for _, box in self.text_boxes()]

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save as matplotlib does, by the rules of this module. Safe in threads."""
        kind = str(options.get("format") or Path(str(fname)).suffix.lstrip(".")).lower()
        if kind not in ("svg", "svgz"):
            if kind == "png":
                options.setdefault("pil_kwargs", {"compress_level": _FAST})
            super().savefig(fname, **options)
            return
        options.setdefault("metadata", {"Date": None, "Title": self.title, "Creator": "aqsense"})
        with _SAVING, mpl.rc_context(_SVG_RULES), self._true_text():
            super().savefig(fname, **options)

    def _repr_png_(self) -> bytes:
        """What a notebook shows, also where it has not set up matplotlib."""
        shown = BytesIO()
        self.savefig(shown, format="png", dpi=_NOTEBOOK_DPI)
        return shown.getvalue()

    def save_as(self, path: Path) -> Path:
        """Save in the format of the name's ending; returns the path. OutputError where it can't be."""
        with _said(path):
            self.savefig(path)
        return path

    def save_small(self, path: Path, width_px: int) -> Path:
        """Save as a PNG of this width with 256 colours, a third of the bytes; otherwise as `save_as`."""
        from PIL import Image

        shown, self.dpi = self.dpi, (width_px + 0.01) / self.get_figwidth()
        try:
            canvas = FigureCanvasAgg(self)
            canvas.draw()
            image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
        finally:
            self.dpi = shown
        image = image.quantize(256, dither=Image.Dither.NONE)
        small = BytesIO()
        image.save(small, "png", compress_level=_SMALL)
        with _said(path):
            path.write_bytes(small.getvalue())
        return path

    @contextmanager
    def _true_text(self) -> Iterator[None]:
        """All letters, for a file whose viewer brings its own fonts."""
        with warnings.catch_warnings():
            if self._without_font:
                warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            for text, words in self._without_font:
                text.set_text(words)
            try:
                yield
            finally:
                for text, words in self._without_font:
                    text.set_text(drawable(words))


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Say what the disk refuses."""
    try:
        yield
    except OSError as problem:
        raise OutputError(
            f"{path}: can't be written ({problem.strerror or problem}). "
            "Choose a directory that exists and is yours."
        ) from problem


def _outline(points: Points, is_closed: bool) -> Outline:
    if not is_closed:
        return Outline(points)
    return Outline([*points, points[0]], closed=True)


def box(x0: float, x1: float, middle: float, height: float) -> Points:
    """Corners of a rectangle."""
    low, high = middle - height / 2, middle + height / 2
    return ((x0, low), (x1, low), (x1, high), (x0, high))

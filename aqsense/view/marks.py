"""The marks of the contributors and what belongs to a single peak: whisker, doubt, arrow at the border."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.colors import to_rgba
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D

from aqsense.view.layout import PT_PER_MM
from aqsense.view.page import Page
from aqsense.view.tokens import (
    DOUBTFUL_OPACITY,
    GHOST_PT,
    HOLLOW_PT,
    MARK_EDGE_PT,
    PAPER,
    ContributorToken,
    Mark,
)

# Unit width, centred. The triangle's and diamond's heights make the four shapes look equally heavy.
SHAPES: Mapping[Mark, Outline] = {
    Mark.CIRCLE: Outline.unit_circle().transformed(Affine2D().scale(0.5)),
    Mark.DIAMOND: Outline([(0, 0.6), (0.6, 0), (0, -0.6), (-0.6, 0), (0, 0.6)], closed=True),
    Mark.TRIANGLE: Outline([(0, 0.5), (0.5, -0.42), (-0.5, -0.42), (0, 0.5)], closed=True),
    Mark.SQUARE: Outline(
        [(-0.45, 0.45), (0.45, 0.45), (0.45, -0.45), (-0.45, -0.45), (-0.45, 0.45)], closed=True
    ),
}
_ARROWHEAD = Outline([(0.5, 0), (-0.3, 0.45), (-0.3, -0.45), (0.5, 0)], closed=True)


@dataclass(frozen=True, slots=True)
class MarkStyle:
    """Size of a mark against its token; doubt: pale with a dashed outline; a ghost: the outline alone.

    is_companion   hollow, white inside: never scored (VISUAL 2)
    """

    scale: float = 1.0
    is_doubtful: bool = False
    is_ghost: bool = False
    is_companion: bool = False


def draw_mark(
    page: Page, at: tuple[float, float], token: ContributorToken, style: MarkStyle, gid: str | None = None
) -> None:
    """A contributor's mark with its white edge, so that touching marks stay two marks."""
    size = token.size_pt * style.scale / PT_PER_MM
    shape = SHAPES[token.mark]
    if style.is_companion:
        edge_pt = HOLLOW_PT * style.scale
        page.draw_shape(shape, at, size, fill=PAPER, edge=token.colour, edge_pt=edge_pt, gid=gid)
        return
    if not (style.is_doubtful or style.is_ghost):
        edge_pt = MARK_EDGE_PT * style.scale
        page.draw_shape(shape, at, size, fill=token.colour, edge=PAPER, edge_pt=edge_pt, gid=gid)
        return
    # Paper below the pale fill: no thread shines through.
    page.draw_shape(shape, at, size, fill=PAPER, edge=None, edge_pt=0)
    fill = None if style.is_ghost else to_rgba(token.colour, DOUBTFUL_OPACITY)
    edge_pt = GHOST_PT if style.is_ghost else MARK_EDGE_PT
    page.draw_shape(
        shape, at, size, fill=fill, edge=token.colour, edge_pt=edge_pt, style=(0, (1.6, 1.1)), gid=gid
    )


def draw_arrowhead(page: Page, at: tuple[float, float], colour: str, direction: int, size_mm: float) -> None:
    """A small arrowhead that points out of the panel: direction +1 right, -1 left."""
    shape = _ARROWHEAD if direction > 0 else _ARROWHEAD.transformed(Affine2D().scale(-1, 1))
    page.draw_shape(shape, at, size_mm, fill=colour, edge=None, edge_pt=0)

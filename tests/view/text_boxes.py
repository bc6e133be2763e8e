"""What is wrong with the texts of a drawn page (VISUAL 3.6 b)."""

from __future__ import annotations

from matplotlib.backends.backend_agg import FigureCanvasAgg

from aqsense.view.page import Page

TOUCH_PX = 1.0  # boxes are line boxes, a little larger than the letters
MARGIN_MM = 2.0
MARKS = ("mark-", "border-", "mean-", "lag-", "peak-")
LETTERS = 0.36  # half the height of capitals, in font sizes


def problems(page: Page) -> list[str]:
    """Texts that are cut by the page's margin, and pairs of texts that overlap."""
    boxes = page.text_boxes()
    margin, width, height = MARGIN_MM / 25.4 * page.dpi, page.bbox.width, page.bbox.height
    found = [
        f"cut: {words!r}"
        for words, box in boxes
        if box.x0 < margin or box.y0 < margin or box.x1 > width - margin or box.y1 > height - margin
    ]
    for i, (words, box) in enumerate(boxes):
        for other_words, other in boxes[:i]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            if across > TOUCH_PX and down > TOUCH_PX:
                found.append(f"overlap {across:.1f} x {down:.1f} px: {words!r} and {other_words!r}")
    return found


def words_of(page: Page) -> list[str]:
    return [words for words, _ in page.text_boxes()]


def touched_marks(page: Page) -> list[str]:
    """Texts whose letters touch a contributor's mark."""
    renderer = FigureCanvasAgg(page).get_renderer()
    marks = [
        (str(shape.get_gid()), shape.get_window_extent(renderer))
        for shape in page.artists
        if str(shape.get_gid()).startswith(MARKS)
    ]
    found: list[str] = []
    for text in page.texts:
        box = text.get_window_extent(renderer)
        middle, half = (box.y0 + box.y1) / 2, LETTERS * text.get_fontsize() * page.dpi / 72
        for name, mark in marks:
            across = min(box.x1, mark.x1) - max(box.x0, mark.x0)
            down = min(middle + half, mark.y1) - max(middle - half, mark.y0)
            if across > 0 and down > 0:
                found.append(f"{text.get_text()!r} on {name} by {across:.1f} x {down:.1f} px")
    return found

"""What is wrong with the texts of a drawn page (VISUAL 3.6 b)."""

from __future__ import annotations

from aqsense.view.page import Page

TOUCH_PX = 1.0  # boxes are line boxes, a little larger than the letters
MARGIN_MM = 2.0


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

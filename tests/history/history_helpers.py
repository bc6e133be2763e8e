"""Whether a page's texts have room."""

from __future__ import annotations

from aqsense.view.page import Page


def no_overlap(page: Page) -> None:
    boxes = page.text_boxes()
    width, height = page.bbox.width, page.bbox.height
    for i, (words, box) in enumerate(boxes):
        assert box.x0 >= 0, words
        assert box.x1 <= width, words
        assert box.y0 >= 0, words
        assert box.y1 <= height, words
        for other, against in boxes[i + 1 :]:
            apart = (
                box.x1 <= against.x0 + 1 or against.x1 <= box.x0 + 1
                or box.y1 <= against.y0 + 1 or against.y1 <= box.y0 + 1
            )  # fmt: skip
            assert apart, (words, other)

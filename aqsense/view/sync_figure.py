"""The clocks of a recording: delays of packets over time, and shakes before and after alignment.

In:  numbers of `aqsense.analysis.sync_facts`, by their names only.
Out: a page or files; nothing is computed here.
Colour = body part, as everywhere; left dashed, right solid, with words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aqsense.model import Contributor
from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM
from aqsense.view.page import Page, Points, box
from aqsense.view.small_figure import save_pair
from aqsense.view.tokens import (
    CONTRIBUTORS,
    INK,
    LABEL_PT,
    LANE_EDGE,
    LANE_EDGE_PT,
    NOTE_PT,
    ON_GROUND,
    PANEL_TITLE_PT,
    SECOND_LINE_PT,
    SECONDARY,
    TOE_OFF_EDGE,
)

WIDTH, HEIGHT = 297.0, 210.0
_MARGIN = 12.0
_TITLE_PT = 20.0
_BODY_TOP, _BODY_FOOT = 166.0, 22.0
_NAMES, _DELAYS, _NUMBERS = 12.0, (50.0, 150.0), 154.0
_SHAKES = (196.0, 285.0)
_LEFT_DASHES = (0, (3.0, 1.6))
_DOT_MM = 0.28


@dataclass(frozen=True, slots=True)
class _Frame:
    """A rectangle with axes: mm, and what its edges stand for."""

    left: float
    foot: float
    right: float
    top: float
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Place on the page; values beyond the edge stay at it."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (min(max(y, self.y[0]), self.y[1]) - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + across * (self.right - self.left), self.foot + up * (self.top - self.foot)

    def line(self, xs: Sequence[float], ys: Sequence[float]) -> Points:
        return [self.at(float(x), float(y)) for x, y in zip(xs, ys, strict=True) if math.isfinite(x + y)]


def plot_sync(facts: Any) -> Page:
    """One A4 page of all clocks.

    facts    `SyncFacts`, with delays of packets
    returns  a matplotlib Figure
    """
    bound = 1e3 * facts.bound95_s
    title = "How well clocks agree is not known"
    if math.isfinite(bound):
        title = f"Clocks agree within {bound:.1f} ms"
    page = Page(WIDTH, HEIGHT, title)
    page.draw_text((_MARGIN, 192.0), title, _TITLE_PT, bold=True)
    name = typeset.cut(facts.name, 60.0 * PT_PER_MM, SECOND_LINE_PT)
    page.draw_text((WIDTH - _MARGIN, 192.0), name, SECOND_LINE_PT, SECONDARY, align="right")
    room = (WIDTH - 2 * _MARGIN) * PT_PER_MM
    for number, line in enumerate(typeset.wrap(facts.may_say, room, SECOND_LINE_PT)[:2]):
        page.draw_text((_MARGIN, 183.0 - 5.2 * number), line, SECOND_LINE_PT, SECONDARY)
    _draw_delays(page, facts)
    _draw_shakes(page, facts.shakes)
    note = (
        "Dots: packets, by how much later they came than the clock says their newest sample was measured. "
        "Line: the soonest of each stretch. ± is the 95 % bound of one sensor against the common time; the "
        "title speaks of the two worst sensors."
    )
    for number, line in enumerate(typeset.wrap(note, room, NOTE_PT)[:2]):
        page.draw_text((_MARGIN, 9.5 - 3.8 * number), line, NOTE_PT, SECONDARY)
    return page


def save_sync(facts: Any, directory: str | Path) -> list[Path]:
    """Write `sync.svg` and `sync.png`; returns their paths. OutputError where they can't be."""
    return save_pair(plot_sync(facts), directory, "sync")


def _colour(site: str) -> str:
    if site.endswith(("wrist", "upper_arm")):
        return CONTRIBUTORS[Contributor.ARM].colour
    if site in ("trunk", "pelvis"):
        return CONTRIBUTORS[Contributor.TRUNK].colour
    return INK


def _dashes(site: str) -> Any:
    return _LEFT_DASHES if site.startswith("left") else "solid"


def _draw_delays(page: Page, facts: Any) -> None:
    left, right = _DELAYS
    rows = len(facts.delays)
    height = (_BODY_TOP - _BODY_FOOT) / max(rows, 1)
    begin, end = _span(facts.delays)
    highest = _highest_ms(facts.delays)
    page.draw_text((left, _BODY_TOP + 3.5), "DELAY OF PACKETS", PANEL_TITLE_PT, bold=True)
    for number, (site, trace) in enumerate(facts.delays.items()):
        top = _BODY_TOP - number * height
        frame = _Frame(left, top - height + 4.5, right, top - 2.0, (begin, end), (-0.15 * highest, highest))
        zero = frame.at(begin, 0.0)[1]
        page.draw_line([(left, zero), (right, zero)], LANE_EDGE, LANE_EDGE_PT)
        dots = [
            box(x - _DOT_MM, x + _DOT_MM, y, 2 * _DOT_MM)
            for x, y in frame.line(trace.time_s, 1e3 * trace.delay_s)
        ]
        page.draw_outlines(dots, fill=TOE_OFF_EDGE)
        page.draw_line(frame.line(trace.least_time_s, 1e3 * trace.least_s), INK, 1.6)
        for value in (0.0, highest):
            place = frame.at(begin, value)[1] - 1.0
            page.draw_text((left - 1.5, place), f"{value:.0f} ms", LABEL_PT, SECONDARY, align="right")
        _write_clock(page, site, facts.clocks[site], frame)
    for value, align in ((begin, "left"), (end, "right")):
        x = left if align == "left" else right
        page.draw_text((x, _BODY_FOOT - 1.5), _clock_time(value), LABEL_PT, SECONDARY, align=align)  # pyright: ignore


def _write_clock(page: Page, site: str, clock: Mapping[str, Any], frame: _Frame) -> None:
    middle = 0.5 * (frame.foot + frame.top)
    page.draw_text((_NAMES, middle + 1.0), site.replace("_", " "), LABEL_PT, bold=True)
    page.draw_text((_NAMES, middle - 3.4), _METHODS.get(str(clock["method"]), ""), NOTE_PT, SECONDARY)
    bound = clock.get("bound95_s")
    said = "not stated" if bound is None else f"± {1e3 * bound:.1f} ms"
    page.draw_text((_NUMBERS, middle + 3.4), said, PANEL_TITLE_PT, bold=True)
    gaps = f"{clock['gaps']} gap{'' if clock['gaps'] == 1 else 's'}"
    page.draw_text((_NUMBERS, middle - 0.8), f"{clock['n']} packets, {gaps}", NOTE_PT, SECONDARY)
    state = "locked" if clock["locked"] else "provisional" if clock["provisional"] else ""
    drift = f"{clock['drift_ppm']:+.0f} ppm".replace("-", "\N{MINUS SIGN}")
    page.draw_text((_NUMBERS, middle - 4.6), ", ".join(filter(None, (drift, state))), NOTE_PT, SECONDARY)


_METHODS = {"arrivals": "packets alone", "shake": "one shake", "shakes": "shakes"}


def _draw_shakes(page: Page, shakes: Sequence[Any]) -> None:
    left = _SHAKES[0]
    shown = [shakes[0], shakes[-1]] if len(shakes) > 1 else list(shakes)
    page.draw_text((left, _BODY_TOP + 3.5), "SHAKE, TURNING RATE", PANEL_TITLE_PT, bold=True)
    if not shown:
        page.draw_text((left, _BODY_TOP - 8.0), "No shake in this recording.", LABEL_PT, SECONDARY)
        return
    height = (_BODY_TOP - _BODY_FOOT - 8.0) / (2 * len(shown))
    for number, shake in enumerate(shown):
        top = _BODY_TOP - 2 * number * height
        _draw_shake(page, shake, shake.before, "by packets alone", top, height)
        said = "not accepted" if shake.reason else f"aligned, known to {1e3 * shake.sd_s:.1f} ms"
        _draw_shake(page, shake, shake.after, said, top - height, height)
    _draw_key(page, tuple(shown[0].before))


def _draw_shake(
    page: Page, shake: Any, traces: Mapping[str, Any], words: str, top: float, height: float
) -> None:
    left, right = _SHAKES
    times = [float(time[edge]) for time, _ in traces.values() if len(time) for edge in (0, -1)]
    if not times:
        return
    highest = max(float(rate.max()) for _, rate in traces.values() if len(rate))
    frame = _Frame(left, top - height + 3.0, right, top - 5.0, (min(times), max(times)), (0.0, highest))
    page.draw_text((left, top - 3.4), f"at {_clock_time(shake.begin_s)}, {words}", LABEL_PT, SECONDARY)
    page.draw_outlines(
        [box(left, right, 0.5 * (frame.foot + frame.top), frame.top - frame.foot)], fill=ON_GROUND
    )
    for site, (time, rate) in traces.items():
        page.draw_line(frame.line(time, rate), _colour(site), 1.1, style=_dashes(site))


def _draw_key(page: Page, sites: Sequence[str]) -> None:
    x, y = _SHAKES[0], _BODY_FOOT + 3.0
    for site in sites:
        words = site.replace("_", " ")
        page.draw_line([(x, y + 1.0), (x + 5.0, y + 1.0)], _colour(site), 1.4, style=_dashes(site))
        page.draw_text((x + 6.0, y), words, NOTE_PT, SECONDARY)
        x += 9.0 + typeset.width(words, NOTE_PT) / PT_PER_MM
        if x > _SHAKES[1] - 22.0:
            x, y = _SHAKES[0], y - 4.2


def _span(delays: Mapping[str, Any]) -> tuple[float, float]:
    return (
        min(float(trace.time_s[0]) for trace in delays.values()),
        max(float(trace.time_s[-1]) for trace in delays.values()),
    )


def _highest_ms(delays: Mapping[str, Any]) -> float:
    """Top of the axis: nearly all packets, in steps of 20 ms; the rest lie at the edge."""
    largest = 0.0
    for trace in delays.values():
        ordered = sorted(trace.delay_s.tolist())
        largest = max(largest, 1e3 * ordered[int(0.95 * (len(ordered) - 1))])
    return max(20.0, 20.0 * math.ceil(largest / 20.0))


def _clock_time(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60:02d} s"

"""Three ways to tell how a capture goes: a table that is drawn anew, lines, JSON.

In:  `CaptureNow`, the sentence, the line being typed.
Out: text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from aqsense.acquire.capture_state import CaptureNow, SensorNow
from aqsense.record.desk import HELP
from aqsense.record.words import named

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

EVERY_S = 1.0
LINE_EVERY_S = 5.0
GOOD, BAD, MUTED = "green", "red", "dim"


class Teller(Protocol):
    """Tells pictures while they come, and what was recorded in the end."""

    def look(self, now: CaptureNow, sentence: str, typing: str) -> None: ...
    def say(self, **facts: Any) -> None: ...
    def close(self) -> None: ...


class Lines:
    """A line whenever the sentence changes, and the numbers now and then."""

    def __init__(self, tell: Callable[[str], None]):
        self._tell = tell
        self._sentence = ""
        self._told_s = -math.inf

    def look(self, now: CaptureNow, sentence: str, typing: str) -> None:
        del typing  # keys need a terminal
        if sentence != self._sentence:
            self._sentence = sentence
            self._tell(f"{now.time_s:7.1f} s  {sentence}")
        if now.time_s - self._told_s >= LINE_EVERY_S:
            self._told_s = now.time_s
            rates = "  ".join(f"{named(one.site)} {_number(one.rate_hz)}/s" for one in now.sensors)
            self._tell(f"{now.time_s:7.1f} s  {rates}  {now.log_bytes / 1e6:.1f} MB")

    def say(self, **facts: Any) -> None:
        self._tell(
            "  ".join(f"{name} {value}" for name, value in facts.items() if not isinstance(value, dict))
        )

    def close(self) -> None: ...


class Json:
    """One object a line: `state` every second of session time, and what happens."""

    def __init__(self, tell: Callable[[str], None]):
        self._tell = tell
        self._told_s = -math.inf

    def look(self, now: CaptureNow, sentence: str, typing: str) -> None:
        del typing  # keys need a terminal
        if now.time_s - self._told_s < EVERY_S:
            return
        self._told_s = now.time_s
        sensors = {one.site: _plain(asdict(one)) for one in now.sensors}
        for sensor in sensors.values():
            del sensor["site"]
        state = {"time_s": round(now.time_s, 3), "sentence": sentence, "log_bytes": now.log_bytes}
        self.say(event="state", **state, sensors=sensors)

    def say(self, **facts: Any) -> None:
        self._tell(json.dumps(_plain(facts), allow_nan=False, ensure_ascii=False))

    def close(self) -> None: ...


class Screen:
    """The table, drawn anew in place."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._live.start()

    def look(self, now: CaptureNow, sentence: str, typing: str) -> None:
        self._live.update(_page(now, sentence, typing), refresh=True)

    def say(self, **facts: Any) -> None:
        self._console.print(_in_words(facts), highlight=False)

    def close(self) -> None:
        self._live.stop()


def _page(now: CaptureNow, sentence: str, typing: str) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    minutes, seconds = divmod(int(now.time_s), 60)
    head = Text(f"{minutes}:{seconds:02d}   {now.log_bytes / 1e6:.1f} MB saved", style=MUTED)
    marks = [mark for mark in now.marks if mark.kind not in ("connected", "clock_reset")][-3:]
    told = [f"{m.time_s:.1f} s  {' '.join(filter(None, (m.kind, named(m.site), m.text)))}" for m in marks]
    style = f"bold {BAD}" if now.failed else "bold"
    foot = Text(typing or HELP, style="" if typing else MUTED)
    return Group(head, _table(now), Text(sentence, style=style), *(Text(t, style=MUTED) for t in told), foot)


def _table(now: CaptureNow) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("sensor")
    table.add_column("is")
    for name in ("rate /s", "loss %", "late ms", "clip %", "batt %", "dBm"):
        table.add_column(name, justify="right")
    for one in now.sensors:
        table.add_row(*_row(one))
    return table


def _row(one: SensorNow) -> tuple[str, ...]:
    is_good = one.stage == "streaming"
    return (
        named(one.site),
        f"[{GOOD if is_good else BAD}]{one.stage}[/]",
        f"{_number(one.rate_hz)}/{_number(one.nominal_hz)}",
        _number(100 * one.loss, 1),
        _number(one.delay_ms),
        _number(100 * one.clipped, 1),
        _number(one.battery_percent),
        _number(one.rssi_dbm),
    )


def _number(value: float, decimals: int = 0) -> str:
    return f"{value:.{decimals}f}" if math.isfinite(value) else "–"


def _in_words(facts: dict[str, Any]) -> str:
    """`recorded  left shin 2410  trunk 4800`."""
    samples = facts.get("samples") or {}
    return "  ".join([str(facts["event"]), *(f"{named(site)} {n}" for site, n in samples.items())])


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: clean(one) for name, one in value.items()}
        if isinstance(value, float):
            return round(value, 4) if math.isfinite(value) else None
        return value

    return clean(facts)

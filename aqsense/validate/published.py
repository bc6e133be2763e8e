"""The best published figure for each quantity, with its source (METHOD 2.6): what ours stand beside.

Where nobody has published one, that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aqsense.model import Event


@dataclass(frozen=True)
class Published:
    """figure   as published, in words; source   who, when, with what."""

    figure: str
    source: str


NOTHING: Final = Published("none found", "")
_NO_ROTATION: Final = Published("none at sprint speed", "METHOD 2.6")
_FRIEDL: Final = "Friedl 2026: shank 1125 Hz, neural network, 250 Hz video, first 15 m of 60 m, 12 athletes"
_BAILEY: Final = "Bailey & Harle 2015: foot sensor, 3.4 m/s"
_PRIJOT: Final = "Prijot 2020: 200 Hz video, 3 speeds, 7056 events"
_PURCELL: Final = "Purcell 2006 through Mendicino 2025: shank accelerometer 250 Hz, force plate, 6 athletes"
_FALBRIARD: Final = "Falbriard 2018: foot sensor, treadmill, 41 adults"
_STRIDE: Final = Published(
    "mean absolute difference 5 ms, 95 % within 25 ms", "Bergamini 2012: lower back, sprint, 11 athletes"
)
_STRIDE_SLOW: Final = Published("95 % mostly within 20 ms", "Lee 2010: sacrum, to 19 km/h, 10 elite runners")

# By quantity, then by kind of run; "" = any other.
PUBLISHED: Final[Mapping[str, Mapping[str, Published]]] = {
    Event.INITIAL_CONTACT.value: {
        "sprint": Published("bias < 1 ms, 95 % within 15 ms", _FRIEDL),
        "": Published("median 5 ms, −5 to 15 ms", _PRIJOT),
    },
    Event.TOE_OFF.value: {
        "sprint": Published("bias < 1 ms, 95 % within 15 ms", _FRIEDL),
        "jog": Published("bias 0.5, SD 3.8 ms", _BAILEY),
        "": Published("median 0 ms, −5 to 5 ms", _PRIJOT),
    },
    "contact_time_s": {
        "sprint": Published(
            "bias −2.5, SD 4.8 ms; in 6 athletes −1, SD 1 ms",
            f"Schmidt 2016: both ankles 1000 Hz, Optojump, 380 contacts; {_PURCELL}",
        ),
        "run": Published("bias −2, SD 3 ms", _PURCELL),
        "jog": Published("bias 0, SD 12 ms", _PURCELL),
    },
    "flight_time_s": {"": Published("bias < 12, SD 10 ms; precision < 4, SD 3 ms", _FALBRIARD)},
    "stride_time_s": {"sprint": _STRIDE, "": _STRIDE_SLOW},
    "mean_stride_time_s": {"": _STRIDE_SLOW},
    "step_time_s": {"": Published("none found; target 3 ms", "METHOD 2.6")},
}


def published(question: str, group: str, quantity: str) -> Published:
    """What stands beside a row; nothing but errors of events and times has been published."""
    if question != "events":
        return NOTHING
    kind = group.split(",")[0]
    by_kind = PUBLISHED.get(quantity, {"": _NO_ROTATION})
    return by_kind.get(kind, by_kind.get("", NOTHING))

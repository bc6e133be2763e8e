"""What the athlete does, one thing after the other: stand, walk, jog, sprint, decelerate, drills.

A session is a tuple of phases. `read_phases` takes them from text such as
`stand 3, sprint 60m, decelerate 3, walk 20 turn 180, stand 2`.

The drills are a coach's: `march` (A-march, no hurry, a foot always on the ground), `high_knees` (quick, on
the spot, no flight), `a_skip` (each leg steps and hops: two landings of a foot in a row) and `heel_flicks`
(heels to the buttocks, knees down). None of them is running.

`shake`: all sensors are held together and shaken by hand. `handover`: the next athlete puts the sensors on;
each sits differently afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from aqsense.errors import SettingsError
from aqsense.simulate.drills import DRILLS

STILL_KINDS: Final = ("stand", "shake", "handover")
KINDS: Final = ("stand", "walk", "jog", "sprint", "decelerate", *DRILLS, "shake", "handover")
FASTEST_M_S: Final = 12.0
LONGEST_S: Final = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One thing that the athlete does.

    kind        one of KINDS
    seconds     duration, s; None for a sprint that ends by distance
    distance_m  length of a sprint, m; None where `seconds` is given
    speed_m_s   walk, jog, drills: the speed; sprint: top speed; decelerate: speed at the end. None = the
                usual (walk 1.4, jog 3.5, sprint the spec's `vmax_m_s`, decelerate 0, march and a_skip 1,
                other drills 0.5)
    tau_s       sprint: time constant of v = vmax (1 - exp(-t/tau)); None = the spec's
    turn_deg    change of direction over the phase, positive to the left
    athlete     handover: id of the next athlete
    tag         a word about this phase, set as a mark at its begin; "" = none
    """

    kind: str
    seconds: float | None = None
    distance_m: float | None = None
    speed_m_s: float | None = None
    tau_s: float | None = None
    turn_deg: float = 0.0
    athlete: str = ""
    tag: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SettingsError(
                f"phase {self.kind!r} is unknown; expected one of {', '.join(KINDS)}",
                name="phases",
                value=self.kind,
            )
        self._check_length()
        if self.kind in STILL_KINDS and self.speed_m_s:
            raise SettingsError(
                "standing has no speed; leave speed_m_s out", name="speed_m_s", value=self.speed_m_s
            )
        if (self.kind == "handover") != bool(self.athlete):
            raise SettingsError(
                f"phase {self.kind!r} has athlete {self.athlete!r}; expected an id for a handover and for "
                "nothing else, e.g. `handover 15 to b`",
                name="athlete",
                value=self.athlete,
            )
        _check("speed_m_s", self.speed_m_s, 0.0, FASTEST_M_S)
        _check("tau_s", self.tau_s, 0.3, 5.0)
        _check("turn_deg", self.turn_deg, -3600.0, 3600.0)

    def _check_length(self) -> None:
        if (self.seconds is None) == (self.distance_m is None):
            raise SettingsError(
                f"phase {self.kind!r} needs either seconds or, for a sprint, distance_m",
                name="phases",
                value=self,
            )
        if self.distance_m is not None and self.kind != "sprint":
            raise SettingsError(
                f"phase {self.kind!r} can't end by distance; give its seconds",
                name="phases",
                value=self.distance_m,
            )
        _check("seconds", self.seconds, 0.05, LONGEST_S)
        _check("distance_m", self.distance_m, 1.0, 1000.0)


_PHASE = re.compile(
    r"(?P<kind>[a-z_]+)\s+(?P<length>[0-9.]+)\s*(?P<unit>m|s)?"
    r"(\s+at\s+(?P<speed>[0-9.]+))?(\s+turn\s+(?P<turn>[+-]?[0-9.]+))?"
    r"(\s+to\s+(?P<athlete>\S+))?(\s+tag\s+(?P<tag>\S+))?"
)


def read_phases(text: str) -> tuple[Phase, ...]:
    """Phases from text: `KIND LENGTH[s|m] [at SPEED] [turn DEGREES] [to ATHLETE] [tag WORD]`, with commas.

    Raises SettingsError that quotes the part which can't be read.
    """
    return tuple(_read_phase(part.strip()) for part in text.split(","))


def _read_phase(text: str) -> Phase:
    match = _PHASE.fullmatch(text)
    if match is None:
        raise SettingsError(
            f"can't read the phase {text!r}; expected e.g. `stand 3`, `sprint 60m`, `walk 10 turn 180`",
            name="phases",
            value=text,
        )
    length = _number(match["length"], text)
    by_distance = match["unit"] == "m"
    return Phase(
        kind=match["kind"],
        seconds=None if by_distance else length,
        distance_m=length if by_distance else None,
        speed_m_s=None if match["speed"] is None else _number(match["speed"], text),
        turn_deg=0.0 if match["turn"] is None else _number(match["turn"], text),
        athlete=match["athlete"] or "",
        tag=match["tag"] or "",
    )


def _number(text: str, phase: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingsError(
            f"{text!r} in the phase {phase!r} is no number", name="phases", value=phase
        ) from None


def _check(name: str, value: float | None, low: float, high: float) -> None:
    # Written so that NaN fails too.
    if value is not None and not low <= value <= high:
        raise SettingsError(
            f"{name} of a phase is {value}; expected {low:g} to {high:g}", name=name, value=value
        )

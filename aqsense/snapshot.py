"""The nouns of a live session: what the window is shown and what it can ask for. No algorithm lives here.

A `Snapshot` is one immutable picture of the session; the worker publishes a new one whenever something
changed, the window reads the newest when it draws. An `Action` is one wish of the coach, sent the other way.
Times are session seconds (host monotonic, FORMATS 1) unless a name says otherwise. NaN = not known; a text
beside it says why. All texts are whole sentences or short phrases in plain English, ready to be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from aqsense.model import Contributor, Floats, Result, Side


class Screen(Enum):
    """What the session is at. LOOK CLOSER is the window's own choice and no state of the session."""

    READY = "ready"  # before a run, set-up included
    RUNNING = "running"
    RESULT = "result"  # from the end of a run to the next thing the coach or the athlete does


class SetupStage(Enum):
    """How far the set-up is, in the order in which it goes forward."""

    SENSORS = "sensors"  # not all expected sensors are heard
    SHAKE = "shake"  # all are heard; hold them together and shake them
    STAND = "stand"  # clocks agree; the athlete wears them and stands still
    READY = "ready"  # run when you like


class Health(Enum):
    """One sensor's state, shown by sign and word."""

    MISSING = "missing"  # expected, never heard
    CONNECTING = "connecting"  # heard, too few packets to know its rate and clock
    GOOD = "good"
    WEAK = "weak"  # packets come late, or less than 97 % of the samples arrive
    LOST = "lost"  # was heard, silent for 2 s or more


@dataclass(frozen=True, slots=True)
class SensorState:
    """One line of the READY screen and one sign of the RUNNING screen.

    site         of model.SITES; its tape colour is `view.tokens`'
    health       sign and word
    rate_hz      samples heard a second over the last seconds; NaN before the first
    arrived      share of the samples of the last seconds that arrived, 0-1; NaN before the first
    battery      0-1; NaN where the sensor doesn't tell
    clock_sd_s   SD of its clock against the common time; NaN before it is known
    advice       what to do about it, "" = nothing ("move the laptop nearer")
    """

    site: str
    health: Health
    rate_hz: float = float("nan")
    arrived: float = float("nan")
    battery: float = float("nan")
    clock_sd_s: float = float("nan")
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """The set-up: one sentence is always shown, it says READY or the one next thing to do.

    stage        how far it is
    sentence     ready to be shown, e.g. "Right wrist not found: press its button."
    site         sensor that the sentence is about, "" = none: the drawing shows where it goes
    progress     of what is being done now (shaking, standing), 0-1; NaN = nothing is
    refused      why the last shake or standing was not accepted, "" if it was or none was tried
    clocks       one phrase, "agree within 2.1 ms, shaken at 12 s" or what is known instead
    clock_bound_s  worst pair's 95 % bound, s; NaN if not known
    straps       one phrase, "as at calibration", "not checked" or which sensor turned by how much
    """

    stage: SetupStage
    sentence: str
    site: str = ""
    progress: float = float("nan")
    refused: str = ""
    clocks: str = "not known yet"
    clock_bound_s: float = float("nan")
    straps: str = "not checked"


@dataclass(frozen=True, slots=True)
class LiveStep:
    """One step of the open run; everything in it but the last four fields is final when it appears.

    step, stride    1-based within the run, as in steps.csv
    stance_side     the foot on the ground: LEFT or RIGHT
    zero_s          the step's swing peak, session time: the reference for places on the axis
    contact_s       contact of the stance foot, NaN where not found
    toe_off_s       NaN where not claimed
    times_s         peak of each contributor that has one
    sds_s           its SD, clock included
    doubtful        contributors whose peak carries a quality flag
    missing         contributors without a peak, with the word why: "no data", "no peak", "sensor missing"
    spread_ms       S_obs; NaN with `unscored`
    spread_sd_ms    its SD from the uncertainty of the peaks
    unscored        why there is no spread, "" if there is one
    stride_time_s   NaN until the stride closes (one step later); then this and the next two are final
    spread_percent  of the stride time
    convergence     0-100
    """

    step: int
    stride: int
    stance_side: Side
    zero_s: float
    contact_s: float
    toe_off_s: float
    times_s: Mapping[Contributor, float]
    sds_s: Mapping[Contributor, float]
    doubtful: frozenset[Contributor]
    missing: Mapping[Contributor, str]
    spread_ms: float
    spread_sd_ms: float
    unscored: str = ""
    stride_time_s: float = float("nan")
    spread_percent: float = float("nan")
    convergence: float = float("nan")


@dataclass(frozen=True, slots=True)
class LiveRun:
    """The run that is going on, or whose end was just found and that is being analysed whole.

    number      of the session, 1-based
    started_s   first swing peak
    ended_s     last swing peak; NaN while it goes on
    steps       as far as they are final
    note        what the coach should know, "" = nothing ("steps appear from the 8th stride on")
    """

    number: int
    started_s: float
    ended_s: float = float("nan")
    steps: tuple[LiveStep, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wave:
    """A filtered waveform of one sensor around a run, for LOOK CLOSER.

    site     of model.SITES
    channel  "sagittal rate" of a limb, "yaw rate" or "pitch rate" of the trunk
    time_s   (n,) session time
    rad_s    (n,)
    """

    site: str
    channel: str
    time_s: Floats
    rad_s: Floats


@dataclass(frozen=True, slots=True)
class Moved:
    """By how much one number changed when a better analysis replaced the earlier one, and why.

    quantity       "spread_ms"
    before, after  ms; NaN where one of them had no value
    causes         what moved it, largest first: ("body axes", -0.3), ("clocks", 0.1), ("edges", 0.0); ms
    sentence       the line to show: "Spread 9.8 -> 9.6 ms: body axes -0.3, clocks +0.1."
    """

    quantity: str
    before: float
    after: float
    causes: tuple[tuple[str, float], ...] = ()
    sentence: str = ""


@dataclass(frozen=True)
class RunResult:
    """A finished run: what RESULT, LOOK CLOSER and the row of previous runs draw.

    number          of the session, 1-based; a discarded run keeps its number
    athlete, tag    "" if not stated
    started_s, ended_s  first and last swing peak
    result          the whole analysis of the stretch around it, with FORMATS' names (model.Result)
    run             number of this run inside `result` (its column `run`, its place in summary["runs"])
    provisional     why its numbers may still move, "" = final ("closing shake pending")
    moved           what changed against the live numbers, then against the provisional ones
    discarded       the coach took it out (key X or U); it can be brought back
    edited          corrections by hand are in it
    waves           filtered waveforms, 1 s more than the run at both ends; LOOK CLOSER's traces
    """

    number: int
    athlete: str
    tag: str
    started_s: float
    ended_s: float
    result: Result
    run: int
    provisional: str = ""
    moved: tuple[Moved, ...] = ()
    discarded: bool = False
    edited: bool = False
    waves: tuple[Wave, ...] = ()


class Level(Enum):
    """How loud a message is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that happened, in words. `key` names the kind, to replace an older one."""

    time_s: float
    level: Level
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Saving:
    """Where the data go.

    text      "on this laptop, 3.1 h left"; "replay, nothing is written"
    failed    why nothing can be written any more, "" = it can
    """

    text: str = ""
    failed: str = ""


@dataclass(frozen=True)
class Snapshot:
    """One immutable picture of the whole session.

    serial     rises by one with every snapshot: an unchanged serial means that nothing needs drawing
    screen     what the session is at
    time_s     session time of the newest packet; NaN before the first
    athlete    whose turn it is, "" = not stated
    athletes   ids known in this session, in the order in which they came
    tag        word for the next run, "" = none
    setup      the one sentence and what it rests on
    sensors    in the order of SITES, expected ones that are missing included
    run        the run going on; None otherwise
    next_run   number that the next run will have
    results    finished runs of the session, oldest first, discarded ones included
    messages   newest last, at most 20
    saving     where the data go
    finished   the source has no more data (end of a replay, link closed)
    video_offset_s  video time less session time; NaN until a touchdown's video time was given
    """

    serial: int
    screen: Screen
    time_s: float
    setup: Setup
    athlete: str = ""
    athletes: tuple[str, ...] = ()
    tag: str = ""
    sensors: tuple[SensorState, ...] = ()
    run: LiveRun | None = None
    next_run: int = 1
    results: tuple[RunResult, ...] = ()
    messages: tuple[Message, ...] = ()
    saving: Saving = field(default_factory=Saving)
    finished: bool = False
    video_offset_s: float = float("nan")

    @property
    def result(self) -> RunResult | None:
        """The newest run that was not discarded, None before the first."""
        return next((one for one in reversed(self.results) if not one.discarded), None)


class Do(Enum):
    """What the coach can ask for; the default key is what the window binds it to."""

    NEXT = "next"  # space: leave RESULT; in set-up skip the stage ("start now")
    SHAKE = "shake"  # S: new clocks from a shake; with runs behind it, it may be the closing shake
    STAND = "stand"  # C: new calibration of the same athlete
    ATHLETE = "athlete"  # A: text = id; needs new calibration, no new shake
    TAG = "tag"  # T: text = word for the next run
    NOTE = "note"  # N: text
    FEEL = "feel"  # F: text = 1-10, of the newest run
    UNDO = "undo"  # U: the newest run (or the open one) was none; again = bring it back
    DISCARD = "discard"  # X: run = number; again = bring it back
    END_RUN = "end_run"  # E: the run is over, or the open one was a wrong guess
    VIDEO = "video"  # text = time in the video, time_s = the visible touchdown; for view and report
    EXCLUDE = "exclude"  # run, step, text = why: the step counts no more
    INCLUDE = "include"  # run: takes its newest correction back
    MOVE = "move"  # run, step, event, time_s, text = why: an event moved by hand
    QUIT = "quit"  # Q, or the window is closed


@dataclass(frozen=True, slots=True)
class Action:
    """One wish of the coach. Fields that the wish does not need stay at their defaults.

    run, step  1-based; 0 = not about one
    event      of model.Event, by value; "" = not about one
    time_s     session time; NaN = now
    text       as the wish says
    """

    do: Do
    run: int = 0
    step: int = 0
    event: str = ""
    time_s: float = float("nan")
    text: str = ""

"""The table of faults: how each is put into a clean recording, and what must come out.

`SAMPLE_FAULTS` damage samples in memory, `FILE_FAULTS` damage files. `docs/imperfect-data.md` is written
from both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import injections as do
import numpy as np
from injections import ACCEL, GYRO, Edit, Injection
from outcomes import Nothing, Numbers, Outcome, Refused

from aqsense.model import STANDARD_GRAVITY_M_S2, Mark
from aqsense.settings import Settings

G = STANDARD_GRAVITY_M_S2
DEG = np.pi / 180
CLEAN_MS = 0.0005  # half the last digit of the files
FILTER_S = 0.1  # a filter's reach
UNSHAKEN = ("clock_provisional", "")  # ticks without a closing shake
AROUND_S = 1.0  # the windows of a step lie within this time of its swing peak
SHINS, WRISTS = ("left_shin", "right_shin"), ("left_wrist", "right_wrist")
ALL_SITES = (*WRISTS, *SHINS, "trunk")


@dataclass(frozen=True)
class Fault:
    """A row of the table.

    group     heading under which it stands in the documentation
    name      the fault in a few words
    damage    what is done to the recording (samples) or to its folder (files)
    outcome   what must come out
    base      the clean recording: `sprint` (the sample), `two_sprints`, `walk`, `stand`
    settings  of the analysis
    slow      takes long
    """

    group: str
    name: str
    damage: Injection | Edit
    outcome: Outcome
    base: str = "sprint"
    settings: Settings = Settings()
    slow: bool = False


def around(from_s: float, n_samples: int, rate_hz: float = 100.0) -> tuple[float, float]:
    """Span of session time in which a hole may touch steps."""
    return from_s - AROUND_S, from_s + n_samples / rate_hz + AROUND_S


def hole(
    site: str, from_s: float, n: int, contributor: str, flag: str, side: str = "", **more: object
) -> Fault:
    warns = (("gap", site),) if n >= 10 else ()
    outcome = Numbers(
        1.0,
        warns=warns,
        untouched=around(from_s, n),
        flags={contributor: flag},
        side=side,
        **more,  # type: ignore[arg-type]
    )
    return Fault(
        "Gaps", f"{n} sample{'s' if n > 1 else ''} of {site} missing", do.gap(site, from_s, n), outcome
    )


def nothing_else(tolerance_ms: float = 0.0, *warns: tuple[str, str], **more: object) -> Numbers:
    return Numbers(tolerance_ms, warns=warns, **more)  # type: ignore[arg-type]


FLIP_Y = np.diag([1.0, -1.0, 1.0])
CYCLIC = np.eye(3)[[1, 2, 0]]

GAPS = (
    hole("left_shin", 8.17, 1, "swing", "bridged", "right"),
    hole("right_wrist", 8.17, 2, "arm", "bridged", "right"),
    hole("trunk", 8.18, 3, "trunk", "bridged"),
    hole("trunk", 8.17, 4, "trunk", "no_data"),
    hole("right_shin", 8.38, 10, "swing", "no_data", "left"),
    hole("left_shin", 8.0, 30, "swing", "no_data", "right"),
    hole("right_wrist", 8.0, 100, "arm", "no_data", "right"),
    hole("right_shin", 8.0, 100, "swing", "no_data", "left"),
    hole("trunk", 5.0, 300, "trunk", "no_data"),
    Fault(
        "Gaps",
        "1000 samples of left_wrist missing",
        do.gap("left_wrist", 3.2, 1000),
        Numbers(1.0, warns=(("lost", "left_wrist"),), absent={"arm": "missing_sensor"}, side="left"),
    ),
    Fault(
        "Gaps",
        "20 samples of all sensors missing at once",
        do.gap_of_all(8.0, 20),
        Numbers(1.0, warns=tuple(("gap", site) for site in ALL_SITES), untouched=around(8.0, 20)),
    ),
    Fault(
        "Gaps",
        "50 samples of standing missing in trunk",
        do.gap("trunk", 1.0, 50),
        Numbers(8.0, warns=(("no_standing", ""),)),
    ),
    Fault(
        "Gaps",
        "every tenth sample of left_shin missing",
        do.kept("left_shin", lambda t: np.arange(len(t)) % 10 != 5),
        Numbers(3.0, flags={"push": "bridged"}, side="left"),
    ),
    Fault(
        "Gaps",
        "every second sample of left_shin missing, rate stated as before",
        do.kept("left_shin", lambda t: np.arange(len(t)) % 2 == 0),
        Numbers(2.0),
    ),
)

NANS = (
    Fault(
        "Missing values",
        "one NaN in one gyro axis of left_shin",
        do.on_values("left_shin", do.constant([4], np.nan), (8.17, 8.18)),
        Numbers(1.0, untouched=around(8.17, 1), flags={"swing": "bridged"}, side="right"),
    ),
    Fault(
        "Missing values",
        "half a second of NaN in trunk",
        do.on_values("trunk", do.constant(slice(0, 6), np.nan), (8.0, 8.5)),
        Numbers(1.0, untouched=around(8.0, 50), flags={"trunk": "no_data"}, warns=(("gap", "trunk"),)),
    ),
    Fault(
        "Missing values",
        "half a second of NaN in the accelerometer of left_shin",
        do.on_values("left_shin", do.constant(ACCEL, np.nan), (8.0, 8.5)),
        Numbers(1.0, untouched=around(8.0, 50)),
    ),
    Fault(
        "Missing values",
        "a gyro axis of trunk is NaN throughout",
        do.on_values("trunk", do.constant([3], np.nan)),
        Numbers(1.0, absent={"trunk": "missing_sensor"}, warns=(("no_values", "trunk"),)),
    ),
    Fault(
        "Missing values",
        "a gyro axis of left_shin is NaN throughout",
        do.on_values("left_shin", do.constant([3], np.nan)),
        Numbers(
            1.0,
            absent={"push": "missing_sensor"},
            side="left",
            warns=(("no_values", "left_shin"),),
            warns_only=False,
        ),
    ),
    Fault(
        "Missing values",
        "accelerometer of right_wrist is NaN throughout",
        do.on_values("right_wrist", do.constant(ACCEL, np.nan)),
        Numbers(1.0, absent={"arm": "missing_sensor"}, side="right", warns=(("no_values", "right_wrist"),)),
    ),
)

CLIPS = (
    *(
        Fault(
            "Clipping",
            f"accelerometers of all sensors clip at {level} g",
            do.then(
                *(
                    do.then(
                        do.on_values(site, do.clipped(ACCEL, level * G)),
                        do.on_sensor(site, accel_range_m_s2=level * G),
                    )
                    for site in ALL_SITES
                )
            ),
            Numbers(
                1.0, contacts_ms=0.5, warns=tuple(("accel_saturates", site) for site in SHINS if level < 10)
            ),
        )
        for level in (4, 8, 16)
    ),
    Fault(
        "Clipping",
        "gyros of both shins clip at 500 deg/s, range stated",
        do.then(
            *(
                do.then(
                    do.on_values(site, do.clipped(GYRO, 500 * DEG)),
                    do.on_sensor(site, gyro_range_rad_s=500 * DEG),
                )
                for site in SHINS
            )
        ),
        Numbers(4.0, flags={"swing": "clipped"}),
    ),
    Fault(
        "Clipping",
        "gyro of left_wrist clips at 700 deg/s, range stated as 2000",
        do.on_values("left_wrist", do.clipped(GYRO, 700 * DEG)),
        Numbers(4.0, flags={"arm": "clipped"}, side="left", warns=(("clips_early", "left_wrist"),)),
    ),
    Fault(
        "Clipping",
        "gyro of left_wrist clips at 500 deg/s, no range stated",
        do.then(
            do.on_values("left_wrist", do.clipped(GYRO, 500 * DEG)),
            do.on_sensor("left_wrist", gyro_range_rad_s=None),
        ),
        Numbers(4.0, flags={"arm": "clipped"}, side="left", warns=(("clips_early", "left_wrist"),)),
    ),
)

STUCK = (
    Fault(
        "Stuck sensors",
        "left_wrist repeats one reading for a second",
        do.on_values("left_wrist", do.frozen, (8.0, 9.0)),
        Numbers(
            1.0,
            untouched=around(8.0, 100),
            flags={"arm": "no_data"},
            side="left",
            warns=(("stuck", "left_wrist"), ("gap", "left_wrist")),
        ),
    ),
    Fault(
        "Stuck sensors",
        "left_shin repeats one reading for 0.2 s",
        do.on_values("left_shin", do.frozen, (8.0, 8.2)),
        Numbers(
            1.0,
            untouched=around(8.0, 20),
            flags={"swing": "no_data"},
            side="right",
            warns=(("stuck", "left_shin"), ("gap", "left_shin")),
        ),
    ),
    Fault(
        "Stuck sensors",
        "trunk repeats its last standing reading from 2.5 s on",
        do.on_values("trunk", do.frozen, (2.5, 99.0)),
        Numbers(1.0, absent={"trunk": "missing_sensor"}, warns=(("too_slow", "trunk"),)),
    ),
    Fault(
        "Stuck sensors",
        "one gyro axis of right_wrist stands still for 2 s",
        do.on_values("right_wrist", do.constant([4], 1.5), (8.0, 10.0)),
        Numbers(
            1.0,
            untouched=around(8.0, 200),
            flags={"arm": "no_data"},
            side="right",
            warns=(("stuck", "right_wrist"), ("gap", "right_wrist")),
        ),
    ),
    Fault(
        "Stuck sensors",
        "one gyro axis of left_shin is 0 throughout",
        do.on_values("left_shin", do.constant([4], 0.0)),
        Numbers(
            1.0,
            absent={"push": "missing_sensor"},
            side="left",
            warns=(("stuck", "left_shin"),),
            warns_only=False,
        ),
    ),
    Fault(
        "Stuck sensors",
        "the whole gyro of trunk is 0 throughout",
        do.on_values("trunk", do.constant(GYRO, 0.0)),
        Numbers(1.0, absent={"trunk": "missing_sensor"}, warns=(("stuck", "trunk"),)),
    ),
    Fault(
        "Stuck sensors",
        "one accelerometer axis of left_shin is 0 throughout",
        do.on_values("left_shin", do.constant([0], 0.0)),
        Numbers(
            1.0,
            absent={"push": "missing_sensor"},
            side="left",
            warns=(("stuck", "left_shin"),),
            warns_only=False,
        ),
    ),
)

AXES = (
    Fault(
        "Axes",
        "left_shin turned by 180 deg on the strap for the whole session",
        do.on_values("left_shin", do.turned(do.about(2, 180))),
        Numbers(0.01),
    ),
    Fault(
        "Axes", "trunk worn upside down", do.on_values("trunk", do.turned(do.about(0, 180))), Numbers(0.01)
    ),
    Fault(
        "Axes",
        "axes of right_wrist permuted (xyz -> yzx), both triads",
        do.on_values("right_wrist", do.turned(CYCLIC)),
        Numbers(0.01),
    ),
    Fault(
        "Axes",
        "both triads of left_shin mirrored (a left-handed sensor)",
        do.on_values("left_shin", do.turned(FLIP_Y)),
        Numbers(1.0, flags={"push": "frame_doubtful"}, side="left", warns=(("axes_disagree", "left_shin"),)),
    ),
    Fault(
        "Axes",
        "gyro of left_wrist permuted, accelerometer not",
        do.on_values("left_wrist", do.gyro_only(CYCLIC)),
        Numbers(
            1.0,
            flags={"arm": "frame_doubtful"},
            side="left",
            warns=(("axes_disagree", "left_wrist"),),
            warns_only=False,
        ),
    ),
    Fault(
        "Axes",
        "one gyro axis of right_shin flipped, accelerometer not",
        do.on_values("right_shin", do.gyro_only(np.diag([1.0, 1.0, -1.0]))),
        Numbers(
            1.0,
            flags={"push": "frame_doubtful"},
            side="right",
            warns=(("axes_disagree", "right_shin"),),
            warns_only=False,
        ),
    ),
)


def strap(site: str, degrees: float, from_s: float, axis: int = 0) -> Injection:
    return do.on_values(site, do.turned(do.about(axis, degrees)), (from_s, np.inf))


STRAPS = (
    Fault(
        "Loose straps",
        "left_shin slips by 30 deg between two sprints",
        strap("left_shin", 30, 14.0),
        Numbers(
            15.0,
            flags={"push": "frame_doubtful"},
            side="left",
            warns=(("strap_slipped", "left_shin"),),
            warns_only=False,
        ),
        base="two_sprints",
    ),
    Fault(
        "Loose straps",
        "right_wrist slips by 45 deg between two sprints",
        strap("right_wrist", 45, 14.0, 1),
        Numbers(
            15.0, flags={"arm": "frame_doubtful"}, side="right", warns=(("strap_slipped", "right_wrist"),)
        ),
        base="two_sprints",
    ),
    Fault(
        "Loose straps",
        "trunk slips by 30 deg between two sprints",
        strap("trunk", 30, 14.0, 2),
        Numbers(15.0, flags={"trunk": "frame_doubtful"}, warns=(("strap_slipped", "trunk"),)),
        base="two_sprints",
    ),
    Fault(
        "Loose straps",
        "left_shin slips by 3 deg between two sprints",
        strap("left_shin", 3, 14.0),
        Numbers(4.0),
        base="two_sprints",
    ),
    Fault(
        "Loose straps",
        "left_shin slips by 40 deg in the middle of a sprint",
        strap("left_shin", 40, 8.0),
        Numbers(
            20.0,
            flags={"push": "frame_doubtful"},
            side="left",
            warns=(("strap_slipped", "left_shin"),),
            warns_only=False,
        ),
    ),
)

exchange = do.exchanged
PLACES = (
    Fault(
        "Wrong places",
        "left and right shin exchanged",
        exchange(*SHINS),
        Numbers(
            np.inf,
            warns=(("sides_exchanged", "left_shin"),),
            flags={"push": "frame_doubtful"},
            warns_only=False,
        ),
    ),
    Fault(
        "Wrong places",
        "left and right wrist exchanged",
        exchange(*WRISTS),
        Numbers(
            np.inf,
            warns=(("sides_exchanged", "left_wrist"),),
            flags={"arm": "frame_doubtful"},
            warns_only=False,
        ),
    ),
    Fault(
        "Wrong places",
        "all left and right sensors exchanged",
        do.then(exchange(*SHINS), exchange(*WRISTS)),
        Numbers(np.inf, warns=(("sides_exchanged", "left_shin"), ("sides_exchanged", "left_wrist"))),
    ),
    Fault(
        "Wrong places",
        "left wrist and left shin exchanged",
        exchange("left_wrist", "left_shin"),
        Numbers(np.inf, warns=(("wrong_limb", "left_shin"),), warns_only=False),
    ),
    Fault(
        "Wrong places",
        "right wrist and left shin exchanged",
        exchange("right_wrist", "left_shin"),
        Numbers(np.inf, warns=(("wrong_limb", "left_shin"),), warns_only=False),
    ),
    Fault(
        "Wrong places",
        "wrists and shins exchanged, both sides",
        do.then(exchange("left_wrist", "left_shin"), exchange("right_wrist", "right_shin")),
        Numbers(np.inf, warns=(("wrong_limb", "left_shin"),), warns_only=False),
    ),
    Fault(
        "Wrong places",
        "trunk and left wrist exchanged",
        exchange("trunk", "left_wrist"),
        Numbers(np.inf, warns=(("wrong_limb", "trunk"),), warns_only=False),
    ),
    Fault(
        "Wrong places",
        "trunk and right shin exchanged",
        exchange("trunk", "right_shin"),
        Nothing(("no run",), warns=(("wrong_limb", "trunk"),)),
    ),
)

TIMES = (
    Fault("Times", "times jittered by 1 ms", do.sampled_unevenly(0.0005), Numbers(1.5)),
    Fault(
        "Times", "times jittered by 4.5 ms", do.sampled_unevenly(0.003), Refused(("irregular", "--resample"))
    ),
    Fault(
        "Times",
        "times jittered by 4.5 ms, with `--resample`",
        do.sampled_unevenly(0.003),
        Numbers(4.0, warns=tuple(("resampled", site) for site in ALL_SITES)),
        settings=Settings(resample=True),
    ),
    Fault(
        "Times",
        "rate stated as 50 Hz, samples come at 100 Hz",
        do.then(*(do.on_sensor(site, rate_hz=50.0) for site in ALL_SITES)),
        Numbers(CLEAN_MS),
    ),
    Fault(
        "Times",
        "right_shin begins 5 s late, after standing",
        do.kept("right_shin", lambda t: t >= 5.0),
        Numbers(10.0, warns=(("late", "right_shin"),), warns_only=False),
    ),
    Fault(
        "Times",
        "trunk dies at 7.5 s",
        do.kept("trunk", lambda t: t < 7.5),
        Numbers(1.0, untouched=(6.5, np.inf), flags={"trunk": "no_data"}, warns=(("lost", "trunk"),)),
    ),
    Fault(
        "Times",
        "left_wrist dies while the athlete stands",
        do.kept("left_wrist", lambda t: t < 2.5),
        Numbers(1.0, absent={"arm": "missing_sensor"}, side="left", warns=(("lost", "left_wrist"),)),
    ),
    Fault(
        "Times",
        "left_shin dies while the athlete stands",
        do.kept("left_shin", lambda t: t < 2.5),
        Numbers(
            1.0,
            absent={"push": "missing_sensor"},
            side="left",
            warns=(("lost", "left_shin"),),
            warns_only=False,
        ),
    ),
    Fault(
        "Times",
        "right_wrist delivers 5 samples",
        do.kept("right_wrist", lambda t: t < 0.05),
        Refused(("right_wrist", "only 5 samples")),
    ),
    Fault(
        "Times",
        "ticks and arrivals instead of times",
        do.as_ticks(),
        Numbers(10.0, least_steps=37, warns=(UNSHAKEN,)),
    ),
    Fault(
        "Times",
        "ticks without arrivals",
        do.then(do.as_ticks(), do.without_arrivals),
        Refused(("arrivals.csv", "time_s")),
    ),
    Fault(
        "Times",
        "100 ms of ticks missing in trunk",
        do.then(do.gap("trunk", 8.0, 10), do.as_ticks()),
        Numbers(10.0, flags={"trunk": "no_data"}, warns=(("gap", "trunk"), UNSHAKEN)),
    ),
    Fault(
        "Times",
        "sensors at 25 Hz",
        do.decimated(4),
        Numbers(25.0, flags={"push": "low_rate"}, warns_only=False),
    ),
)

MOVEMENTS = (
    Fault(
        "Movement",
        "the left arm is held still",
        do.still("left_wrist"),
        Numbers(1.0, absent={"arm": "no_peak"}, side="left", warns_only=False),
    ),
    Fault(
        "Movement",
        "both arms are held still",
        do.then(*(do.still(site) for site in WRISTS)),
        Numbers(1.0, absent={"arm": "no_peak"}, warns_only=False),
    ),
    Fault("Movement", "only standing", lambda r: r, Nothing(("nobody runs",)), base="stand"),
    Fault("Movement", "only walking", lambda r: r, Nothing(("no run",)), base="walk"),
    Fault(
        "Movement",
        "one step only",
        do.then(*(do.kept(site, lambda t: t < 3.9) for site in ALL_SITES)),
        Nothing(()),
    ),
    Fault(
        "Movement",
        "one second of recording",
        do.then(*(do.kept(site, lambda t: t < 1.0) for site in ALL_SITES)),
        Nothing(("nobody runs",)),
    ),
    Fault(
        "Movement",
        "the run begins with the recording: nobody stands",
        do.then(*(do.kept(site, lambda t: (t >= 5.0) & (t < 12.0)) for site in ALL_SITES)),
        Numbers(12.0, warns=(("no_standing", ""),), least_steps=20),
    ),
    Fault("Movement", "no arms", do.without(*WRISTS), Numbers(0.3, absent={"arm": "missing_sensor"})),
    Fault("Movement", "no trunk", do.without("trunk"), Numbers(CLEAN_MS, absent={"trunk": "missing_sensor"})),
    Fault(
        "Movement",
        "one shin only",
        do.without("right_shin"),
        Numbers(1.0, absent={"push": "missing_sensor"}, side="right", warns_only=False),
    ),
    Fault("Movement", "no shins", do.without(*SHINS), Nothing(("shin",))),
    Fault(
        "Movement",
        "two athletes in one recording, by marks",
        do.with_marks(Mark(1.0, "athlete", text="a01"), Mark(14.0, "athlete", text="a02")),
        Numbers(4.0, warns=(("athletes_mixed", ""),)),
        base="two_sprints",
    ),
    Fault(
        "Movement",
        "the second sprint is marked `discard`",
        do.with_marks(Mark(22.0, "discard")),
        Numbers(4.0, warns=(("discarded", ""),)),
        base="two_sprints",
    ),
)

SAMPLE_FAULTS: tuple[Fault, ...] = (
    *GAPS,
    *NANS,
    *CLIPS,
    *STUCK,
    *AXES,
    *STRAPS,
    *PLACES,
    *TIMES,
    *MOVEMENTS,
)

Lines = list[str]


def repeated(row: int) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines[: row + 2], lines[row + 1], *lines[row + 2 :]]


def misplaced(row: int) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines[: row + 1], lines[row + 2], lines[row + 1], *lines[row + 3 :]]


def with_times(change: Callable[[int, float], float]) -> Callable[[Lines], Lines]:
    def edit(lines: Lines) -> Lines:
        rows = [line.split(",") for line in lines[1:]]
        texts = [",".join([f"{change(i, float(cells[0])):.6f}", *cells[1:]]) for i, cells in enumerate(rows)]
        return [lines[0], *texts]

    return edit


def in_units(columns: str, factor: float) -> Edit:
    names = [
        f"{columns}_{axis}_{unit}"
        for axis in "xyz"
        for unit in (("m_s2",) if columns == "accel" else ("rad_s",))
    ]
    return do.edits(*(do.on_column("trunk.csv", name, lambda value: value * factor) for name in names))


def decimal_commas(lines: Lines) -> Lines:
    return [lines[0].replace(",", ";"), *(line.replace(",", ";").replace(".", ",") for line in lines[1:])]


def every_site(make: Callable[[str], Edit]) -> Edit:
    return do.edits(*(make(f"{site}.csv") for site in ALL_SITES))


SHIN = "left_shin.csv"
HEADER_ONLY = do.on_lines(SHIN, lambda lines: lines[:1])
HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>../../etc'

FILE_FAULTS: tuple[Fault, ...] = (
    Fault(
        "Units",
        "acceleration in g in a column of m/s^2",
        in_units("accel", 1 / G),
        Refused(("trunk.csv", "_g")),
    ),
    Fault(
        "Units",
        "acceleration in mg in a column of m/s^2",
        in_units("accel", 1000 / G),
        Refused(("trunk.csv", "mg")),
    ),
    Fault(
        "Units",
        "gravity removed from the acceleration",
        do.edits(
            *(do.on_column("trunk.csv", f"accel_{axis}_m_s2", lambda value: value * 0.02) for axis in "xyz")
        ),
        Refused(("trunk.csv", "Gravity")),
    ),
    Fault(
        "Units",
        "rates in deg/s in a column of rad/s, trunk only",
        in_units("gyro", 180 / np.pi),
        Refused(("trunk.csv", "_deg_s")),
    ),
    Fault(
        "Units",
        "rates in deg/s in a column of rad/s, left_shin only",
        do.edits(
            *(do.on_column(SHIN, f"gyro_{axis}_rad_s", lambda value: value * 180 / np.pi) for axis in "xyz")
        ),
        Refused((SHIN, "_deg_s")),
    ),
    Fault(
        "Units",
        "rates in rad/s taken for deg/s, all sensors",
        every_site(
            lambda name: do.edits(
                *(
                    do.on_column(name, f"gyro_{axis}_rad_s", lambda value: value * np.pi / 180)
                    for axis in "xyz"
                )
            )
        ),
        Nothing(("rad/s",)),
    ),
    Fault(
        "Units",
        "rates in rad/s taken for deg/s, trunk only",
        in_units("gyro", np.pi / 180),
        Numbers(CLEAN_MS, absent={"trunk": "missing_sensor"}, warns=(("too_slow", "trunk"),)),
    ),
    Fault("Units", "times in ms", do.on_lines(SHIN, with_times(lambda i, t: 1e3 * t)), Refused((SHIN, "ms"))),
    Fault(
        "Units",
        "a unit in the header that is not known",
        do.on_bytes(SHIN, lambda raw: raw.replace(b"gyro_x_rad_s", b"gyro_x_rpm")),
        Refused((SHIN, "gyro_x_rpm")),
    ),
    Fault(
        "Times",
        "a row repeated",
        do.on_lines(SHIN, repeated(500)),
        Refused((f"{SHIN} line 503", "does not rise")),
    ),
    Fault(
        "Times",
        "two rows in the wrong order",
        do.on_lines(SHIN, misplaced(500)),
        Refused((SHIN, "does not rise")),
    ),
    Fault(
        "Times",
        "times wrap at 10 s",
        do.on_lines(SHIN, with_times(lambda i, t: t % 10.0)),
        Refused((f"{SHIN} line 1002", "does not rise", "start")),
    ),
    Fault(
        "Times",
        "the sensor was reborn: its times begin at 0 again",
        do.on_lines(SHIN, with_times(lambda i, t: t if i < 800 else (i - 800) / 100.0)),
        Refused((f"{SHIN} line 802", "start")),
    ),
    Fault(
        "Times",
        "rate stated as 50 Hz in recording.json, rows come at 100 Hz",
        do.in_metadata(lambda content: content["sensors"]["left_shin"].update(rate_hz=50)),  # type: ignore[index]
        Numbers(CLEAN_MS, warns=(("rate_differs", "left_shin"),)),
    ),
    Fault(
        "Times",
        "a time is empty",
        do.in_cell(SHIN, 700, "time_s", ""),
        Refused((f"{SHIN} line 702", "empty")),
    ),
    Fault(
        "Files",
        "an infinite value",
        do.in_cell(SHIN, 700, "gyro_x_rad_s", "inf"),
        Refused((f"{SHIN} line 702",)),
    ),
    Fault(
        "Files",
        "a value that no sensor measures",
        do.in_cell(SHIN, 700, "gyro_x_rad_s", "1e300"),
        Refused((f"{SHIN} line 702", "1e+300")),
    ),
    Fault(
        "Files",
        "a single damaged value of 500 rad/s",
        do.in_cell(SHIN, 700, "gyro_x_rad_s", "500"),
        Numbers(1.0, warns=(("spike", "left_shin"),), untouched=(6.0, 8.0)),
    ),
    Fault(
        "Files",
        "a word in place of a number",
        do.in_cell(SHIN, 700, "gyro_x_rad_s", "error"),
        Refused((f"{SHIN} line 702", "error")),
    ),
    Fault(
        "Files",
        "`NA` and empty cells for missing values",
        do.edits(do.in_cell(SHIN, 500, "gyro_x_rad_s", "NA"), do.in_cell(SHIN, 500, "gyro_y_rad_s", "")),
        Numbers(1.0, untouched=(4.0, 6.0)),
    ),
    Fault(
        "Files",
        "the last line is cut",
        do.on_bytes(SHIN, lambda raw: raw[:-20]),
        Numbers(0.01, warns=(("truncated_last_line", "left_shin"),)),
    ),
    Fault(
        "Files",
        "a row cut in the middle of the file",
        do.on_lines(SHIN, lambda lines: [*lines[:300], lines[300][:20], *lines[301:]]),
        Refused((f"{SHIN} line 301",)),
    ),
    Fault(
        "Files",
        "semicolons and decimal commas",
        do.on_lines(SHIN, decimal_commas),
        Refused((SHIN, "semicolons")),
    ),
    Fault(
        "Files", "a byte order mark", do.on_bytes(SHIN, lambda raw: b"\xef\xbb\xbf" + raw), Numbers(CLEAN_MS)
    ),
    Fault(
        "Files",
        "line ends of Windows",
        do.on_bytes(SHIN, lambda raw: raw.replace(b"\n", b"\r\n")),
        Numbers(CLEAN_MS),
    ),
    Fault(
        "Files",
        "UTF-16",
        do.on_bytes(SHIN, lambda raw: raw.decode().encode("utf-16")),
        Refused((SHIN, "UTF-16")),
    ),
    Fault("Files", "an empty file", do.on_bytes(SHIN, lambda raw: b""), Refused((SHIN, "empty"))),
    Fault("Files", "a header and no row", HEADER_ONLY, Refused((SHIN, "no whole row"))),
    Fault(
        "Files",
        "a single row",
        do.on_lines(SHIN, lambda lines: lines[:2]),
        Refused(("left_shin", "only 1 sample")),
    ),
    Fault(
        "Files",
        "a picture in place of a table",
        do.on_bytes(SHIN, lambda raw: b"\x89PNG\r\n\x1a\n\x00\x00"),
        Refused((SHIN,)),
    ),
    Fault("Files", "a table is missing", do.removed(SHIN), Refused((SHIN,))),
    Fault(
        "Files",
        "a column is missing",
        do.on_bytes(SHIN, lambda raw: raw.replace(b"gyro_x_rad_s", b"gyro_x_old")),
        Refused((SHIN, "gyro_x")),
    ),
    Fault(
        "Files",
        "recording.json is missing",
        do.removed("recording.json"),
        Refused(("recording.json", "missing")),
    ),
    Fault(
        "Files",
        "recording.json is cut",
        do.on_bytes("recording.json", lambda raw: raw[:50]),
        Refused(("recording.json", "JSON")),
    ),
    Fault(
        "Names",
        "an athlete whose id is `NA`",
        do.in_metadata(lambda c: c.update(athlete="NA")),
        Numbers(CLEAN_MS),
    ),
    Fault(
        "Names",
        "HTML, a path and a formula as athlete and name",
        do.in_metadata(lambda c: c.update(athlete=HOSTILE, name=HOSTILE)),
        Numbers(CLEAN_MS),
    ),
    Fault(
        "Names",
        "line breaks and zero-width characters in the name",
        do.in_metadata(lambda c: c.update(athlete="a\n\u200b\u202eb", name="a\n\u200b\u202eb\x07")),
        Numbers(CLEAN_MS),
    ),
    Fault(
        "Names",
        "an unknown site",
        do.in_metadata(lambda c: c["sensors"].update({"../left_ear": {"rate_hz": 100}})),  # type: ignore[attr-defined]
        Refused(("recording.json", "left_ear", "known are")),
    ),
)
FAULTS: tuple[Fault, ...] = (*SAMPLE_FAULTS, *FILE_FAULTS)

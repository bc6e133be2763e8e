"""Where does it break down? A change of slope over speed, or along the run where speed is unknown (METHOD
5.4).

Two lines that meet in a knot against one line, by BIC; the knot's interval by a bootstrap of whole strides.
A knot counts where the two lines are better by 6 and have 8 steps on each side. "Breaks down" is said only
where the slope behind the knot is for the worse with 95 % certainty: the spread grows, an amplitude falls.
Strides 1 to 4, in which everything changes with the start, and the last one before the athlete brakes are
left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.quantity import Quantity
from aqsense.analysis.questions.amplitudes import NAMES, WORDS, amplitudes
from aqsense.analysis.questions.question import Answer, Number, in_words, number
from aqsense.analysis.questions.run_data import RunData
from aqsense.analysis.run_findings import FIRST_STEADY_STRIDE
from aqsense.model import Floats

TITLE = "Where does it break down?"
MEANS = (
    "The place from which on the spread grows, or a contributor's rate falls, faster than before. It is "
    "looked for over "
    "speed where speed is known from outside, else along the strides. Suppression is an amplitude that "
    "falls while the step "
    "frequency still rises."
)
DOES_NOT_MEAN = (
    "A change of slope says where, not why. No change found means: none that these steps could show."
)
FEWEST_PER_SIDE, BIC_NEEDED = 8, 6.0
DRAWS, SEED = 200, 20261


@dataclass(frozen=True, slots=True)
class Knot:
    """A change of slope: where, from which slope to which; `reason` where none is told.

    after_se   standard error of the slope behind the knot
    """

    place: Quantity
    before: float
    after: float
    after_se: float
    reason: str = ""

    def is_worse(self, direction: float) -> bool:
        """Whether the slope behind the knot surely goes in `direction` (+1 or -1), and more than before."""
        after = direction * self.after
        return not self.reason and after - 1.96 * self.after_se > max(0.0, direction * self.before)


def breakdown(run: RunData) -> Answer:
    """Question 5."""
    run = run.rows(_steady(run))
    over, unit, where = _axis(run)
    series = [("spread", "spread", run.step_column("spread_ms"), 1.0)]
    sizes = amplitudes(run)
    series += [(f"{NAMES[c]}_amplitude", f"{WORDS[c]}, amplitude", sizes[:, c], -1.0) for c in range(4)]
    block = np.asarray(run.steps["stride"], float)
    numbers: list[Number] = []
    told: list[str] = []
    for name, label, values, worse in series:
        knot = find_knot(over, values, block, n_tried=len(series))
        contributor = name.removesuffix("_amplitude") if name != "spread" else ""
        numbers.append(
            Number(f"{name}_breakdown_{where}", f"{label}, from", unit, knot.place, "", contributor)
        )
        if knot.is_worse(worse):
            what = "the spread grows" if not contributor else f"the {label.split(',')[0]}'s rate falls"
            told.append(f"{what} from {_place(knot.place, unit)} on")
    suppressed = _suppressed(run, sizes)
    for column, share in enumerate(suppressed):
        numbers.append(
            Number(
                "suppression_percent",
                f"{WORDS[column]}, fall while step frequency rises",
                "%",
                share,
                "",
                NAMES[column],
            )
        )
    return Answer("breakdown", TITLE, _answer(told, where), MEANS, DOES_NOT_MEAN, tuple(numbers))


def _steady(run: RunData) -> NDArray[np.bool_]:
    """Steps from the 5th stride on, up to the last stride but one before braking."""
    stride = run.steps["stride"]
    last = int(stride[run.before_braking].max(initial=0))
    return (stride >= FIRST_STEADY_STRIDE) & (stride < last)


def _place(place: Quantity, unit: str) -> str:
    if unit == "m/s":
        return in_words(place, unit, 1)
    return f"stride {number(place.value, 0)} ({number(place.low, 0)} to {number(place.high, 0)})"


def _axis(run: RunData) -> tuple[Floats, str, str]:
    speed = run.step_column("speed_m_s")
    if np.isfinite(speed).sum() >= 2 * FEWEST_PER_SIDE:
        return speed, "m/s", "speed_m_s"
    return np.asarray(run.steps["stride"], float), "stride", "stride"


def find_knot(x: Floats, y: Floats, block: Floats, n_tried: int = 1) -> Knot:
    """The best knot of y over x, if two slopes are better than one.

    x, y, block   (n,) abscissa, values, stride of each step
    n_tried       how many series are searched: each doubling asks for 2 ln 2 more evidence

    Source: METHOD 5.4 (delta BIC >= 6). Differs: the search over the knot counts as one more parameter, as
    in Hinkley
    1971, and several series share the evidence.
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y, block = x[known], y[known], block[known]
    n = len(x)
    if n < 2 * FEWEST_PER_SIDE:
        return _no_knot("few_steps", n)
    candidates = _candidates(x)
    if not len(candidates):
        return _no_knot("speed_hardly_changes", n)
    one = _line_rss(x, y)
    rss, best = _hinged(x, y, candidates)
    if rss <= 0 or one <= 0:
        return _no_knot("no_breakdown_resolved", n)
    gain = n * math.log(one / rss) - 2.0 * math.log(n)  # slope and knot
    if gain < BIC_NEEDED + 2.0 * math.log(max(n_tried, 1)):
        return _no_knot("no_breakdown_resolved", n)
    place = float(candidates[best])
    before, after, after_se = _slopes(x, y, place)
    drawn = _drawn(x, y, block, candidates)
    low, high = (float(np.quantile(drawn, q)) for q in (0.025, 0.975))
    return Knot(Quantity(place, low, high, n), before, after, after_se)


def _no_knot(reason: str, n: int) -> Knot:
    return Knot(Quantity.missing(reason, n), math.nan, math.nan, math.nan, reason)


def _candidates(x: Floats) -> Floats:
    """Values of x with enough steps on each side, at most 40 of them."""
    ordered = np.sort(x)
    inner = np.unique(ordered[FEWEST_PER_SIDE - 1 : len(x) - FEWEST_PER_SIDE + 1])
    inner = inner[(inner > ordered[0]) & (inner < ordered[-1])]
    return inner if len(inner) <= 40 else inner[np.linspace(0, len(inner) - 1, 40).astype(np.int64)]


def _design(x: Floats, knot: float) -> Floats:
    return np.stack([np.ones_like(x), x, np.maximum(x - knot, 0.0)], axis=1)


def _line_rss(x: Floats, y: Floats) -> float:
    design = np.stack([np.ones_like(x), x], axis=1)
    return float(((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2).sum())


def _hinged(x: Floats, y: Floats, candidates: Floats) -> tuple[float, int]:
    """Least squared error over all knots, and which."""
    designs = np.stack([_design(x, knot) for knot in candidates])
    fit = np.linalg.pinv(designs) @ y
    rss = ((y - np.einsum("kni,ki->kn", designs, fit)) ** 2).sum(axis=1)
    best = int(np.argmin(rss))
    return float(rss[best]), best


def _slopes(x: Floats, y: Floats, knot: float) -> tuple[float, float, float]:
    """Slope before the knot, slope behind it and its standard error."""
    design = _design(x, knot)
    fit = np.linalg.lstsq(design, y, rcond=None)[0]
    variance = float(((y - design @ fit) ** 2).sum()) / max(len(x) - 4, 1)
    behind = np.array([0.0, 1.0, 1.0])
    se = math.sqrt(variance * float(behind @ np.linalg.pinv(design.T @ design) @ behind))
    return float(fit[1]), float(fit[1] + fit[2]), se


def _drawn(x: Floats, y: Floats, block: Floats, candidates: Floats) -> Floats:
    """(DRAWS,) knots of strides drawn with replacement."""
    labels, index = np.unique(block, return_inverse=True)
    share = np.full(len(labels), 1.0 / len(labels))
    weight: Floats = (
        np.random.RandomState(SEED).multinomial(len(labels), share, DRAWS)[:, index].astype(float)
    )
    best, knot = np.full(DRAWS, np.inf), np.zeros(DRAWS)
    for candidate in candidates.tolist():
        design = _design(x, candidate)
        normal = np.einsum("dn,ni,nj->dij", weight, design, design)
        right = np.einsum("dn,ni,n->di", weight, design, y)
        inverse: Floats = np.asarray(np.linalg.pinv(normal), float)
        fit = np.einsum("dij,dj->di", inverse, right)
        rss = np.einsum("dn,dn->d", weight, (y - np.einsum("di,ni->dn", fit, design)) ** 2)
        better: NDArray[np.bool_] = np.asarray(rss < best, bool)
        best[better], knot[better] = rss[better], candidate
    return knot


def _suppressed(run: RunData, sizes: Floats) -> list[Quantity]:
    """By how many percent an amplitude falls, over the strides in which the step frequency still rises.

    Only where the frequency's slope is above 0 and the amplitude's below 0, each by its 95 % interval.
    """
    frequency = 1.0 / run.step_column("step_time_s")
    order = np.asarray(run.steps["step"], float)
    rising = slope(order, np.log(frequency))
    out: list[Quantity] = []
    for column in range(sizes.shape[1]):
        with np.errstate(divide="ignore", invalid="ignore"):
            falling = slope(order, np.log(np.where(sizes[:, column] > 0, sizes[:, column], np.nan)))
        n = min(rising.n, falling.n)
        if n < 2 * FEWEST_PER_SIDE:
            out.append(Quantity.missing("few_steps", n))
        elif not (rising.low > 0 and falling.high < 0):
            out.append(Quantity.missing("no_suppression_resolved", n))
        else:
            span = float(order.max() - order.min())
            value, low, high = (
                100.0 * -math.expm1(s * span) for s in (falling.value, falling.high, falling.low)
            )
            out.append(Quantity(value, low, high, n))
    return out


def slope(x: Floats, y: Floats) -> Quantity:
    """Least-squares slope with Student's interval."""
    from aqsense.analysis.intervals import student

    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    n = len(x)
    if n < 4:
        return Quantity.missing("few_steps", n)
    apart = x - x.mean()
    value = float(apart @ y / (apart @ apart))
    left = y - y.mean() - value * apart
    half = student(n - 2) * math.sqrt(float(left @ left) / (n - 2) / float(apart @ apart))
    return Quantity(value, value - half, value + half, n)


def _answer(told: list[str], where: str) -> str:
    over = "speed" if where == "speed_m_s" else "the strides (speed from outside is not known)"
    if not told:
        return f"No breakdown resolved over {over}."
    text = "; ".join(told)
    return f"{text[0].upper()}{text[1:]}."

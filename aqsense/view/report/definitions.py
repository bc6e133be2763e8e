"""What the words of a report mean, each with unit and formula, and what is not claimed.

Source: METHOD 2 to 4, 6 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """A word of the report in plain words.

    unit      "" for none
    formula   "" where the words are it
    """

    word: str
    unit: str
    means: str
    formula: str = ""


DEFINITIONS = (
    Definition(
        "push leg",
        "s",
        "The moment in late contact at which the shin of the foot on the ground stops tipping forward for "
        "an instant (shin stall). It comes some 10 ms after the ground pushes most at full speed, more at "
        "lower speed.",
        "last maximum of the shin's swing rate before toe-off",
    ),
    Definition(
        "swing leg",
        "s",
        "The moment at which the other shin swings forward fastest.",
        "maximum of its swing rate",
    ),
    Definition(
        "arm",
        "s",
        "The moment at which the forearm on the side of the pushing foot swings forward fastest.",
        "maximum of its swing rate",
    ),
    Definition(
        "torso turn",
        "s",
        "The moment at which the shoulder on the side of the pushing foot turns forward fastest.",
        "maximum of the yaw rate, signed by the foot on the ground",
    ),
    Definition(
        "peak",
        "s",
        "Found between samples: the centre of the uppermost tenth of the curve, not its highest sample.",
        "centroid of the part above (centroid level × height)",
    ),
    Definition(
        "spread",
        "ms",
        "How far apart the peaks of one step are. The spread of a run has the measuring noise taken out; "
        "single rows of the picture have not.",
        "S = (√π / 2) · mean of |tᵢ − tⱼ| over all pairs; run: √(mean S² − noise²)",
    ),
    Definition(
        "score",
        "0–100",
        "The spread on a scale without unit: all at one instant = 100. A timing index, not a grade.",
        "100 · 2^(−spread in % of the stride / half_percent)",
    ),
    Definition(
        "lag",
        "ms",
        "How much later (+) or earlier (−) one contributor peaks than the others of the same step.",
        "tᵢ − mean of the other tⱼ",
    ),
    Definition(
        "off own pattern",
        "ms",
        "The spread that is left when what is usual for this athlete is taken away.",
        "S of (t − usual place)",
    ),
    Definition(
        "pattern, jitter",
        "ms",
        "Two parts of the spread: lags that are the same in every step, and what changes from step to step.",
        "spread² ≈ pattern² + jitter²",
    ),
    Definition(
        "in contact",
        "of 4",
        "How many of the four peaks fall into the time in which the foot is on the ground.",
    ),
    Definition(
        "contact time",
        "ms",
        "From touchdown to toe-off of one foot.",
        "toe-off − contact",
    ),
    Definition(
        "step frequency",
        "Hz",
        "Steps per second.",
        "1 / mean time from one foot's contact to the other's",
    ),
    Definition(
        "stride, step",
        "",
        "Step: from one foot's contact to the other's. Stride: a left and a right step.",
    ),
    Definition(
        "clocks agree within",
        "ms",
        "95 % bound of how far the clocks of the two worst sensors are apart.",
        "1.96 · √(sd₁² + sd₂²)",
    ),
    Definition(
        "late, early",
        "ms",
        "Said only against something: the other side of the same run, the athlete's own earlier runs at "
        "like step frequency, or earlier strides of the run. Named if the 95 % interval lies outside ±5 ms "
        "and the chance that anybody is named in a run in which nothing differs stays below 5 %.",
    ),
    Definition(
        "can we tell?",
        "ms",
        "For a contributor: the smallest difference that would be named in 80 % of such runs. For the "
        "others: the smallest difference between two runs that is more than this athlete's runs of one day "
        "differ (95 %).",
        "t · √2 · SD between runs of one day (at least three); t = Student's, near 1.96 for many runs",
    ),
)

NOT_CLAIMED = (
    "No force, power or strength: the sensors measure how limbs turn. A peak is a peak of rotation rate.",
    "Nobody knows yet that peaks closer together make anybody faster. A score is a timing index.",
    (
        "Not “everything at once”: the opposite arm and the thigh lead by 50 to 100 ms in real sprinting. "
        "The four contributors compared here are named above."
    ),
    (
        "No speed from the sensors: where speed is shown it comes from gates, laser, radar, satellites or a"
        " treadmill."
    ),
    "Nobody is named below the printed interval, with clocks worse than 5 ms, or on fewer than 8 steps.",
    (
        "No statement about injuries; left and right differ in healthy sprinters. No ranking of athletes "
        "and no norms."
    ),
    "No comparison between other places of the trunk sensor, other sensors or rates, or other settings.",
)

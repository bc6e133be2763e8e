"""The coach's questions: each a module with one function RunData -> Answer. Pure; nothing is detected anew.

`QUESTIONS` is their order in files and in the report.
"""

from __future__ import annotations

from collections.abc import Callable

from aqsense.analysis.questions.arms import arms
from aqsense.analysis.questions.arrival import arrival
from aqsense.analysis.questions.balance import balance
from aqsense.analysis.questions.breakdown import breakdown
from aqsense.analysis.questions.continuity import continuity
from aqsense.analysis.questions.coupling import coupling
from aqsense.analysis.questions.mistimed import mistimed
from aqsense.analysis.questions.phases import phases
from aqsense.analysis.questions.posture import posture
from aqsense.analysis.questions.push import push
from aqsense.analysis.questions.question import Answer
from aqsense.analysis.questions.run_data import RunData
from aqsense.analysis.questions.sequence import sequence
from aqsense.analysis.questions.step_timing import step_timing
from aqsense.analysis.questions.trunk import trunk

QUESTIONS: tuple[Callable[[RunData], Answer], ...] = (
    sequence,
    mistimed,
    push,
    balance,
    breakdown,
    phases,
    step_timing,
    continuity,
    arms,
    trunk,
    arrival,
    posture,
    coupling,
)


def answers(run: RunData) -> list[Answer]:
    """All questions of one run, each with an answer or the reason why there is none."""
    return [question(run) for question in QUESTIONS]

"""What a question is: tasks to be done, and rows made of what they return."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aqsense.validate.observation import Observation
from aqsense.validate.sizes import Size
from aqsense.validate.table import Row
from aqsense.validate.tasks import Task

Answers = Mapping[Task, Any]


@dataclass(frozen=True)
class Question:
    """One table.

    name    as in --questions and in the name of its CSV
    title   the question in words
    method  how it is answered
    plan    the tasks of a size
    rows    the table from what the tasks returned and from the recordings given by path
    """

    name: str
    title: str
    method: str
    plan: Callable[[Size], Sequence[Task]]
    rows: Callable[[Size, Answers, Sequence[Observation]], list[Row]]

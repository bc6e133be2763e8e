"""The program: plan, work, tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aqsense.errors import SettingsError
from aqsense.validate import output
from aqsense.validate.limits import MISSED, UNDECIDED, Judgement, judgements
from aqsense.validate.markdown import markdown
from aqsense.validate.observation import Observation, observe_folder
from aqsense.validate.page import page
from aqsense.validate.question import Question
from aqsense.validate.questions.events import EVENTS
from aqsense.validate.questions.score import SCORE
from aqsense.validate.questions.sds import SDS
from aqsense.validate.questions.session import SESSION
from aqsense.validate.questions.verdicts import VERDICTS
from aqsense.validate.sizes import Size
from aqsense.validate.table import Row
from aqsense.validate.tasks import MOST_WORKERS, Task, done

QUESTIONS: Mapping[str, Question] = {one.name: one for one in (EVENTS, SDS, SCORE, VERDICTS, SESSION)}
TITLE = "How right is aqsense?"


@dataclass(frozen=True)
class Validation:
    """The tables by question.

    size      what was simulated
    given     names of the recordings given by path
    command   how it was asked for, for the documents
    """

    tables: Mapping[str, Sequence[Row]]
    size: Size
    given: tuple[str, ...]
    command: str

    @property
    def judgements(self) -> list[Judgement]:
        """Every row that METHOD asks something of."""
        return judgements(row for rows in self.tables.values() for row in rows)

    @property
    def missed(self) -> list[Judgement]:
        """Limits that are missed."""
        return [one for one in self.judgements if one.outcome == MISSED]

    def lines(self) -> list[str]:
        """For the terminal: every missed limit, and how many there are."""
        open_ = sum(one.outcome == UNDECIDED for one in self.judgements)
        more = f", {open_} can't be decided with so few" if open_ else ""
        last = f"{len(self.missed)} of {len(self.judgements)} limits missed{more}."
        return [*(f"missed: {one.text}" for one in self.missed), last]

    def write(self, folder: Path) -> None:
        """validation.html, .md, .json and a CSV per question.

        Raises OutputError where the folder holds other things or the disk refuses.
        """
        sections = [
            (name, QUESTIONS[name].title, QUESTIONS[name].method, rows) for name, rows in self.tables.items()
        ]
        texts = {
            "validation.html": page(TITLE, self._about(), sections),
            "validation.md": markdown(TITLE, f"{self._about()}\n\n```sh\n{self.command}\n```", sections),
            output.JSON_FILE: self.as_json(),
            **{f"{name}.csv": output.table_text(name, rows) for name, rows in self.tables.items()},
        }
        output.write_folder(folder, texts)

    def as_json(self) -> str:
        """All numbers as text of one JSON object."""
        return output.json_text(self._summary(), self.tables)

    def _about(self) -> str:
        from aqsense import __version__

        real = (
            f"{len(self.given)} recordings with truth ({', '.join(self.given)})"
            if self.given
            else "no recordings"
        )
        return f"aqsense {__version__}, {self.size.name} grid of simulated sessions, {real}."

    def _summary(self) -> dict[str, Any]:
        from aqsense import __version__

        found = self.judgements
        return {
            "version": __version__,
            "command": self.command,
            "size": self.size.name,
            "recordings": list(self.given),
            "limits": len(found),
            "missed": [one.text for one in self.missed],
            "undecided": sum(one.outcome == UNDECIDED for one in found),
        }


def validate(
    recordings: Sequence[Path],
    size: Size,
    questions: Sequence[str] = tuple(QUESTIONS),
    *,
    progress: Callable[[int, int], None] | None = None,
    workers: int = MOST_WORKERS,
    command: str = "aqsense validate",
) -> Validation:
    """Answer questions with simulated sessions and with recordings that have truth beside them.

    recordings  folders with truth.json (data of METHOD 7.1, or `aqsense simulate`)
    questions   names of QUESTIONS
    progress    called with (tasks done, all tasks)
    workers     processes, at most 2

    Raises RecordingError for a recording or truth that can't be read, SettingsError for an unknown question.
    """
    chosen = [_question(name) for name in dict.fromkeys(questions)]
    given = [observe_folder(folder) for folder in recordings]
    tasks = [task for question in chosen for task in question.plan(size)]
    answers = done(tasks, progress or _tell_nobody, workers)
    return Validation(_tables(chosen, size, answers, given), size, tuple(one.name for one in given), command)


def _tables(
    questions: Sequence[Question], size: Size, answers: Mapping[Task, Any], given: Sequence[Observation]
) -> dict[str, list[Row]]:
    return {question.name: question.rows(size, answers, given) for question in questions}


def _question(name: str) -> Question:
    if name not in QUESTIONS:
        text = f"there is no question {name!r}; expected some of {', '.join(QUESTIONS)}"
        raise SettingsError(text, name="questions", value=name)
    return QUESTIONS[name]


def _tell_nobody(_done: int, _all: int) -> None:
    pass

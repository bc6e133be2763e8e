"""The history in files: history.json, sessions.csv, history.svg and .png; whole or not at all.

Ids only: names of athletes are for the screen.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aqsense.errors import OutputError
from aqsense.formats import FORMAT
from aqsense.history import words
from aqsense.history.measures import MEASURES
from aqsense.history.program import DAYS_PER_TREND, History
from aqsense.view.page import Page
from aqsense.view.result_folder import replace_whole
from aqsense.view.tables import guarded

DIGITS = 6


def as_json(history: History) -> dict[str, Any]:
    """The whole history; a missing number is None with its reason beside it."""
    first, second = words.finding(history)
    return {
        "format": FORMAT,
        "athlete": history.athlete,
        "headline": first,
        "headline_detail": second,
        "alike": dict(history.alike),
        "slope_per_days": DAYS_PER_TREND,
        "measures": {
            name: {
                "unit": followed.measure.unit,
                "best": followed.measure.best.value,
                "n_runs": followed.n_runs,
                "slope": rounded(followed.trend.slope.as_json()),
                "course": followed.trend.course.value,
                "course_reason": followed.trend.reason,
                "detectable": rounded(followed.detectable.as_json()),
            }
            for name, followed in history.followed.items()
        },
        "sessions": [
            {
                "session": session.session,
                "name": session.name,
                "date": words.iso_date(session.day),
                "n_runs": session.n_runs,
                "tags": list(session.tags),
                "feel": None if math.isnan(session.feel) else session.feel,
                "values": {name: rounded(value.as_json()) for name, value in session.values.items()},
            }
            for session in history.sessions
        ],
        "outside": [
            {"measure": one.measure, "date": words.iso_date(float(day)), "value": float(value)}
            for one in history.outside
            for day, value in zip(one.day, one.value, strict=True)
        ],
        "associations": [
            {"measure": name, "outside": outside, **rounded(found.as_json())}
            for (name, outside), found in history.associations.items()
        ],
        "left_out": [{"reason": reason, "n_runs": n} for reason, n in history.left_out.items()],
        "notes": list(history.notes),
    }


def rounded(quantity: dict[str, Any]) -> dict[str, Any]:
    """Numbers of a quantity as they are written."""
    return {
        key: round(value, DIGITS) + 0.0 if isinstance(value, float) else value
        for key, value in quantity.items()
    }


def json_text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def sessions_csv(history: History) -> str:
    """A row per session."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    outside = [one.at(history.days) for one in history.outside]
    names = [one.measure for one in history.outside]
    writer.writerow(["date", "session", "n_runs", "tags", "feel", *MEASURES, *map(guarded, names)])
    for i, session in enumerate(history.sessions):
        values = [session.values[name].value for name in MEASURES] + [float(one[i]) for one in outside]
        about = (words.iso_date(session.day), guarded(session.session), session.n_runs)
        tags = guarded(";".join(session.tags))
        writer.writerow([*about, tags, *(_cell(value) for value in (session.feel, *values))])
    return out.getvalue()


def _cell(value: float) -> str:
    return "NaN" if math.isnan(value) else f"{round(value, DIGITS) + 0.0:g}"


def write_whole(folder: Path, own: tuple[str, ...], texts: Mapping[str, str], page: Page) -> None:
    """Fill a folder of its own, beside and renamed.

    folder   absent, empty, or with nothing but files of these names, which are replaced
    own      names of all files: texts by their names, the others are pictures of the page

    Raises OutputError where the folder holds other things or the disk refuses.
    """

    def fill(partial: Path) -> None:
        for name in own:
            if name in texts:
                (partial / name).write_text(texts[name], encoding="utf-8", newline="\n")
            else:
                page.save_as(partial / name)

    replace_whole(folder, fill, lambda there: refuse_foreign(there, own))


def refuse_foreign(folder: Path, own: tuple[str, ...]) -> None:
    """OutputError where a folder holds anything else."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError(f"{folder}: is a file; expected a folder. Choose another name.")
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in own)
    if foreign:
        raise OutputError(
            f"{folder}: holds {foreign[0]!a}, which is none of {', '.join(own)}. Choose an empty folder."
        )


HISTORY_FILES = ("history.json", "sessions.csv", "history.svg", "history.png")


def write_history(history: History, folder: Path) -> None:
    """All files of a history."""
    from aqsense.history.picture import picture_of
    from aqsense.view.history_figure import plot_history

    texts = {"history.json": json_text(as_json(history)), "sessions.csv": sessions_csv(history)}
    write_whole(folder, HISTORY_FILES, texts, plot_history(picture_of(history)))

"""Writes a validation: HTML, Markdown, JSON, a CSV per question; whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aqsense.errors import OutputError
from aqsense.validate.limits import LIMITS, outcome
from aqsense.validate.published import published
from aqsense.validate.table import COLUMNS, Row
from aqsense.view.result_folder import replace_whole

JSON_FILE = "validation.json"
FILES = (
    JSON_FILE, "validation.html", "validation.md",
    "events.csv", "sds.csv", "score.csv", "verdicts.csv", "session.csv",
)  # fmt: skip
_NO_CSV = ("limits",)
_EXTRA = ("bias", "limit", "limit_source", "outcome", "published", "published_source")
CSV_COLUMNS = (*(column for column in COLUMNS if column not in _NO_CSV), *_EXTRA)
_DIGITS = 4


def write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Put files into a folder of their own.

    folder  absent, empty or an earlier validation, which is replaced
    texts   by file name

    Raises OutputError where the folder holds other things or the disk refuses.
    """

    def fill(partial: Path) -> None:
        for name, text in texts.items():
            (partial / name).write_text(text, encoding="utf-8", newline="\n")

    replace_whole(folder, fill, refuse_foreign)


def refuse_foreign(folder: Path) -> None:
    """OutputError where a folder holds anything that isn't an earlier validation's."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError(f"{folder}: is a file; expected a folder. Choose another name.")
    inside = sorted(path.name for path in folder.iterdir())
    foreign = [name for name in inside if name not in FILES]
    if foreign:
        raise OutputError(
            f"{folder}: holds {foreign[0]}, which is no file of a validation. Choose an empty folder."
        )


def table_text(question: str, rows: Sequence[Row]) -> str:
    """A question's CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in plain(question, row).items()})
    return out.getvalue()


def json_text(about: Mapping[str, Any], tables: Mapping[str, Sequence[Row]]) -> str:
    """validation.json; what is missing is null."""
    content = {
        **about,
        "questions": {
            name: [{key: _json(value) for key, value in plain(name, row).items()} for row in rows]
            for name, rows in tables.items()
        },
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def plain(question: str, row: Row) -> dict[str, Any]:
    """A row with its limit and what others have published, in the order of CSV_COLUMNS."""
    others = published(question, row.group, row.quantity)
    extra = {
        "bias": row.bias,
        "limit": "; ".join(LIMITS[name].text for name in row.limits),
        "limit_source": "; ".join(dict.fromkeys(LIMITS[name].source for name in row.limits)),
        "outcome": outcome(row),
        "published": others.figure,
        "published_source": others.source,
    }
    own = {name: getattr(row, name) for name in COLUMNS if name not in _NO_CSV}
    return own | extra


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else round(value, _DIGITS) + 0.0
    return "" if value == -1 else value


def _json(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS) + 0.0 if math.isfinite(value) else None
    return None if value == -1 else value

"""The report as HTML: whole in one file, no request, no script, safe against hostile names (VISUAL 6).

Everything that comes from data is escaped by the template; the page's policy forbids all but its own styles
and the pictures that it holds.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aqsense.errors import OutputError
from aqsense.model import Result
from aqsense.view import tokens
from aqsense.view.report.definitions import DEFINITIONS, NOT_CLAIMED
from aqsense.view.report.run_page import run_page
from aqsense.view.report.session_page import BAR, SessionPage, session_page
from aqsense.view.rows_of_run import chosen_run

if TYPE_CHECKING:
    from jinja2 import Template


def run_report(result: Result, run: int | None = None, *, has_files: bool = False) -> str:
    """One run: the coach's page, the scientist's page, the coach's questions.

    run        number of the run; None takes the first of the headline's kind: sprint before run before jog
    has_files  the tables lie beside the page and may be linked
    returns    HTML
    raises     NothingToAnalyse without runs, SettingsError for a run that is not in the result
    """
    return _run_document(result, chosen_run(result, run), session_page(result), has_files=has_files)


def session_report(result: Result, *, has_files: bool = False) -> str:
    """The session: a line per run; of a session of one run, that run's pages."""
    if len(result.tables["runs"]["run"]) == 1:
        return run_report(result, has_files=has_files)
    session = session_page(result)
    return _rendered(session, title=session.headline, run=None, has_files=has_files)


def save_reports(result: Result, directory: str | Path) -> list[Path]:
    """Write `report.html` and, per run, `report-<run>.html`.

    directory  exists; files of these names are replaced
    returns    the paths written
    raises     OutputError where the directory can't be written
    """
    folder = Path(directory)
    numbers = [int(run) for run in result.tables["runs"]["run"]]
    session = session_page(result)
    pages = {
        f"report-{number}.html": _run_document(result, number, session, has_files=True) for number in numbers
    }
    if len(numbers) == 1:
        whole = pages[f"report-{numbers[0]}.html"]
    else:
        whole = _rendered(session, title=session.headline, run=None, has_files=True)
    written: list[Path] = []
    for name, text in {"report.html": whole, **pages}.items():
        path = folder / name
        try:
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise OutputError(
                f"{path}: can't be written: {error.strerror}. Check the disk and its rights."
            ) from error
        written.append(path)
    return written


def _run_document(result: Result, number: int, session: SessionPage, *, has_files: bool) -> str:
    page = run_page(result, number)
    return _rendered(session, title=page.headline, run=page, has_files=has_files)


def _rendered(session: SessionPage, **parts: Any) -> str:
    return _template().render(
        session=session,
        definitions=DEFINITIONS,
        not_claimed=NOT_CLAIMED,
        tokens=tokens,
        bar_width=BAR,
        **parts,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("aqsense.view.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html.j2")

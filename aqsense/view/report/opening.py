"""Shows a report in the user's browser."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path

from aqsense.model import Result
from aqsense.view.report.document import save_reports


def open_report(result: Result, directory: str | Path | None = None) -> Path:
    """Write the reports of a result and open the session's in the browser.

    directory  exists; None makes a temporary folder, which stays: the browser needs it
    returns    the path of `report.html`, also where no browser could be started
    raises     OutputError where the directory can't be written
    """
    folder = Path(tempfile.mkdtemp(prefix="aqsense-report-")) if directory is None else Path(directory)
    path = save_reports(result, folder)[0].resolve()
    webbrowser.open(path.as_uri())
    return path

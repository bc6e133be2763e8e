"""Reports to hand on: one HTML file per run and one for the session, each whole in itself (VISUAL 6)."""

from aqsense.view.report.document import run_report, save_reports, session_report
from aqsense.view.report.opening import open_report

__all__ = ["open_report", "run_report", "save_reports", "session_report"]

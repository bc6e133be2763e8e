"""How right is aqsense? Its answers held against what is known to be true (METHOD 7).

In:  a grid of simulated sessions with exact truth, and recordings with truth given by path.
Out: a table per question: events, sds, score, verdicts, session; as HTML, Markdown, CSV and JSON.
Refuses: calling a simulated figure anything but simulated; judging without saying by which rule.
"""

from aqsense.validate.program import QUESTIONS, Validation, validate
from aqsense.validate.sizes import FULL, QUICK, Size

__all__ = ["FULL", "QUESTIONS", "QUICK", "Size", "Validation", "validate"]

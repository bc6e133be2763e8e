"""Write docs/questions.md: every question, what its numbers mean and their names in the files.

python scripts/make_questions_page.py
"""

from __future__ import annotations

from pathlib import Path

import aqsense as aq

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "questions.md"
HEAD = """# The coach's questions

Each run in `summary.json` has `questions`: one sentence, the numbers behind it with unit, 95 % interval and n
(or the reason why there is none), what they mean and what they don't. The report shows them as folds. Made by
`scripts/make_questions_page.py`; a test holds the page against the code.
"""


def main() -> None:
    result = aq.analyze(aq.read_recording(ROOT / "recordings" / "sprint-clean"))
    parts = [HEAD]
    for question in result.summary["runs"][0]["questions"]:
        rows = {number["name"]: number for number in question["quantities"]}
        lines = [f"| `{name}` | {number['unit'] or '-'} |" for name, number in rows.items()]
        note = " Exploratory: nothing published supports it yet." if question["exploratory"] else ""
        parts.append(
            f"## {question['title']}\n\n`{question['key']}`.{note} {question['means']}\n\n"
            f"*What it does not mean.* {question['does_not_mean']}\n\n"
            "| name | unit |\n|---|---|\n" + "\n".join(lines) + "\n"
        )
    PAGE.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()

"""docs/imperfect-data.md, written from the table of faults.

python tests/faults/page.py          # writes it
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from table import FAULTS, Fault

PAGE = Path(__file__).resolve().parents[2] / "docs" / "imperfect-data.md"
HEAD = f"""# Imperfect data: what comes out

Every row is a fault that is put into a clean recording, and what the analysis must then say. The rows are
tests (`tests/faults/table.py`); this page is written from them by `python tests/faults/page.py`. There
are {len(FAULTS)} of them.

Three rules hold for all:

- **Never silent.** A missing peak or score is NaN with its reason in the row's `quality`; a recording
  without a run has headers, no rows and a reason; a file that can't be read for certain is one error that
  says where and what to do.
- **Never a plausible wrong number.** A peak without a flag lies where the clean recording has it. What
  rests on a sensor whose place or axes the data contradict carries `frame_doubtful`.
- **Never mended silently.** Nothing is swapped, rescaled or filled in. `--swap`, `--resample` and
  `--columns` do it when you say so, and `summary.json` records that under `settings`.

"Untouched steps equal to the byte" means: given the same body axes. Axes are fitted on the whole
recording, so a hole moves them by some hundredths of a degree and every peak by some hundredths of a
millisecond.

## What is not found

- One gyroscope axis with the wrong sign, where that axis is nearly at right angles to the limb's swing:
  it changes single peaks only, and those carry no flag. On the trunk it isn't found at all.
- A trunk that turns about the vertical on its strap.
- Wrists that slip while jogging slowly, or that slip by less than 20 degrees; shins by less than 13,
  trunks by less than 25.
- Exchanged limbs in slow jogging (legs below 250 deg/s RMS), and exchanged wrists there; exchanged shins
  are found at any speed if there is a trunk sensor."""


def page() -> str:
    """The page as text."""
    parts = [HEAD]
    order = list(dict.fromkeys(fault.group for fault in FAULTS))
    ranked = sorted(FAULTS, key=lambda fault: order.index(fault.group))
    number = 0
    for group, faults in groupby(ranked, key=lambda fault: fault.group):
        rows = []
        for fault in faults:
            number += 1
            rows.append(f"| {number} | {_cell(fault.name)} | {_cell(_said(fault))} |")
        parts.append(
            "\n".join([f"\n## {group}\n", "| | fault | what comes out |", "|---|---|---|", *rows, ""])
        )
    return "".join(parts)


def _said(fault: Fault) -> str:
    said = fault.outcome.said()
    return said[0].upper() + said[1:]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

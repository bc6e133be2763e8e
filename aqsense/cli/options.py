"""Options that several commands share: one name, one help text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SENSOR_SET = Path("sensors.toml")
Adapter = Annotated[
    str | None, typer.Option(help="Bluetooth adapter, for example hci1 (Linux).", metavar="NAME")
]
SensorSet = Annotated[
    Path, typer.Option("--set", help="Which sensor is worn where; see `aqsense sensors`.", metavar="FILE")
]
JsonLines = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]

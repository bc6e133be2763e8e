"""`aqsense scan`: which sensors are near."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from aqsense.cli.options import Adapter, JsonLines
from aqsense.cli.program import app, exit_codes


@app.command()
def scan(
    seconds: Annotated[float, typer.Option(help="Listen so long.", min=0.1, max=120.0, metavar="N")] = 5.0,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only listen: no serial where it isn't advertised, no battery.")
    ] = False,
    adapter: Adapter = None,
    demo: Annotated[bool, typer.Option("--demo", help="Simulated sensors.")] = False,
    as_json: JsonLines = False,
) -> None:
    """List the sensors near: family, name, serial, signal, battery, free or taken."""
    with exit_codes():
        import asyncio

        from aqsense.doctor.near import near, row
        from aqsense.record.setting_up import a_link

        visited = asyncio.run(near(a_link(adapter=adapter, demo=demo), seconds, quick=quick))
        if as_json:
            for one in visited:
                typer.echo(json.dumps(row(one, quick=quick), ensure_ascii=False))
        elif not visited:
            typer.echo("No sensor is heard. Wake them (press, shake or take off the charger) and scan again.")
        else:
            _table([row(one, quick=quick) for one in visited])


def _table(rows: list[dict[str, Any]]) -> None:
    names = ("family", "name", "serial", "signal_dbm", "battery_percent", "is")
    heads = ("family", "name", "serial", "dBm", "battery %", "is")
    cells = [heads, *(tuple(_shown(row[name]) for name in names) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    for line in cells:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    for row in rows:
        if row["trouble"]:
            typer.echo(f"{row['name'] or row['address']}: {row['trouble']}")


def _shown(value: Any) -> str:
    return "–" if value in (None, "") else f"{value:.0f}" if isinstance(value, float) else str(value)

"""`aqsense doctor`: what is missing before a recording, and what to do about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from aqsense.cli.options import SENSOR_SET, Adapter, JsonLines, SensorSet
from aqsense.cli.program import CHECK_FAILED, app, exit_codes

if TYPE_CHECKING:
    from aqsense.doctor.check import Check


@app.command()
def doctor(
    sensors: Annotated[
        bool, typer.Option("--sensors", help="Also visit each sensor: battery, free memory, firmware.")
    ] = False,
    sensor_set: SensorSet = SENSOR_SET,
    adapter: Adapter = None,
    as_json: JsonLines = False,
) -> None:
    """Check Bluetooth, permission, system, links and sensors. Exit code 3 where a check failed."""
    with exit_codes():
        import asyncio

        from aqsense.acquire.sensor_set import read_sensor_set
        from aqsense.doctor.check import any_failed
        from aqsense.doctor.examine import examine
        from aqsense.record.setting_up import a_link

        known = read_sensor_set(sensor_set) if sensors or sensor_set.exists() else ()
        tell = _as_json if as_json else _as_text
        link = a_link(adapter=adapter, demo=False)
        checks = asyncio.run(examine(link, known, tell, with_sensors=sensors))
        if any_failed(checks):
            raise typer.Exit(CHECK_FAILED)


def _as_text(check: Check) -> None:
    typer.echo(f"{check.state.value:8} {check.name}: {check.found}")
    if check.todo:
        typer.echo(f"{'':8} -> {check.todo}")


def _as_json(check: Check) -> None:
    facts = {"check": check.name, "state": check.state.value, "found": check.found, "todo": check.todo}
    typer.echo(json.dumps(facts, ensure_ascii=False))

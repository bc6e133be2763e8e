"""`aqsense sensors`: which sensor is worn where, found out by moving them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from aqsense.cli.options import Adapter
from aqsense.cli.program import app, exit_codes
from aqsense.model import SITES


@app.command()
def sensors(
    file: Annotated[Path, typer.Argument(help="The file to make or to change.", metavar="[FILE]")] = Path(
        "sensors.toml"
    ),
    site: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this site; may be repeated.  [default: wrists, shins, trunk]", metavar="SITE"
        ),
    ] = None,
    adapter: Adapter = None,
) -> None:
    """Find out by moving them which sensor is worn where, and write it down for `aqsense record`."""
    with exit_codes():
        import asyncio

        from aqsense.acquire.sensor_set import read_sensor_set, write_sensor_set
        from aqsense.errors import SensorError, SettingsError
        from aqsense.record.setting_up import a_link
        from aqsense.sensors.wizard import choose, merged

        for one in site or ():
            if one not in SITES:
                text = f"--site {one}: sites are {', '.join(SITES)}."
                raise SettingsError(text, name="site", value=one)
        before = read_sensor_set(file) if file.exists() else ()
        chosen = asyncio.run(choose(a_link(adapter=adapter, demo=False), site or SITES[:5], Terminal()))
        if not chosen:
            raise SensorError(f"no sensor was moved; {file} is as it was.")
        write_sensor_set(file, merged(before, chosen))
        typer.echo(f"{file}: {len(chosen)} sensors. Now `aqsense record`.")


class Terminal:
    """The person at this terminal; without one nothing is asked."""

    def say(self, text: str) -> None:
        typer.echo(text, err=True)

    async def ask(self, text: str) -> str:
        import asyncio

        if not sys.stdin.isatty():
            return ""
        try:
            return await asyncio.to_thread(input, text)
        except EOFError:
            return ""

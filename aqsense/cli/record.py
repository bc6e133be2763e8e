"""`aqsense record`: sensors into a recording folder, with a table of how they do."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from aqsense.cli.options import SENSOR_SET, Adapter, JsonLines, SensorSet
from aqsense.cli.program import app, exit_codes
from aqsense.errors import SettingsError


@app.command()
def record(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Recording folder; one that holds a recording is continued.  [default: recordings/TIME]",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Five simulated sensors: shake, stand, sprint, shake.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option(help="Stop after N seconds of session time.", min=0.0, metavar="N")
    ] = None,
    sensor_set: SensorSet = SENSOR_SET,
    adapter: Adapter = None,
    athlete: Annotated[str | None, typer.Option(help="Id of the athlete who begins.")] = None,
    as_json: JsonLines = False,
    speed: Annotated[
        float, typer.Option(help="Of the demo: times real time.", min=0.1, max=20.0, metavar="X")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Of the demo.", min=0, max=2**32 - 1)] = 1,
) -> None:
    """Record from sensors; every packet is on the disk before anything else happens to it."""
    with exit_codes():
        from aqsense.acquire.host_clock import HostClock
        from aqsense.record.keys import single_keys
        from aqsense.record.session import record as capture
        from aqsense.record.setting_up import a_link, of_the_set, simulated
        from aqsense.record.telling import Json, Lines, Screen

        if speed != 1.0 and not demo:
            text = "--speed is of the demo; real sensors send in real time. Leave it out."
            raise SettingsError(text, name="speed", value=speed)
        now = datetime.now(UTC)
        folder = out or Path("recordings") / f"{now:%Y-%m-%d-%H%M%S}"
        clock = HostClock(speed)
        if demo:
            link, wanted, play = simulated(seed, clock)
        else:
            link, play = a_link(adapter=adapter, demo=False), None
            wanted = of_the_set(link, sensor_set, lambda line: typer.echo(line, err=True))
        start = {
            "name": folder.resolve().name,
            "athlete": athlete or ("demo" if demo else None),
            "started_utc": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "source": "simulated" if demo else "live",
        }
        _end_politely()
        with single_keys() as keys:
            is_screen = sys.stderr.isatty() and not as_json
            teller = Json(typer.echo) if as_json else Screen() if is_screen else Lines(typer.echo)
            capture(link, wanted, folder, start, teller, keys, clock=clock, seconds=seconds, play=play)
        if not as_json:
            typer.echo(f"Recording: {folder}")


def _end_politely() -> None:
    """Being asked to end, or a closed terminal, is like Ctrl-C: sensors are stopped, tables are made."""
    import signal

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)

"""`aqsense live`: the session beside the track, without hardware from a recording or a simulation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aqsense.cli.program import NOTHING_ANALYSED, app, complain, exit_codes
from aqsense.cli.window_options import pixels
from aqsense.errors import SettingsError


@app.command()
def live(
    demo: Annotated[
        bool, typer.Option("--demo", help="Five simulated sensors, from set-up to result.")
    ] = False,
    replay: Annotated[
        Path | None, typer.Option("--replay", help="Replay a recording.", metavar="RECORDING")
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="No window: print what happens.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    speed: Annotated[
        float, typer.Option(help="Times real time; 0 = as fast as it goes.", min=0.0, metavar="X")
    ] = 1.0,
    seconds: Annotated[
        float | None, typer.Option(help="Stop after N seconds of session time.", min=0.0, metavar="N")
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(help="Lines `SECONDS WISH [TEXT]` or `SECONDS key CAP`.", metavar="FILE"),
    ] = None,
    screenshot: Annotated[
        Path | None, typer.Option(help="A picture of every state into this folder.", metavar="DIR")
    ] = None,
    size: Annotated[str, typer.Option(help="Of the window, in px.", metavar="WIDTHxHEIGHT")] = "",
    cards: Annotated[Path, typer.Option(help="Folder for phone cards.", metavar="DIR")] = Path("cards"),
    seed: Annotated[int, typer.Option(help="Of the demo.", min=0, max=2**32 - 1)] = 1,
) -> None:
    """Follow a session live: ready, running, result."""
    with exit_codes():
        from aqsense.acquire import read_recording
        from aqsense.live.headless import follow
        from aqsense.live.script import read_script, read_window_script
        from aqsense.live.sources import Replay
        from aqsense.live.sources import demo as simulated
        from aqsense.view.window.opening import WindowWishes

        if demo == (replay is not None):
            raise SettingsError(
                "say either --demo or --replay RECORDING; sensors over the radio are not connected here yet",
                name="replay",
                value=str(replay),
            )
        source = Replay(simulated(seed) if replay is None else read_recording(replay))
        if headless:
            actions = read_script(script) if script is not None else []
            results = follow(source, actions, speed=speed, seconds=seconds, as_json=as_json, tell=typer.echo)
        else:
            from aqsense.live.show import show

            actions, keys = read_window_script(script) if script is not None else ([], [])
            wishes = WindowWishes(
                size=pixels(size), keystrokes=keys, screenshots=screenshot, seconds=seconds, speed=speed,
                cards=cards,
            )  # fmt: skip
            results = show(source, actions, wishes)
        if not results:
            complain("no run was found in this session.")
            raise typer.Exit(NOTHING_ANALYSED)

"""`aqsense recover`: the tables of a live recording, made again from its packet log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aqsense.cli.program import app, complain, exit_codes


@app.command()
def recover(
    folder: Annotated[Path, typer.Argument(help="Folder of a live recording (holds packets.bin).")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the tables there.  [default: beside the log]", show_default=False),
    ] = None,
) -> None:
    """Make the tables of a live recording from its packets, after a crash or a full disk."""
    with exit_codes():
        from aqsense.acquire.recover import rebuild

        rebuilt = rebuild(folder, out)
        recording = rebuilt.recording
        for _, _, text in recording.warnings:
            complain(text)
        for site, count in rebuilt.undecoded.items():
            complain(f"{site}: {count} notifications are no packets of its family; they stay in the log")
        for site, sensor in recording.sensors.items():
            typer.echo(f"{site}: {len(sensor.samples)} samples in {len(recording.arrivals[site])} packets")
        typer.echo(f"Recording: {out or folder}")

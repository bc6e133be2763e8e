"""`aqsense view`: a recording or its results in the window, stride by stride; corrections by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aqsense.cli.program import NOTHING_ANALYSED, app, complain, exit_codes
from aqsense.cli.window_options import pixels


@app.command()
def view(
    path: Annotated[Path, typer.Argument(help="Recording folder, CSV, or a folder of results.")],
    columns: Annotated[
        Path | None,
        typer.Option(help="TOML file that says which columns of the CSV are what.", metavar="TOML"),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for exports and phone cards.", metavar="DIR")
    ] = Path("exports"),
    script: Annotated[
        Path | None, typer.Option(help="Lines `SECONDS key CAP` or `SECONDS type TEXT`.", metavar="FILE")
    ] = None,
    screenshot: Annotated[
        Path | None, typer.Option(help="A picture of every state into this folder.", metavar="DIR")
    ] = None,
    size: Annotated[str, typer.Option(help="Of the window, in px.", metavar="WIDTHxHEIGHT")] = "",
    seconds: Annotated[float | None, typer.Option(help="Close after N seconds.", min=0.0)] = None,
) -> None:
    """Look closer: strides, waveforms and peaks; exclude or move an event; video times; export."""
    with exit_codes():
        from aqsense.live.review import Review
        from aqsense.live.script import read_window_script
        from aqsense.view.window.opening import WindowWishes, open_window

        keys = read_window_script(script)[1] if script is not None else []
        wishes = WindowWishes(
            size=pixels(size), keystrokes=keys, screenshots=screenshot, seconds=seconds, cards=out,
            is_review=True,
        )  # fmt: skip
        review = Review(path, columns)
        review.start()
        try:
            open_window(review.latest, review.send, wishes)
        finally:
            last = review.close()
        if not last.results:
            complain(f"{path}: {last.setup.sentence}")
            raise typer.Exit(NOTHING_ANALYSED)

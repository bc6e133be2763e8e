"""`aqsense history`: all sessions of an athlete over time."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from aqsense.cli.program import app, exit_codes

DEFAULT_FOLDERS = (Path("results"), Path("recordings"))


@app.command()
def history(
    athlete: Annotated[str, typer.Argument(help="Id of the athlete, as in the recordings.")],
    inside: Annotated[
        list[Path] | None,
        typer.Option(
            "--in",
            help="Folder with results or recordings, however deep. May be repeated.  "
            "[default: results and recordings]",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        str, typer.Option(help="sprint, run or jog.  [default: the fastest there is]", show_default=False)
    ] = "",
    tag: Annotated[str | None, typer.Option(help="Only runs with this tag.", metavar="WORD")] = None,
    table: Annotated[
        list[Path] | None,
        typer.Option(
            help="CSV with date,measure,value: lifts, jumps, times. May be repeated.", metavar="FILE"
        ),
    ] = None,
    athletes: Annotated[
        Path, typer.Option(help='TOML file with names for the screen: a07 = "Name".', metavar="FILE")
    ] = Path("athletes.toml"),
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the tables and the picture.", metavar="DIR")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all as one JSON object.")] = False,
) -> None:
    """Follow an athlete over weeks: trends with intervals, what repeats can show, outside measures."""
    with exit_codes():
        from aqsense.history.collect import collect
        from aqsense.history.names import screen_name
        from aqsense.history.output import HISTORY_FILES, refuse_foreign, write_history
        from aqsense.history.output import as_json as content_of
        from aqsense.history.outside import read_outside
        from aqsense.history.program import check_kind
        from aqsense.history.program import history as history_of
        from aqsense.history.terminal import print_history
        from aqsense.settings import Settings

        check_kind(kind)
        name, outside = screen_name(athletes, athlete), read_outside(table or [])
        if out is not None:
            refuse_foreign(out, HISTORY_FILES)
        collected = collect(inside or DEFAULT_FOLDERS, athlete, Settings(), count_on_stderr)
        found = history_of(collected, athlete, kind=kind, tag=tag, outside=outside)
        if out is not None:
            write_history(found, out)
        if as_json:
            typer.echo(json.dumps(content_of(found), allow_nan=False))
        else:
            print_history(found, name)
            if out is not None:
                typer.echo(f"Picture: {out / 'history.svg'}")


def count_on_stderr(what: str, done: int, total: int) -> None:
    """`analysing 3 of 12`, where somebody looks."""
    if sys.stderr.isatty():
        typer.echo(f"\r{what} {done} of {total}", err=True, nl=done == total)

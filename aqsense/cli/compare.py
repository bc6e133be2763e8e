"""`aqsense compare`: two runs or two sets of runs of one athlete."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from aqsense.cli.history import count_on_stderr
from aqsense.cli.program import app, exit_codes
from aqsense.errors import SettingsError


@app.command()
def compare(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Two results or recordings; runs as DIR#3 or DIR#1,4-6. With --by tag one or more.",
            metavar="A B",
        ),
    ],
    by: Annotated[
        str | None,
        typer.Option(help="tag: one tag against another; tag:before,after names them.", metavar="tag"),
    ] = None,
    athlete: Annotated[
        str, typer.Option(help="Which athlete, where there are several.", metavar="ID", show_default=False)
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the table and the picture.", metavar="DIR")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all as one JSON object.")] = False,
) -> None:
    """Hold two runs, or two sets of runs, together: differences, intervals, and can we tell?"""
    with exit_codes():
        tags = read_by(by, len(paths))
        from aqsense.history.compare import compare as compare_sides
        from aqsense.history.compare import compare_tags
        from aqsense.history.compare_output import FILES, write_compared
        from aqsense.history.compare_output import as_json as content_of
        from aqsense.history.compare_words import print_compared
        from aqsense.history.output import refuse_foreign
        from aqsense.history.selection import select
        from aqsense.settings import Settings

        if out is not None:
            refuse_foreign(out, FILES)
        parts = [select(path, Settings(), count_on_stderr) for path in paths]
        found = (
            compare_sides(parts[0], parts[1], athlete) if tags is None else compare_tags(parts, tags, athlete)
        )
        if out is not None:
            write_compared(found, out)
        if as_json:
            typer.echo(json.dumps(content_of(found), allow_nan=False))
        else:
            print_compared(found)
            if out is not None:
                typer.echo(f"Picture: {out / 'compare.svg'}")


def read_by(by: str | None, n_paths: int) -> list[str] | None:
    """Tags of `--by tag:before,after`, [] of `--by tag`, None without the option."""
    if by is None:
        if n_paths != 2:
            raise SettingsError(f"compare takes two paths, found {n_paths}", name="paths", value=n_paths)
        return None
    word, mark, named = by.partition(":")
    if word != "tag":
        raise SettingsError(f"--by is {by!a}; expected tag or tag:before,after", name="by", value=by)
    return [tag.strip() for tag in named.split(",")] if mark else []

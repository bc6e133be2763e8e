"""`aqsense validate`: the analysis held against truth."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from aqsense.cli.program import CHECK_FAILED, app, exit_codes


@app.command()
def validate(
    recordings: Annotated[
        list[Path] | None,
        typer.Argument(help="Recording folders with truth.json in them.", metavar="[RECORDING]..."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the tables.", metavar="DIR")] = Path(
        "results/validation"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="A small grid: less than a minute.")] = False,
    seeds: Annotated[
        int | None, typer.Option(help="Simulated sessions per cell of the grid.", min=1, max=1000)
    ] = None,
    questions: Annotated[
        str, typer.Option(help="Which tables, separated by commas.")
    ] = "events,sds,score,verdicts,session",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 where a limit is missed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all tables as one JSON object.")] = False,
) -> None:
    """Hold aqsense against simulated truth, and against recordings with known truth."""
    with exit_codes():
        from aqsense.validate import FULL, QUICK
        from aqsense.validate import validate as validate_all
        from aqsense.validate.output import refuse_foreign

        refuse_foreign(out)
        size = QUICK if quick else FULL
        found = validate_all(
            recordings or [],
            size if seeds is None else size.with_seeds(seeds),
            [name.strip() for name in questions.split(",")],
            progress=count_on_stderr,
            command=shlex.join(["aqsense", *sys.argv[1:]]),
        )
        found.write(out)
        if as_json:
            typer.echo(found.as_json(), nl=False)
        else:
            for line in found.lines():
                typer.echo(line)
            typer.echo(f"Tables: {out / 'validation.html'}")
        if strict and found.missed:
            raise typer.Exit(CHECK_FAILED)


def count_on_stderr(done: int, total: int) -> None:
    """`12 of 300 sessions`: one line that changes where somebody looks, else ten lines."""
    if sys.stderr.isatty():
        typer.echo(f"\r{done} of {total} sessions", err=True, nl=done == total)
    elif total and done * 10 // total != (done - 1) * 10 // total:
        typer.echo(f"{done} of {total} sessions", err=True)

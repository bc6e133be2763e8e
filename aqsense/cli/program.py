"""The program's frame: the typer app, exit codes of FORMATS 5, and one line for what went wrong.

Every command lives in a file of its own beside this one and is registered by being
imported (`cli/__init__.py`).
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from aqsense import __version__
from aqsense.errors import AqsenseError

DONE, NOTHING_ANALYSED, CHECK_FAILED, DEFECT, INTERRUPTED = 0, 1, 3, 70, 130

app = typer.Typer(
    name="aqsense",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="When do a sprinter's arms, legs and torso peak? Timing from five wearable IMUs.",
    epilog="Exit codes: 0 done, 1 nothing could be analysed, 2 wrong usage or unreadable input, "
    "3 a check failed, 70 a defect of the program, 130 interrupted.",
)


def main() -> None:
    """Entry point; ends the process with an exit code of FORMATS 5."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without Unicode gets "?" rather than a traceback
            stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    app(prog_name="aqsense")


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn what went wrong into one line and an exit code; only a defect keeps its traceback."""
    try:
        yield
    except AqsenseError as error:
        complain(" ".join(str(error).splitlines()))
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as interrupt:
        complain("interrupted. The results folder is whole or was not made.")
        raise typer.Exit(INTERRUPTED) from interrupt
    except (typer.Exit, BrokenPipeError):
        raise
    except Exception as defect:  # the one place that may see everything
        traceback.print_exc()
        complain("this is a defect of aqsense. Please report it with the lines above.")
        raise typer.Exit(DEFECT) from defect


def complain(text: str) -> None:
    typer.echo(f"aqsense: {text}", err=True)


def show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aqsense {__version__}")
        raise typer.Exit(DONE)


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Say the version and stop."),
    ] = False,
) -> None:
    """Options before any command."""

"""The command `aqsense`: glues reading, analysis and pictures together and says what came out.

Out: answers on stdout, progress and complaints on stderr, exit codes of FORMATS 5.
Refuses: computing anything itself.
Everything heavy is imported inside the commands, so that `aqsense --help` answers at once.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aqsense import __version__
from aqsense.errors import AqsenseError, OutputError
from aqsense.settings import Settings

if TYPE_CHECKING:
    from aqsense.model import Recording, Result

DONE, NOTHING_ANALYSED, DEFECT, INTERRUPTED = 0, 1, 70, 130
DEFAULTS = Settings()

app = typer.Typer(
    name="aqsense",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="When do a sprinter's arms, legs and torso peak? Timing from five wearable IMUs.",
    epilog="Exit codes: 0 done, 1 nothing could be analysed, 2 wrong usage or unreadable input, "
    "70 a defect of the program, 130 interrupted.",
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
    except Exception as defect:  # noqa: BLE001  # the one place that may see everything
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
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Options before any command."""


@app.command()
def analyze(
    path: Annotated[Path, typer.Argument(help="Recording folder, or a CSV with time_s and all sensors.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the results.  [default: results/NAME]", show_default=False)
    ] = None,
    columns: Annotated[
        Path | None, typer.Option(help="TOML file that says which columns of the CSV are what.", metavar="TOML")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT even if it holds other files.")] = False,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Tables only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but complaints.")] = False,
    resample: Annotated[bool, typer.Option("--resample", help="Accept irregular time_s by resampling it.")] = False,
    centroid_level: Annotated[
        float, typer.Option(help="Share of a peak's height above which its centre is taken.")
    ] = DEFAULTS.centroid_level,
    half_percent: Annotated[
        float, typer.Option(help="Spread in % of the stride that halves the score.")
    ] = DEFAULTS.half_percent,
) -> None:
    """Analyse a recording: tables, a summary and the alignment picture of every run."""
    with exit_codes():
        settings = Settings(centroid_level=centroid_level, half_percent=half_percent, resample=resample)
        folder = results_folder(path, out)
        from aqsense.acquire import read_recording

        recording = read_recording(path, columns=columns)
        result = with_progress(recording, settings, shown=not quiet and sys.stderr.isatty())
        write(result, folder, force=force, figures=not no_figures)
        if as_json:
            print_json(folder)
        elif not quiet:
            from aqsense.findings import print_findings

            print_findings(result, folder)
        reason = result.summary["session"].get("reason")
        if reason:
            complain(f"{path}: {reason}")
            raise typer.Exit(NOTHING_ANALYSED)


def results_folder(path: Path, out: Path | None) -> Path:
    """Where results go: `out`, else `results/NAME`. Never over the recording itself."""
    source = path.resolve()
    folder = out or Path("results") / (source.stem if source.is_file() else source.name)
    if folder.resolve() in (source, *source.parents):
        raise OutputError(f"{folder}: the recording {path} is there. Choose another folder with --out.")
    return folder


def with_progress(recording: Recording, settings: Settings, *, shown: bool) -> Result:
    """Analyse, with a bar on stderr where somebody looks."""
    from aqsense.analysis.pipeline import analyze as analyze_recording

    if not shown:
        return analyze_recording(recording, settings)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(recording.name, total=1.0)
        return analyze_recording(
            recording, settings, lambda stage, done: bar.update(task, description=stage, completed=done)
        )


def write(result: Result, folder: Path, *, force: bool, figures: bool) -> None:
    """Write tables, summary and pictures; the folder is whole or absent."""
    from aqsense.view.tables import write_result

    write_result(result, folder, force=force, figures=figure_drawer(result) if figures else None)


def figure_drawer(result: Result) -> Callable[[Path], None]:
    """What draws the pictures of all runs into the folder of a result being written."""

    def draw(directory: Path) -> None:
        from aqsense.view.alignment import save_alignment

        for run in result.tables["runs"]["run"]:
            save_alignment(result, int(run), directory)

    return draw


def print_json(folder: Path) -> None:
    """The summary just as written, and where the files are, as one object."""
    import json

    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    typer.echo(json.dumps({"results": str(folder), **summary}, allow_nan=False))

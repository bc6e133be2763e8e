"""`aqsense analyze`: reading, analysis and pictures glued together."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from aqsense.cli.program import NOTHING_ANALYSED, app, complain, exit_codes
from aqsense.errors import OutputError
from aqsense.settings import Settings

if TYPE_CHECKING:
    from aqsense.model import Recording, Result

DEFAULTS = Settings()


def as_given(value: Any) -> Any:
    """Parser of an option of two words: they stay as they are."""
    return value


class AnalyzeCommand(TyperCommand):
    """`--swap SITE SITE`: the one option of two words that may be repeated; typer has no type for it."""

    def __init__(self, *words: Any, **options: Any):
        super().__init__(*words, **options)
        for parameter in self.params:
            if parameter.name == "swap":
                parameter.nargs = 2


@app.command(cls=AnalyzeCommand)
def analyze(
    path: Annotated[Path, typer.Argument(help="Recording folder, or a CSV with time_s and all sensors.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the results.  [default: results/NAME]", show_default=False),
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option(help="TOML file that says which columns of the CSV are what.", metavar="TOML"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT even if it holds other files.")] = False,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Tables only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but complaints.")] = False,
    reference: Annotated[
        list[Path] | None,
        typer.Option(
            help="Earlier recording of the same athlete, or its results: the usual. May be repeated.",
            metavar="PATH",
        ),
    ] = None,
    splits: Annotated[
        list[str] | None,
        typer.Option(
            help='Gate times: "10=1.85 20=2.95" (m = s since the start); "3: 10=1.85 ..." for run 3.',
            metavar="TEXT",
        ),
    ] = None,
    speed: Annotated[
        Path | None,
        typer.Option(help="Speed from laser, radar, GNSS or treadmill: CSV, FIT or GPX.", metavar="FILE"),
    ] = None,
    speed_start: Annotated[
        float | None,
        typer.Option(help="Second of the session at which splits or speed file begin.", metavar="S"),
    ] = None,
    swap: Annotated[
        list[Any] | None,
        typer.Option(
            parser=as_given,
            help="Two sensors that were worn in each other's place. May be repeated.",
            metavar="SITE SITE",
        ),
    ] = None,
    resample: Annotated[
        bool, typer.Option("--resample", help="Accept irregular time_s by resampling it.")
    ] = False,
    centroid_level: Annotated[
        float, typer.Option(help="Share of a peak's height above which its centre is taken.")
    ] = DEFAULTS.centroid_level,
    half_percent: Annotated[
        float, typer.Option(help="Spread in % of the stride that halves the score.")
    ] = DEFAULTS.half_percent,
) -> None:
    """Analyse a recording: tables, a summary and the alignment picture of every run."""
    with exit_codes():
        settings = Settings(
            centroid_level=centroid_level,
            half_percent=half_percent,
            resample=resample,
            swap=tuple((str(first), str(second)) for first, second in swap or ()),
        )
        folder = results_folder(path, out)
        from aqsense.acquire import read_recording
        from aqsense.acquire.outside_speed import add_speed_file, add_splits

        recording = read_recording(path, columns=columns)
        if splits:
            recording = add_splits(recording, splits, speed_start)
        if speed:
            recording = add_speed_file(recording, speed, speed_start)
        shown = not quiet and sys.stderr.isatty()
        usual = [reference_result(one, settings, columns, shown=shown) for one in reference or []]
        result = with_progress(recording, settings, usual, shown=shown)
        write(result, folder, usual, force=force, figures=not no_figures)
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


def reference_result(path: Path, settings: Settings, columns: Path | None, *, shown: bool) -> Result:
    """A results folder as it stands, or a recording analysed with the same settings."""
    from aqsense.acquire import read_recording
    from aqsense.view.tables import read_result

    if (path / "summary.json").is_file():
        return read_result(path)
    return with_progress(read_recording(path, columns=columns), settings, [], shown=shown)


def with_progress(
    recording: Recording, settings: Settings, reference: list[Result], *, shown: bool
) -> Result:
    """Analyse, with a bar on stderr where somebody looks."""
    from aqsense.analysis.pipeline import analyze as analyze_recording

    if not shown:
        return analyze_recording(recording, settings, reference=reference)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(recording.name, total=1.0)
        return analyze_recording(
            recording,
            settings,
            lambda stage, done: bar.update(task, description=stage, completed=done),
            reference=reference,
        )


def write(result: Result, folder: Path, reference: list[Result], *, force: bool, figures: bool) -> None:
    """Write tables, summary and pictures; the folder is whole or absent."""
    from aqsense.view.tables import write_result

    write_result(result, folder, force=force, figures=figure_drawer(result, reference) if figures else None)


def figure_drawer(result: Result, reference: list[Result]) -> Callable[[Path], None]:
    """What draws the pictures of all runs with strides into a result being written: cards beside them, and
    with a like run of the last session both on one page."""
    by_name = {str(one.summary["session"].get("name") or ""): one for one in reference}
    parts = {part["run"]: part.get("earlier") or {} for part in result.summary["runs"]}

    def draw(directory: Path) -> None:
        from aqsense.view.alignment import save_alignment
        from aqsense.view.card import save_card
        from aqsense.view.lags_figure import save_lags
        from aqsense.view.report import save_reports
        from aqsense.view.run_figure import save_run
        from aqsense.view.stride_figure import save_stride
        from aqsense.view.two_runs import save_two_runs

        with_strides = {int(run) for run in result.tables["strides"]["run"]}
        for run in sorted(with_strides):
            for save in (save_alignment, save_run, save_stride, save_lags):
                save(result, run, directory)
            save_card(result, run, directory.parent)
            earlier = by_name.get(parts[run].get("session", ""))
            if earlier is not None and parts[run]["runs"]:
                save_two_runs(result, run, parts[run]["run"], directory, earlier=earlier)
        save_reports(result, directory.parent)

    return draw


def print_json(folder: Path) -> None:
    """The summary just as written, and where the files are, as one object."""
    import json

    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    typer.echo(json.dumps({"results": str(folder), **summary}, allow_nan=False))

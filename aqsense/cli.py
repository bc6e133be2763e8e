"""The command `aqsense`: glues reading, analysis and pictures together and says what came out.

Out: answers on stdout, progress and complaints on stderr, exit codes of FORMATS 5.
Refuses: computing anything itself.
Everything heavy is imported inside the commands, so that `aqsense --help` answers at once.
"""

from __future__ import annotations

import shlex
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from aqsense import __version__
from aqsense.errors import AqsenseError, OutputError, SettingsError
from aqsense.settings import Settings

if TYPE_CHECKING:
    from aqsense.model import Recording, Result

DONE, NOTHING_ANALYSED, CHECK_FAILED, DEFECT, INTERRUPTED = 0, 1, 3, 70, 130
DEFAULTS = Settings()

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

        recording = read_recording(path, columns=columns)
        shown = not quiet and sys.stderr.isatty()
        usual = [reference_result(one, settings, columns, shown=shown) for one in reference or []]
        result = with_progress(recording, settings, usual, shown=shown)
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


def write(result: Result, folder: Path, *, force: bool, figures: bool) -> None:
    """Write tables, summary and pictures; the folder is whole or absent."""
    from aqsense.view.tables import write_result

    write_result(result, folder, force=force, figures=figure_drawer(result) if figures else None)


def figure_drawer(result: Result) -> Callable[[Path], None]:
    """What draws the pictures of all runs with strides into a result being written: cards beside them."""

    def draw(directory: Path) -> None:
        from aqsense.view.alignment import save_alignment
        from aqsense.view.card import save_card

        with_strides = {int(run) for run in result.tables["strides"]["run"]}
        for run in sorted(with_strides):
            save_alignment(result, run, directory)
            save_card(result, run, directory.parent)

    return draw


def print_json(folder: Path) -> None:
    """The summary just as written, and where the files are, as one object."""
    import json

    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    typer.echo(json.dumps({"results": str(folder), **summary}, allow_nan=False))


@app.command()
def simulate(
    out: Annotated[Path, typer.Option("--out", help="Recording folder to make.", metavar="DIR")],
    seed: Annotated[int, typer.Option(help="Equal seeds give equal recordings.", min=0, max=2**32 - 1)] = 1,
    athlete: Annotated[str | None, typer.Option(help="Id of the athlete. [default: sim]")] = None,
    phases: Annotated[
        str | None,
        typer.Option(help="What the athlete does, e.g. 'stand 3, jog 20, sprint 60m at 9.5, decelerate 3'."),
    ] = None,
    distance_m: Annotated[float | None, typer.Option(help="Length of the sprint, m. [default: 60]")] = None,
    vmax_m_s: Annotated[float | None, typer.Option(help="Top speed, m/s. [default: 9.5]")] = None,
    tau_s: Annotated[
        float | None, typer.Option(help="Time constant of the acceleration, s. [default: 1.2]")
    ] = None,
    rate_hz: Annotated[float | None, typer.Option(help="Sampling rate, Hz. [default: 200]")] = None,
    jitter_ms: Annotated[
        float | None, typer.Option(help="SD of every peak's time from step to step, ms. [default: 4.5]")
    ] = None,
    first_foot: Annotated[
        str | None, typer.Option(help="Foot of the first contact, left or right. [default: left]")
    ] = None,
    late: Annotated[
        list[str] | None,
        typer.Option(
            help="A contributor that is late (or, below 0, early), e.g. arm:right:25 or, from its 5th "
            "stride on, arm:right:25:5. May be repeated.",
            metavar="WHO:SIDE:MS[:STRIDE]",
        ),
    ] = None,
    lost: Annotated[
        list[str] | None,
        typer.Option(help="A sensor that dies, e.g. left_shin:6.5. May be repeated.", metavar="SITE:SECONDS"),
    ] = None,
    weak: Annotated[
        list[str] | None,
        typer.Option(
            help="A contributor that moves less, e.g. swing:left:0.8. May be repeated.",
            metavar="WHO:SIDE:FACTOR[:STRIDE]",
        ),
    ] = None,
    gap: Annotated[
        list[str] | None,
        typer.Option(
            help="Samples that don't arrive, e.g. left_shin:6.5:12. May be repeated.",
            metavar="SITE:SECONDS:SAMPLES",
        ),
    ] = None,
    packet_loss: Annotated[
        float | None, typer.Option(help="Share of samples lost in bursts, e.g. 0.01. [default: 0]")
    ] = None,
    soft_tissue: Annotated[
        float | None, typer.Option(help="Wobble of skin and muscle; 1 = as METHOD 7.2 has it. [default: 0]")
    ] = None,
    jitter_shared: Annotated[
        float | None,
        typer.Option(help="Share of the jitter that all peaks of a step have in common. [default: 0]"),
    ] = None,
    still_arms: Annotated[
        str | None, typer.Option(help="Arms that don't swing: left, right or both.")
    ] = None,
    swapped: Annotated[
        list[str] | None,
        typer.Option(help="Left and right are worn the wrong way round: wrist, shin ...", metavar="LIMB"),
    ] = None,
    swap_chance: Annotated[
        float | None, typer.Option(help="Chance that the seed swaps a pair, e.g. 0.05. [default: 0]")
    ] = None,
    trunk_placement: Annotated[
        str | None, typer.Option(help="upper_back, sternum or sacrum. [default: upper_back]")
    ] = None,
    extra_site: Annotated[
        list[str] | None,
        typer.Option(help="A further sensor: pelvis, left_thigh, right_foot ... May be repeated."),
    ] = None,
    rate_error: Annotated[
        float | None, typer.Option(help="True rates are off by up to this many percent. [default: 0]")
    ] = None,
    sync_sd_ms: Annotated[
        float | None, typer.Option(help="SD of the sensors' common time, ms. [default: 0]")
    ] = None,
    ticks: Annotated[
        bool, typer.Option("--ticks", help="Device ticks and arrivals of packets instead of time_s.")
    ] = False,
    interval_ms: Annotated[
        float | None,
        typer.Option(help="With --ticks: connection interval, 7.5 to 45 ms. [default: each sensor's own]"),
    ] = None,
    mark_runs: Annotated[bool, typer.Option("--mark-runs", help="Mark begin and end of every run.")] = False,
    no_noise: Annotated[bool, typer.Option("--no-noise", help="Ideal sensors.")] = False,
    no_impacts: Annotated[bool, typer.Option("--no-impacts", help="No shock at contact.")] = False,
) -> None:
    """Make a recording of an invented sprint, with the truth beside it."""
    with exit_codes():
        from aqsense.simulate import Link, SimulationSpec, read_phases, write_simulation
        from aqsense.simulate.wish_texts import read_gap, read_late, read_lost, read_weak

        if interval_ms is not None and not ticks:
            raise SettingsError(
                f"--interval-ms is {interval_ms} without --ticks; packets need --ticks. Add it.",
                name="interval_ms",
                value=interval_ms,
            )

        chosen = {
            "athlete": athlete,
            "phases": None if phases is None else read_phases(phases),
            "distance_m": distance_m,
            "vmax_m_s": vmax_m_s,
            "tau_s": tau_s,
            "rate_hz": rate_hz,
            "jitter_ms": jitter_ms,
            "first_foot": first_foot,
            "late": tuple(read_late(text) for text in late or ()),
            "lost": tuple(read_lost(text) for text in lost or ()),
            "weak": tuple(read_weak(text) for text in weak or ()),
            "gaps": tuple(read_gap(text) for text in gap or ()),
            "packet_loss": packet_loss,
            "soft_tissue": soft_tissue,
            "jitter_shared": jitter_shared,
            "still_arms": still_arms,
            "swapped": tuple(swapped or ()),
            "swap_chance": swap_chance,
            "trunk_placement": trunk_placement,
            "extra_sites": tuple(extra_site or ()),
            "rate_error": rate_error,
            "sync_sd_ms": sync_sd_ms,
            "link": Link(interval_ms=interval_ms) if ticks else None,
            "mark_runs": mark_runs,
            "noise": not no_noise,
            "impacts": not no_impacts,
        }
        given = {name: value for name, value in chosen.items() if value is not None}
        write_simulation(SimulationSpec(name=out.resolve().name, **given), seed, out)
        typer.echo(f"Recording: {out}")


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

"""`aqsense sync`: how well a recording's clocks agree, sensor by sensor, and the picture of it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aqsense.cli.program import app, complain, exit_codes
from aqsense.errors import OutputError

if TYPE_CHECKING:
    from aqsense.analysis.sync_facts import ShakeTrace, SyncFacts


@app.command()
def sync(
    path: Annotated[Path, typer.Argument(help="Recording folder, or a CSV with time_s and all sensors.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for sync.svg and sync.png; without it nothing is drawn."),
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option(help="TOML file that says which columns of the CSV are what.", metavar="TOML"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all as one JSON object.")] = False,
) -> None:
    """How well the sensors' clocks agree, and what may be said with them."""
    with exit_codes():
        from aqsense.acquire import read_recording
        from aqsense.analysis.sync_facts import sync_facts

        facts = sync_facts(read_recording(path, columns=columns))
        if as_json:
            typer.echo(json.dumps(_json(facts), indent=1, allow_nan=False))
        else:
            _print(facts)
        if out is not None:
            if facts.delays:
                from aqsense.view.sync_figure import save_sync

                make_folder(out)
                for file in save_sync(facts, out):
                    if not as_json:
                        typer.echo(f"Picture: {file}")
            else:
                complain(f"{path}: no packets, so there is no picture of their delays")


def make_folder(path: Path) -> None:
    """Raises OutputError where that can't be done."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: can't be made: {error.strerror}. Choose another folder.") from error


def _print(facts: SyncFacts) -> None:
    bound = "not stated" if math.isnan(facts.bound95_s) else f"within {1e3 * facts.bound95_s:.1f} ms (95 %)"
    typer.echo(f"Clocks agree {bound}. {facts.may_say}" if facts.delays else f"Clocks: {bound}.")
    typer.echo("")
    typer.echo(
        f"{'sensor':<16}{'method':<10}{'95 %':>8}{'SD':>9}{'delay':>9}{'n':>9}{'gaps':>7}{'drift':>11}"
    )
    for site, clock in facts.clocks.items():
        typer.echo(
            f"{site.replace('_', ' '):<16}{clock['method']:<10}{_ms(clock.get('bound95_s')):>8}"
            f"{_ms(clock.get('sd_s'), 2):>9}{_ms(clock.get('residual_s')):>9}{clock.get('n', ''):>9}"
            f"{clock['gaps']:>7}{clock['drift_ppm']:>7.1f} ppm"
        )
    for site, clock in facts.clocks.items():
        if clock.get("advice"):
            typer.echo(f"{site.replace('_', ' ')}: {clock['advice']}")
    for shake in facts.shakes:
        typer.echo(_said(shake))
    if facts.device_sync is not None:
        verdict = "borne out" if facts.device_sync.agrees else "NOT borne out"
        apart = f"their own times differ by up to {1e3 * facts.device_sync.apart_s:.1f} ms"
        typer.echo(f"Sensors say they are synchronised: {verdict}, {apart}")


def _ms(value: Any, digits: int = 1) -> str:
    return "" if value is None else f"{1e3 * value:.{digits}f} ms"


def _said(shake: ShakeTrace) -> str:
    how = "" if shake.marked else ", found without a mark"
    when = f"Shake at {shake.begin_s:.0f} to {shake.end_s:.0f} s{how}"
    if shake.reason:
        return f"{when}: not accepted, {shake.reason}"
    return f"{when}: offsets known to {1e3 * shake.sd_s:.2f} ms"


def _json(facts: SyncFacts) -> dict[str, Any]:
    return {
        "format": 1,
        "name": facts.name,
        "clocks": dict(facts.clocks),
        "worst_sd_s": _number(facts.worst_sd_s),
        "bound95_s": _number(facts.bound95_s),
        "may_say": facts.may_say,
        "device_sync": None if facts.device_sync is None else asdict(facts.device_sync),
        "shakes": [
            {
                "begin_s": round(shake.begin_s, 3),
                "end_s": round(shake.end_s, 3),
                "marked": shake.marked,
                "accepted": not shake.reason,
                "reason": shake.reason,
                "sd_s": _number(shake.sd_s),
                "offset_s": {site: round(offset, 6) for site, offset in shake.offset_s.items()},
            }
            for shake in facts.shakes
        ],
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 9)

"""`aqsense simulate`: a recording of an invented sprint, with the truth beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aqsense.cli.program import app, exit_codes
from aqsense.errors import SettingsError


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

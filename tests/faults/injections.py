"""Ways to damage a recording: each takes a clean one and returns a damaged copy, or edits the files of one.

The numbers of seconds are session time of the clean sample sprint: it stands until 3 s, runs from 3.5 to
12.3 s.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aqsense.model import ARRIVAL, STANDARD_GRAVITY_M_S2, Floats, Mark, Recording, Samples, Sensor

Injection = Callable[[Recording], Recording]
Edit = Callable[[Path], None]
Columns = NDArray[np.float64]  # (6, n): accel x y z, gyro x y z
ACCEL, GYRO = slice(0, 3), slice(3, 6)
EVERYWHERE = (-np.inf, np.inf)


def then(*steps: Injection) -> Injection:
    """One injection after the other."""

    def inject(recording: Recording) -> Recording:
        for step in steps:
            recording = step(recording)
        return recording

    return inject


def on_values(
    site: str, change: Callable[[Columns], Columns], span_s: tuple[float, float] = EVERYWHERE
) -> Injection:
    """Change the six columns of one sensor, (6, n) in and out, within a span of session time."""

    def inject(recording: Recording) -> Recording:
        samples = recording.sensors[site].samples
        values = np.stack([*samples.accel, *samples.gyro])
        inside = rows_within(samples, span_s)
        values[:, inside] = change(values[:, inside])
        return with_samples(recording, site, from_columns(samples.tick, samples.time_s, values))

    return inject


def rows_within(samples: Samples, span_s: tuple[float, float]) -> NDArray[np.bool_]:
    assert samples.time_s is not None
    return (samples.time_s >= span_s[0]) & (samples.time_s < span_s[1])


def from_columns(tick: NDArray[np.int64] | None, time_s: Floats | None, values: Columns) -> Samples:
    a, g = values[ACCEL], values[GYRO]
    return Samples(
        tick, time_s, (a[0].copy(), a[1].copy(), a[2].copy()), (g[0].copy(), g[1].copy(), g[2].copy())
    )


def with_samples(recording: Recording, site: str, samples: Samples) -> Recording:
    sensor = replace(recording.sensors[site], samples=samples)
    return replace(recording, sensors={**recording.sensors, site: sensor})


def kept(site: str, keep: Callable[[Floats], NDArray[np.bool_]]) -> Injection:
    """Only the rows of one sensor whose session time is kept."""

    def inject(recording: Recording) -> Recording:
        samples = recording.sensors[site].samples
        assert samples.time_s is not None
        mask = keep(samples.time_s)
        values = np.stack([*samples.accel, *samples.gyro])[:, mask]
        return with_samples(recording, site, from_columns(None, samples.time_s[mask], values))

    return inject


def gap(site: str, from_s: float, n_samples: int) -> Injection:
    """Rows that never arrived."""

    def keep(time_s: Floats) -> NDArray[np.bool_]:
        first = int(np.searchsorted(time_s, from_s))
        rows = np.arange(len(time_s))
        return (rows < first) | (rows >= first + n_samples)

    return kept(site, keep)


def gap_of_all(from_s: float, n_samples: int) -> Injection:
    """The receiving computer slept."""

    def inject(recording: Recording) -> Recording:
        return then(*(gap(site, from_s, n_samples) for site in recording.sensors))(recording)

    return inject


def constant(rows: slice | list[int], value: float) -> Callable[[Columns], Columns]:
    """Some of the six columns replaced by one value."""

    def change(values: Columns) -> Columns:
        values = values.copy()
        values[rows] = value
        return values

    return change


def frozen(values: Columns) -> Columns:
    """The last reading again and again."""
    return np.repeat(values[:, :1], values.shape[1], axis=1)


def clipped(rows: slice, level: float) -> Callable[[Columns], Columns]:
    """Saturated at +-level."""

    def change(values: Columns) -> Columns:
        values = values.copy()
        values[rows] = np.clip(values[rows], -level, level)
        return values

    return change


def scaled(rows: slice, factor: float) -> Callable[[Columns], Columns]:
    def change(values: Columns) -> Columns:
        values = values.copy()
        values[rows] = values[rows] * factor
        return values

    return change


def turned(rotation: NDArray[np.float64]) -> Callable[[Columns], Columns]:
    """The whole sensor turned on its strap: both triads by one rotation (or reflection)."""

    def change(values: Columns) -> Columns:
        return np.concatenate([rotation @ values[ACCEL], rotation @ values[GYRO]])

    return change


def about(axis: int, degrees: float) -> NDArray[np.float64]:
    """Rotation about one of the sensor's own axes."""
    angle = np.radians(degrees)
    i, j = [k for k in range(3) if k != axis]
    rotation = np.eye(3)
    rotation[[i, j], [i, j]] = np.cos(angle)
    rotation[i, j], rotation[j, i] = -np.sin(angle), np.sin(angle)
    return rotation


def gyro_only(matrix: NDArray[np.float64]) -> Callable[[Columns], Columns]:
    """The gyroscope's axes no longer those of the accelerometer."""

    def change(values: Columns) -> Columns:
        return np.concatenate([values[ACCEL], matrix @ values[GYRO]])

    return change


def exchanged(a: str, b: str) -> Injection:
    """Two sensors worn in each other's place."""

    def inject(recording: Recording) -> Recording:
        sensors = dict(recording.sensors)
        sensors[a] = replace(recording.sensors[b], site=a)
        sensors[b] = replace(recording.sensors[a], site=b)
        return replace(recording, sensors=sensors)

    return inject


def only(*sites: str) -> Injection:
    def inject(recording: Recording) -> Recording:
        return replace(recording, sensors={site: recording.sensors[site] for site in sites})

    return inject


def without(*sites: str) -> Injection:
    def inject(recording: Recording) -> Recording:
        return only(*(site for site in recording.sensors if site not in sites))(recording)

    return inject


def on_sensor(site: str, **fields: object) -> Injection:
    """Change what is stated about a sensor."""

    def inject(recording: Recording) -> Recording:
        sensor: Sensor = replace(recording.sensors[site], **fields)  # type: ignore[arg-type]
        return replace(recording, sensors={**recording.sensors, site: sensor})

    return inject


def on_times(change: Callable[[Floats], Floats], *sites: str) -> Injection:
    """Change the times of some sensors (all if none is named)."""

    def inject(recording: Recording) -> Recording:
        for site in sites or tuple(recording.sensors):
            samples = recording.sensors[site].samples
            assert samples.time_s is not None
            recording = with_samples(recording, site, replace(samples, time_s=change(samples.time_s)))
        return recording

    return inject


def jitter(sd_s: float) -> Callable[[Floats], Floats]:
    """Times off the grid, still rising."""

    def change(time_s: Floats) -> Floats:
        noise = np.random.RandomState(3).normal(0.0, sd_s, len(time_s))
        return time_s + np.clip(noise, -0.0045, 0.0045)

    return change


def sampled_unevenly(sd_s: float) -> Injection:
    """Samples really taken at jittered times: values and times belong together."""

    def inject(recording: Recording) -> Recording:
        for site, sensor in recording.sensors.items():
            samples = sensor.samples
            assert samples.time_s is not None
            at = jitter(sd_s)(samples.time_s)
            values = np.stack([np.interp(at, samples.time_s, c) for c in (*samples.accel, *samples.gyro)])
            recording = with_samples(recording, site, from_columns(None, at, values))
        return recording

    return inject


def decimated(every: int) -> Injection:
    """A slower sensor: block means stand in for its own low-pass."""

    def inject(recording: Recording) -> Recording:
        for site, sensor in recording.sensors.items():
            samples = sensor.samples
            assert samples.time_s is not None
            n = len(samples) // every * every
            values = np.stack([*samples.accel, *samples.gyro])[:, :n].reshape(6, -1, every).mean(axis=2)
            time_s = samples.time_s[:n].reshape(-1, every).mean(axis=1)
            recording = with_samples(recording, site, from_columns(None, time_s, values))
            recording = on_sensor(site, rate_hz=sensor.rate_hz / every)(recording)
        return recording

    return inject


def still(site: str, rate_deg_s: float = 8.0) -> Injection:
    """An arm held to the body: it only trembles."""

    def tremble(values: Columns) -> Columns:
        draw = np.random.RandomState(5)
        n = values.shape[1]
        smooth = np.ones(5) / 5
        noise = np.stack([np.convolve(draw.normal(0, 1, n), smooth, "same") for _ in range(6)])
        rest = values[:, :1]  # as it was when it stopped
        gravity = rest[ACCEL] / np.linalg.norm(rest[ACCEL]) * STANDARD_GRAVITY_M_S2
        return np.concatenate([gravity + 2.0 * noise[ACCEL], np.radians(rate_deg_s) * noise[GYRO] / 0.45])

    return on_values(site, tremble, (2.5, np.inf))


def with_marks(*marks: Mark) -> Injection:
    def inject(recording: Recording) -> Recording:
        return replace(recording, marks=tuple(sorted((*recording.marks, *marks), key=lambda m: m.time_s)))

    return inject


def named(**fields: object) -> Injection:
    """Other metadata."""

    def inject(recording: Recording) -> Recording:
        name = str(fields.get("name", recording.name))
        return replace(recording, name=name, metadata={**recording.metadata, **fields})

    return inject


def as_ticks(tick_hz: float = 1e6, packet: int = 4, from_tick: int = 12_345_678) -> Injection:
    """The same samples with device ticks, and packets that arrive 8 to 20 ms later."""

    def inject(recording: Recording) -> Recording:
        sensors: dict[str, Sensor] = {}
        arrivals: dict[str, NDArray[np.void]] = {}
        for number, (site, sensor) in enumerate(recording.sensors.items()):
            time_s = sensor.samples.time_s
            assert time_s is not None
            tick = np.rint(time_s * tick_hz).astype(np.int64) + from_tick
            draw = np.random.RandomState(number)
            newest = np.arange(packet - 1, len(tick), packet)
            rows = np.zeros(len(newest), ARRIVAL)
            rows["tick"], rows["n_samples"] = tick[newest], packet
            rows["arrival_s"] = time_s[newest] + 0.008 + draw.uniform(0, 0.012, len(newest))
            rows["sequence"] = np.arange(len(newest))
            arrivals[site] = rows
            samples = replace(sensor.samples, tick=tick, time_s=None)
            sensors[site] = replace(sensor, samples=samples, tick_hz=tick_hz)
        metadata = {**recording.metadata, "device_clock": "ticks", "sync_sd_s": None}
        return replace(recording, sensors=sensors, arrivals=arrivals, metadata=metadata)

    return inject


def without_arrivals(recording: Recording) -> Recording:
    return replace(recording, arrivals={})


# ---- files ----


def on_lines(name: str, change: Callable[[list[str]], list[str]]) -> Edit:
    """Change the lines of one file; the first is the header."""

    def edit(folder: Path) -> None:
        path = folder / name
        lines = path.read_text(encoding="utf-8").split("\n")
        ended = lines and not lines[-1]
        lines = change(lines[:-1] if ended else lines)
        path.write_text("\n".join(lines) + ("\n" if ended else ""), encoding="utf-8")

    return edit


def on_bytes(name: str, change: Callable[[bytes], bytes]) -> Edit:
    def edit(folder: Path) -> None:
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return edit


def in_cell(name: str, row: int, column: str, text: str) -> Edit:
    """Another text in one cell; rows are counted from 0 behind the header."""

    def change(lines: list[str]) -> list[str]:
        at = lines[0].split(",").index(column)
        cells = lines[1 + row].split(",")
        cells[at] = text
        return [*lines[: 1 + row], ",".join(cells), *lines[2 + row :]]

    return on_lines(name, change)


def on_column(name: str, column: str, change: Callable[[float], float]) -> Edit:
    """Recompute a whole column."""

    def edit(lines: list[str]) -> list[str]:
        at = lines[0].split(",").index(column)
        rows = [line.split(",") for line in lines[1:]]
        for cells in rows:
            cells[at] = f"{change(float(cells[at])):.6f}"
        return [lines[0], *(",".join(cells) for cells in rows)]

    return on_lines(name, edit)


def edits(*parts: Edit) -> Edit:
    def edit(folder: Path) -> None:
        for part in parts:
            part(folder)

    return edit


def in_metadata(change: Callable[[dict[str, object]], None]) -> Edit:
    def edit(folder: Path) -> None:
        path = folder / "recording.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    return edit


def removed(name: str) -> Edit:
    return lambda folder: (folder / name).unlink()

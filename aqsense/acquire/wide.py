"""One wide CSV (FORMATS 2): `time_s` and `<site>_accel_x_m_s2 ... <site>_gyro_z_rad_s`."""

from __future__ import annotations

from pathlib import Path

from aqsense.acquire.channels import sensor_channels, unread_warning
from aqsense.acquire.header import read_header
from aqsense.acquire.number_table import read_numbers
from aqsense.acquire.rate import median_rate_hz
from aqsense.acquire.sensor_rows import check_rate, check_rising, read_samples
from aqsense.errors import RecordingError
from aqsense.model import Recording, Sensor

CLOCK = "time_s"


def read_wide(path: Path) -> Recording:
    """Read a wide CSV.

    A row whose six cells of a sensor are all missing is another sensor's row; one with some of them missing
    is kept, with NaN. The nominal rate is the median of the sensor's own times. The file states no clock
    quality, so `sync_sd_s` is NaN.
    """
    header = read_header(path)
    channels = sensor_channels(header)
    if not channels:
        header.require((CLOCK, "trunk_accel_x_m_s2"))
    columns = [channel.column for six in channels.values() for channel in six]
    table = read_numbers(header, {CLOCK: False} | dict.fromkeys(columns, False))
    check_rising(table, CLOCK)
    clock = table.columns[CLOCK]
    common_hz = median_rate_hz(clock)
    sensors: dict[str, Sensor] = {}
    for site, six in channels.items():
        samples = read_samples(table, site, six, time=CLOCK, sparse=True)
        if samples.time_s is None or len(samples) < 2:
            raise RecordingError(f"{site} has a single row; a rate needs two. Remove its columns.", path=path)
        rate_hz = common_hz if samples.time_s is clock else median_rate_hz(samples.time_s)
        sensors[site] = Sensor(site, samples, rate_hz)
        check_rate(table, CLOCK, sensors[site].rate_hz)
    warnings = table.warnings() + unread_warning(header, "", [CLOCK, *columns])
    return Recording(name=path.stem, sensors=sensors, path=path, warnings=warnings)

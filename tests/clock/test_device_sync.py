"""Sensors that call themselves synchronised are checked, never believed."""

from __future__ import annotations

from dataclasses import replace

from shaken_sessions import recording

from aqsense.analysis.clock import time_sensors
from aqsense.analysis.device_sync import check_device_sync


def test_it_is_checked_and_never_believed() -> None:
    made, _ = recording(1, 60.0, (3.0, 51.0))
    told = replace(made, metadata={"device_sync": "synced"})
    timed = time_sensors(told)
    found = check_device_sync(told, timed)
    assert found is not None
    assert not found.agrees  # each sensor began at a time of its own
    assert found.apart_s > 0.1
    assert check_device_sync(made, timed) is None
    before = time_sensors(made)
    assert all((timed[s].clock.time_s == before[s].clock.time_s).all() for s in timed)


def test_one_timebase_is_borne_out() -> None:
    made, _ = recording(1, 60.0, (3.0, 51.0))
    told = replace(made, metadata={"device_sync": "synced"})
    one = time_sensors(told)["trunk"]
    found = check_device_sync(told, {"trunk": one, "left_shin": one})
    assert found is not None
    assert found.agrees

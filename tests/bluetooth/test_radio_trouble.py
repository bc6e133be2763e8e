"""What a radio's exceptions mean, and what the link does with notifications: without radio."""

from __future__ import annotations

import pytest
from bleak import exc

from aqsense.acquire.bleak_link import TWICE_NS, _once, recognised
from aqsense.acquire.radio_trouble import trouble_of
from firmware_protocol.family import Advertisement

Reason = exc.BleakBluetoothNotAvailableReason


@pytest.mark.parametrize(
    ("error", "code", "passing"),
    [
        (exc.BleakBluetoothNotAvailableError("x", Reason.NO_BLUETOOTH), "no_adapter", False),
        (exc.BleakBluetoothNotAvailableError("x", Reason.POWERED_OFF), "switched_off", False),
        (exc.BleakBluetoothNotAvailableError("x", Reason.DENIED_BY_USER), "permission", False),
        (exc.BleakDeviceNotFoundError("AA"), "gone", False),
        (FileNotFoundError("socket"), "no_service", False),
        (exc.BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", []), "no_service", False),
        (exc.BleakDBusError("org.bluez.Error.InProgress", []), "busy", True),
        (exc.BleakDBusError("org.bluez.Error.Failed", ["Input/output error"]), "busy", True),
        (exc.BleakDBusError("org.bluez.Error.Failed", ["odd"]), "other", False),
        (exc.BleakError("failed to discover services, device disconnected"), "busy", True),
        (exc.BleakError("Not connected"), "not_connected", True),
        (exc.BleakError("Service Discovery has not been performed yet"), "not_connected", True),
        (exc.BleakError("device 'dev_C0_00_00_00_00_01' not found"), "gone", False),
        (exc.BleakError("adapter 'hci1' not found"), "no_adapter", False),
    ],
)
def test_each_exception_has_its_trouble(error: Exception, code: str, passing: bool) -> None:
    trouble = trouble_of(error)
    assert (trouble.code, trouble.passing) == (code, passing)
    assert trouble.text.endswith(".")
    assert "\n" not in trouble.text


def test_what_comes_twice_is_given_once_and_an_equal_later_one_is_kept() -> None:
    got: list[tuple[int, bytes]] = []
    heard = _once(lambda arrival_ns, payload: got.append((arrival_ns, payload)))
    for arrival_ns, payload in ((10, b"a"), (20, b"a"), (30, b"b"), (30 + TWICE_NS, b"b")):
        heard(arrival_ns, payload)
    assert got == [(10, b"a"), (30, b"b"), (30 + TWICE_NS, b"b")]


def test_a_stranger_is_no_sensor() -> None:
    assert recognised(Advertisement("Headphones")) is None
    found = recognised(Advertisement("WT901BLE67"))
    assert found is not None
    assert found.family == "witmotion"

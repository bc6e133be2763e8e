"""What a radio's exception means, in words for the person who can mend it.

In:  an exception of bleak, of the system's Bluetooth service or of the way to it.
Out: `Trouble`: what it is, whether trying again may help, one sentence with what to do.
Refuses: I/O. What is not known is shown as it came, never guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BUSY_WORDS = (
    "resource busy",
    "operation already in progress",
    "le-connection-abort-by-local",
    "br-connection-canceled",
    "input/output error",
    "software caused connection abort",
    "unreachable",
    "failed to discover services",
)
# bleak forgets the services when a connection ends under an operation.
LOST_WORDS = ("not connected", "service discovery has not been performed")
NOT_FOUND = re.compile(r"^(adapter|device) '.*' not found")
GONE_NAMES = ("org.freedesktop.DBus.Error.UnknownObject", "org.bluez.Error.DoesNotExist")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong at the radio.

    code    `no_adapter`, `switched_off`, `permission`, `no_service`, `busy`, `gone`, `not_connected`,
            `no_characteristic`, `other`
    passing the same again may work in a moment
    text    what it is and what to do
    """

    code: str
    passing: bool
    text: str


NO_ADAPTER = Trouble(
    "no_adapter", False, "this computer has no Bluetooth adapter. Plug one in (Bluetooth 4.0 or later)."
)
SWITCHED_OFF = Trouble(
    "switched_off", False, "Bluetooth is switched off. Switch it on in the system's settings."
)
PERMISSION = Trouble(
    "permission",
    False,
    "this program may not use Bluetooth. Allow it in the system's settings (Linux: add yourself to the group "
    "`bluetooth`; macOS: Privacy & Security, Bluetooth, for the terminal).",
)
NO_SERVICE = Trouble(
    "no_service",
    False,
    "the system's Bluetooth service does not run. Start it (Linux: `sudo systemctl start bluetooth`, package "
    "`bluez`).",
)
GONE = Trouble("gone", False, "the sensor is not to be heard any more. Wake it, bring it near, scan again.")
BUSY = Trouble(
    "busy",
    True,
    "the radio is busy or the sensor is held by another program or phone. Close those, then try again.",
)
NOT_CONNECTED = Trouble("not_connected", True, "the connection is lost. Bring the sensor near.")


def trouble_of(error: BaseException) -> Trouble:
    """What an exception that came out of bleak means."""
    from bleak import exc

    if isinstance(error, exc.BleakBluetoothNotAvailableError):
        return _not_available(error)
    if isinstance(error, exc.BleakDeviceNotFoundError):
        return GONE
    if isinstance(error, exc.BleakCharacteristicNotFoundError):
        text = (
            f"it has no characteristic {error.char_specifier}: another firmware, or the system remembers old "
            "services. Remove the sensor from the system's Bluetooth list and scan again."
        )
        return Trouble("no_characteristic", False, text)
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return NO_SERVICE
    if isinstance(error, PermissionError):
        return PERMISSION
    if isinstance(error, exc.BleakDBusError):
        return _dbus(error.dbus_error, str(error))
    return _by_words(error)


def _not_available(error: BaseException) -> Trouble:
    from bleak.exc import BleakBluetoothNotAvailableReason as Reason

    reason = getattr(error, "reason", Reason.UNKNOWN)
    known = {
        Reason.NO_BLUETOOTH: NO_ADAPTER,
        Reason.NO_BLE_CENTRAL_ROLE: NO_ADAPTER,
        Reason.POWERED_OFF: SWITCHED_OFF,
        Reason.DENIED_BY_USER: PERMISSION,
        Reason.DENIED_BY_SYSTEM: PERMISSION,
        Reason.DENIED_BY_UNKNOWN: PERMISSION,
    }
    return known.get(reason) or Trouble(
        "other", False, f"Bluetooth can't be used: {error.args[0]}. See `aqsense doctor`."
    )


def _dbus(name: str, text: str) -> Trouble:
    ends = name.rsplit(".", 1)[-1]
    if ends in ("ServiceUnknown", "NameHasNoOwner", "NoServer", "NoReply"):
        return NO_SERVICE
    if ends in ("AccessDenied", "NotAuthorized", "NotPermitted"):
        return PERMISSION
    if name in GONE_NAMES:
        return GONE
    if ends == "NotReady":
        return SWITCHED_OFF
    if ends == "NotConnected":
        return NOT_CONNECTED
    if ends == "InProgress" or any(word in text.lower() for word in BUSY_WORDS):
        return BUSY
    return Trouble("other", False, f"the Bluetooth service says {_shown(text)}. See `aqsense doctor`.")


def _by_words(error: BaseException) -> Trouble:
    text = str(error)
    low = text.lower()
    lost = any(word in low for word in LOST_WORDS)
    if lost or isinstance(error, EOFError | ConnectionError | AssertionError):
        return NOT_CONNECTED
    if any(word in low for word in BUSY_WORDS):
        return BUSY
    if NOT_FOUND.search(low):
        return NO_ADAPTER if low.startswith("adapter") else GONE
    said = _shown(text or type(error).__name__)
    return Trouble("other", False, f"the radio says {said}. See `aqsense doctor`.")


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 160 else line[:157] + "...")

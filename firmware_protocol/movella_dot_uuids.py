"""Characteristics of a Movella DOT, and which one a payload belongs to when nobody says."""

from __future__ import annotations


def _uuid(number: int) -> str:
    return f"1517{number:04x}-4947-11e9-8646-d663bd873d93"


CONFIGURATION_SERVICE = _uuid(0x1000)
DEVICE_INFO = _uuid(0x1001)
DEVICE_CONTROL = _uuid(0x1002)
DEVICE_REPORT = _uuid(0x1004)
MEASUREMENT_SERVICE = _uuid(0x2000)
MEASUREMENT_CONTROL = _uuid(0x2001)
LONG_PAYLOAD = _uuid(0x2002)
MEDIUM_PAYLOAD = _uuid(0x2003)
SHORT_PAYLOAD = _uuid(0x2004)
HEADING_CONTROL = _uuid(0x2006)
HEADING_RESULT = _uuid(0x2007)
BATTERY_SERVICE = _uuid(0x3000)
BATTERY = _uuid(0x3001)
MESSAGE_SERVICE = _uuid(0x7000)
MESSAGE_CONTROL = _uuid(0x7001)
MESSAGE_ACKNOWLEDGE = _uuid(0x7002)
MESSAGE_NOTIFICATION = _uuid(0x7003)

PAYLOAD_LENGTH = {LONG_PAYLOAD: 63, MEDIUM_PAYLOAD: 40, SHORT_PAYLOAD: 20}
MESSAGES = (MESSAGE_CONTROL, MESSAGE_ACKNOWLEDGE, MESSAGE_NOTIFICATION)
_BY_LENGTH = {
    63: LONG_PAYLOAD,
    40: MEDIUM_PAYLOAD,
    20: SHORT_PAYLOAD,
    34: DEVICE_INFO,
    32: DEVICE_CONTROL,
    36: DEVICE_REPORT,
    3: MEASUREMENT_CONTROL,
    2: BATTERY,
}


def usual_characteristic(payload: bytes) -> str:
    """Where bytes of this length come from; whatever else is a message."""
    return _BY_LENGTH.get(len(payload), MESSAGE_NOTIFICATION)

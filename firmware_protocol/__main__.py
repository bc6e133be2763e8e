"""What does this packet hold? For people who debug a sensor.

    python -m firmware_protocol decode FAMILY [--characteristic UUID] [--mode JSON] HEX...

Each HEX is a packet of its own and gives a line of JSON, names and units as in the codec. A ProtocolError is
one line on stderr and exit code 2. The mode is what the bytes alone don't tell, e.g. for movesense
'{"path": "/Meas/IMU6/104"}'.
"""

from __future__ import annotations

import argparse
import json
import sys
from enum import Enum
from typing import Any, cast

import numpy as np

from firmware_protocol import FAMILIES, Packet, ProtocolError

REFUSED = 2


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m firmware_protocol", description="What a packet holds.")
    commands = parser.add_subparsers(dest="command", required=True)
    decode = commands.add_parser("decode", help="print packets as JSON")
    decode.add_argument("family", choices=sorted(FAMILIES), metavar="FAMILY", help=", ".join(FAMILIES))
    decode.add_argument("--characteristic", default="", metavar="UUID", help="[default: the usual one]")
    decode.add_argument(
        "--mode", default="{}", metavar="JSON", help="what the bytes don't tell, as an object [default: {}]"
    )
    decode.add_argument("packets", nargs="+", metavar="HEX", help="bytes of one packet in hexadecimal")
    arguments = parser.parse_args(words)
    mode = parsed_mode(arguments.mode)
    if mode is None:
        parser.error(f'--mode {arguments.mode[:40]!r} is no JSON object, as {{"path": "/Meas/IMU6/104"}}')
    for text in arguments.packets:
        try:
            payload = bytes.fromhex(text)
        except ValueError:
            parser.error(f"{text[:40]!r} is not hexadecimal: two digits per byte are expected")
        try:
            packet = FAMILIES[arguments.family].decode(arguments.characteristic.lower(), payload, mode)
        except ProtocolError as error:
            print(f"ProtocolError: {error}", file=sys.stderr)  # noqa: T201
            return REFUSED
        print(json.dumps(as_json(packet)))  # noqa: T201
    return 0


def parsed_mode(text: str) -> dict[str, Any] | None:
    """A JSON object; None for anything else."""
    try:
        mode: Any = json.loads(text)
    except ValueError:
        return None
    return cast("dict[str, Any]", mode) if isinstance(mode, dict) else None


def as_json(packet: Packet) -> dict[str, Any]:
    """All that the packet has, as JSON values; what it doesn't have is left out, NaN is null."""
    values = {name: getattr(packet, name) for name in Packet.__dataclass_fields__}
    return {name: plain(value) for name, value in values.items() if value is not None}


def plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(one) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in cast("dict[Any, Any]", value).items()}
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, Enum):
        return value.value
    return None if isinstance(value, float) and not np.isfinite(value) else value


if __name__ == "__main__":
    sys.exit(main())

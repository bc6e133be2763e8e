"""All checks in the order in which they depend on each other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from aqsense.acquire.link import Link
from aqsense.acquire.sensor_set import KnownSensor
from aqsense.doctor import computer
from aqsense.doctor.check import Check, State
from aqsense.doctor.radio import bluez_objects, scan_check, use_checks
from aqsense.doctor.worn import sensor_checks

SCAN_S = 3.0
FIND_S = 8.0


async def examine(
    link: Link,
    known: Sequence[KnownSensor],
    tell: Callable[[Check], None],
    *,
    with_sensors: bool,
    kind: str = sys.platform,
    root: Path = computer.SYS,
) -> list[Check]:
    """Every check, told as soon as it is known.

    known         of sensors.toml; may be empty
    with_sensors  visit each of them
    """
    checks: list[Check] = []

    def one_more(check: Check | None) -> None:
        if check is not None:
            checks.append(check)
            tell(check)

    one_more(computer.system_check(kind))
    one_more(computer.threads_check(kind))
    if kind == "linux":
        for check in (computer.adapter_check(root), *computer.switch_checks(root), computer.bluez_check()):
            one_more(check)
        objects = await bluez_objects()
        for check in use_checks(objects) if objects is not None else ():
            one_more(check)
        one_more(computer.wifi_check(root))
    scanned, heard = await scan_check(link, SCAN_S)
    one_more(scanned)
    if known or heard:
        one_more(computer.links_check(len(known) or len(heard), kind))
    if with_sensors and scanned.state is not State.FAILED:
        for check in await sensor_checks(link, known, FIND_S):
            one_more(check)
    for check in computer.hints(kind):
        one_more(check)
    return checks

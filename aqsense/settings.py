"""What a user may choose. Every value is printed with every result (summary.json, `settings`)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields

from aqsense.errors import SettingsError
from aqsense.model import SITES


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of the analysis; the defaults are METHOD's.

    centroid_level      share of the peak height above which the centroid is taken (METHOD 2.2)
    half_percent        spread in % of stride that halves the score (METHOD 4.2)
    sprint_rate_deg_s   median swing-peak rate from which a run is a sprint (METHOD 3.0)
    run_rate_deg_s      ... from which it is a run; below it is a jog
    toe_off_rate_deg_s  swing-peak rate below which the shin alone gives no toe-off (METHOD 3.0, 2.3): at
                        550 deg/s its dive is 3 ms off, at 430 deg/s 15 ms late. With a trunk or pelvis sensor
                        toe-off is claimed where that shows the flight, at any rate
    wobble_limb_deg_s   soft-tissue wobble of shins and wrists (RMS, 8-25 Hz, METHOD 2.2) in runs that are too
                        short to measure it: fewer than 6 strides
    wobble_trunk_deg_s  ... of the trunk
    resample            accept an irregular `time_s` by resampling it to its median rate
    swap                pairs of sites whose labels are exchanged before anything else
    """

    centroid_level: float = 0.9
    half_percent: float = 5.0
    sprint_rate_deg_s: float = 900.0
    run_rate_deg_s: float = 600.0
    toe_off_rate_deg_s: float = 600.0
    wobble_limb_deg_s: float = 20.0
    wobble_trunk_deg_s: float = 10.0
    resample: bool = False
    swap: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not 0.5 <= self.centroid_level <= 0.98:
            raise SettingsError(
                f"centroid_level is {self.centroid_level}; expected 0.5 to 0.98",
                name="centroid_level",
                value=self.centroid_level,
            )
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in ("centroid_level", "resample", "swap") and not value > 0:
                raise SettingsError(
                    f"{field.name} is {value}; expected a number above 0", name=field.name, value=value
                )

        for pair in self.swap:
            if len(pair) != 2 or pair[0] == pair[1] or not set(pair) <= set(SITES):
                raise SettingsError(
                    f"swap is {pair}; expected two different sites of {', '.join(SITES)}",
                    name="swap",
                    value=pair,
                )

    @property
    def hash(self) -> str:
        """Short fingerprint: results with equal hashes were computed with equal settings."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

"""What a fit of body axes found on the way: checks with their evidence, warnings, doubtful sites."""

from __future__ import annotations

from dataclasses import dataclass, field

from aqsense.analysis.limbs import Labels


@dataclass(frozen=True, slots=True)
class Check:
    """One test of a frame: what it looked at, what it found, whether it agrees with the label."""

    name: str
    value: float
    expected: str
    passed: bool


@dataclass
class Notes:
    checks: dict[str, list[Check]] = field(default_factory=dict[str, list[Check]])
    warnings: list[tuple[str, str, float | None, str]] = field(
        default_factory=list[tuple[str, str, float | None, str]]
    )
    wrong: set[str] = field(default_factory=set)

    def take(self, labels: Labels) -> None:
        for check in labels.checks:
            self.check(*check)
        for code, site, text in labels.warnings:
            self.warn(code, site, text)
        self.wrong |= labels.wrong

    def check(self, site: str, name: str, value: float, expected: str, passed: bool) -> None:
        self.checks.setdefault(site, []).append(Check(name, float(value), expected, bool(passed)))

    def warn(self, code: str, site: str, text: str, time_s: float | None = None) -> None:
        self.warnings.append((code, site, time_s, text))

"""Wrong wishes are refused in words."""

from __future__ import annotations

import pytest

from aqsense.errors import SettingsError
from aqsense.simulate import Late, Lost, Phase, SimulationSpec, read_phases


def test_phases_from_text():
    assert read_phases("stand 3, sprint 60m at 9.5, decelerate 3s, walk 20 turn -180") == (
        Phase("stand", 3.0),
        Phase("sprint", distance_m=60.0, speed_m_s=9.5),
        Phase("decelerate", 3.0),
        Phase("walk", 20.0, turn_deg=-180.0),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "can't read the phase ''"),
        ("stand", "can't read the phase 'stand'"),
        ("stand 3,,stand 2", "can't read the phase ''"),
        ("fly 3", "'fly' is unknown; expected one of stand, walk, jog"),
        ("walk 10m", "can't end by distance"),
        ("stand 1.2.3", "'1.2.3' in the phase"),
        ("stand 0", "seconds of a phase is 0.0; expected 0.05"),
        ("jog 3 at 99", "speed_m_s of a phase is 99.0"),
        ("stand 3 at 2", "standing has no speed"),
    ],
)
def test_phases_that_cant_be_read(text, said):
    with pytest.raises(SettingsError, match=said.replace("(", r"\(")):
        read_phases(text)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (lambda: SimulationSpec(vmax_m_s=99.0), "vmax_m_s is 99.0; expected 4 to 12"),
        (lambda: SimulationSpec(vmax_m_s=float("nan")), "vmax_m_s is nan"),
        (lambda: SimulationSpec(tau_s=0.0), "tau_s of a phase is 0.0"),
        (lambda: SimulationSpec(rate_hz=5.0), "rate_hz is 5.0"),
        (lambda: SimulationSpec(rates_hz={"left_knee": 100.0}), "rates_hz site is 'left_knee'"),
        (lambda: SimulationSpec(jitters_ms={"hip": 1.0}), "jitters_ms contributor is 'hip'"),
        (lambda: SimulationSpec(first_foot="both"), "first_foot is 'both'"),
        (
            lambda: Late("leg", "left", 5.0),
            "late contributor is 'leg'; expected one of push, swing, arm, trunk",
        ),
        (lambda: Late("arm", "none", 5.0), "late side is 'none'"),
        (lambda: Late("arm", "left", 500.0), "late ms is 500.0; expected -60 to 60"),
        (lambda: Lost("tail", 5.0), "lost site is 'tail'"),
        (lambda: Lost("trunk", -1.0), "lost from_s is -1.0"),
    ],
)
def test_wishes_outside_their_range(wish, said):
    with pytest.raises(SettingsError, match=said):
        wish()


def test_first_foot_is_the_first_contact():
    from aqsense.simulate import simulate

    for foot in ("left", "right"):
        spec = SimulationSpec(first_foot=foot, distance_m=15.0)
        assert simulate(spec, 1).truth_steps["stance_side"][0] == foot

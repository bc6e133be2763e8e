"""Simulated sessions: five IMUs on a running athlete, with the exact truth (METHOD 7.2).

In:  a `SimulationSpec` and a seed.
Out: a `Recording` as a capture would have written it, and the true events and steps.
Refuses: the analysis. It shares only the nouns with it, so that the two can't be wrong in the same way.
What comes out of it is a simulation and is called so everywhere.
"""

from aqsense.simulate.files import write_simulation
from aqsense.simulate.link import Link
from aqsense.simulate.phases import Phase, read_phases
from aqsense.simulate.session import Simulation, simulate
from aqsense.simulate.spec import SimulationSpec
from aqsense.simulate.wishes import Gap, Late, Lost, Weak

__all__ = [
    "Gap",
    "Late",
    "Link",
    "Lost",
    "Phase",
    "Simulation",
    "SimulationSpec",
    "Weak",
    "read_phases",
    "simulate",
    "write_simulation",
]

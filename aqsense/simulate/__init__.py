"""Simulated sessions: five IMUs on a running athlete, with the exact truth (METHOD 7.2).

In:  a `SimulationSpec` and a seed.
Out: a `Recording` as a capture would have written it, and the true events and steps.
Refuses: the analysis. It shares only the nouns with it, so that the two can't be wrong in the same way.
What comes out of it is a simulation and is called so everywhere.
"""

from aqsense.simulate.files import write_simulation
from aqsense.simulate.phases import Phase, read_phases
from aqsense.simulate.session import Simulation, simulate
from aqsense.simulate.spec import Late, Lost, SimulationSpec

__all__ = [
    "Late",
    "Lost",
    "Phase",
    "Simulation",
    "SimulationSpec",
    "read_phases",
    "simulate",
    "write_simulation",
]

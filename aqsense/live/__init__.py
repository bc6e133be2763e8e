"""The live session: packets in as they come, immutable snapshots out (ARCHITECTURE 2, 3, 10).

In:  packets of all sensors with their arrival times, and the coach's wishes.
Out: `Snapshot`s; runs with their results.
Refuses: radio, drawing, a second pipeline: the stages are the offline ones.
Why a replay gives the same bytes: every decision is taken at a multiple of half a second of session time,
when all sensors that are heard are known up to it, and looks at nothing later.
"""

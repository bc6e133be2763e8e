"""The window beside the track: READY, RUNNING, RESULT, LOOK CLOSER (VISUAL 5).

In:  a callable that gives the newest `Snapshot`, a callable that takes an `Action`.
Out: what people see; pictures of it.
Refuses: scores, clocks, sensors, files of recordings. It draws what the snapshot holds.
Qt is imported in this package only.
"""

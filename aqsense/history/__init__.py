"""Over weeks: all sessions of an athlete under some folders, and two runs or sets of runs held together.

In:  result folders, recordings (analysed once where no results are), outside tables.
Out: `History` and `Compared`: values with intervals, what they may be read as, what was left out and why.
Refuses: comparing what is not alike (`alike`); saying why something changed.
"""

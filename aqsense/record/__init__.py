"""A capture in the terminal: sensors in, what is going on shown, keys taken, tables at the end.

In:  a link and the sensors that were found on it.
Out: a recording folder; a table in the terminal, lines, or JSON.
Refuses: analysing. `aqsense analyze` does that with the folder.
"""

"""Bytes <-> samples, one module per sensor family. Standard library and numpy; no I/O; knows nothing of
aqsense."""

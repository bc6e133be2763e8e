"""The window's full-screen states, one per file; each shows a snapshot and knows nothing of the others."""

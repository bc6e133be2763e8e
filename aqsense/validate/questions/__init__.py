"""The questions of the validation, one per file: what is simulated for each, and the rows of its table."""

"""Pure science: samples in, results out. numpy and scipy only; no files, threads, wall clock or logging."""

"""Which result folders and recordings lie under a folder, each with a stamp that changes when it does.

In:  a folder.
Out: paths relative to it, what they are, stamp (names, sizes and times of their files).
Refuses: hidden folders, links to folders (a link may lead in a circle), reading any file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aqsense.history.run_rows import RECORDING, RESULTS

DEEPEST = 8
_FILES_OF_RESULTS = ("summary.json", "runs.csv")


@dataclass(frozen=True, slots=True)
class Source:
    """A result folder or a recording. `path` is relative to the folder that was searched, with `/`."""

    path: str
    what: str
    stamp: str


def find_sources(root: Path) -> dict[str, Source]:
    """All sources under `root`, itself included, by path."""
    return {source.path: source for source in _search(str(root), ".", 0)}


def _search(folder: str, path: str, depth: int) -> Iterator[Source]:
    try:
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
    except OSError:  # no right to look into it: it is none of ours
        return
    names = {entry.name for entry in inside}
    if names.issuperset(_FILES_OF_RESULTS):
        yield Source(path, RESULTS, _stamp(entry for entry in inside if entry.name in _FILES_OF_RESULTS))
        return
    if "recording.json" in names:
        yield Source(path, RECORDING, _stamp(entry for entry in inside if entry.is_file()))
        return
    if depth == DEEPEST:
        return
    for entry in inside:
        if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
            below = entry.name if path == "." else f"{path}/{entry.name}"
            yield from _search(entry.path, below, depth + 1)


def _stamp(entries: Iterator[os.DirEntry[str]]) -> str:
    said: list[str] = []
    for entry in entries:
        try:
            found = entry.stat()
        except OSError:  # gone since
            continue
        said.append(f"{entry.name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.blake2b("\n".join(said).encode(errors="surrogateescape"), digest_size=12).hexdigest()

"""Replaces a folder whole or not at all: one of results, or of another kind.

In:  a folder's path and a function that fills a folder.
Out: the folder, filled; or, whatever happens, what was there before.
Refuses: deleting files that are not aqsense's. `force` only means that foreign files stay beside the results.
It works beside the folder: `.DIR.partial` is being filled, `.DIR.old` is the earlier result during the moment
in which both exist. What an interrupted program left of them is tidied by the next one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from aqsense.errors import OutputError
from aqsense.formats import FURTHER_TABLES, TABLES

SUMMARY = "summary.json"
FIGURES = "figures"
_OWN_TABLES = "|".join((*TABLES, *FURTHER_TABLES))
_OWN_FILE = re.compile(rf"({_OWN_TABLES})\.csv|summary\.json|report(-\d+)?\.html|card-.*\.png")
_OWN_FIGURE = re.compile(r"(alignment|run|stride|lags)-.*\.(svg|png)")


def replace_folder(directory: Path, fill: Callable[[Path], None], *, force: bool = False) -> None:
    """Fill a folder beside `directory` and put it in its place.

    directory   absent, empty, or an earlier result; with foreign files only if `force`, and they stay
    fill        called once with an existing empty folder; if it raises, `directory` is as before

    Raises OutputError where the folder is not ours to replace or the disk refuses.
    """
    replace_whole(directory, fill, lambda folder: _refuse_foreign(folder, force), foreign_paths)


def replace_whole(
    directory: Path,
    fill: Callable[[Path], None],
    check: Callable[[Path], None],
    foreign: Callable[[Path], list[Path]] = lambda _: [],
) -> None:
    """The same for a folder of any kind.

    check    raises OutputError where the folder is not ours to replace
    foreign  what of an earlier folder stays
    """
    directory = directory.resolve()
    partial, old = _beside(directory, "partial"), _beside(directory, "old")
    try:
        _tidy(directory, partial, old, foreign)
        check(directory)
        partial.mkdir(parents=True)
        fill(partial)
        _swap(directory, partial, old, foreign)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{directory}: can't be written: {reason}. Check the disk and its rights."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def foreign_paths(directory: Path) -> list[Path]:
    """What in a folder is not part of a result of aqsense; everything, if it holds no summary.json."""
    is_result = (directory / SUMMARY).is_file()
    return sorted(path for path, is_own in _entries(directory) if not (is_result and is_own))


def _beside(directory: Path, word: str) -> Path:
    if not directory.name:
        raise OutputError(f"{directory}: results need a folder of their own. Name one inside it.")
    return directory.with_name(f".{directory.name}.{word}")


def _tidy(directory: Path, partial: Path, old: Path, foreign: Callable[[Path], list[Path]]) -> None:
    """Finish or undo what an interrupted program left."""
    shutil.rmtree(partial, ignore_errors=True)
    if not old.exists():
        return
    if directory.exists():
        _bring_foreign(old, directory, foreign)
    else:
        old.rename(directory)


def _refuse_foreign(directory: Path, force: bool) -> None:
    if not directory.exists():
        return
    if not directory.is_dir():
        raise OutputError(f"{directory}: is a file; expected a folder. Choose another name.")
    foreign = foreign_paths(directory)
    clash = [path.name for path in foreign if path.is_dir() and _OWN_FILE.fullmatch(path.name)]
    clash += [path.name for path in foreign if path.name == FIGURES and not path.is_dir()]
    if clash:
        text = f"{clash[0]} is there and stands in the way of a result. Choose another folder, or rename it."
        raise OutputError(f"{directory}: {text}")
    if foreign and not force:
        names = ", ".join(ascii(str(path.relative_to(directory)))[1:-1] for path in foreign[:3])
        more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
        text = f"holds files that are no result of aqsense ({names}{more})"
        raise OutputError(f"{directory}: {text}. Choose an empty folder, or use --force to keep them beside.")


def _entries(directory: Path) -> Iterator[tuple[Path, bool]]:
    """Files and folders, those in `figures` singly, and whether each bears a name of ours."""
    for path in directory.iterdir():
        if path.name == FIGURES and path.is_dir() and not path.is_symlink():
            yield from ((figure, bool(_OWN_FIGURE.fullmatch(figure.name))) for figure in path.iterdir())
        else:
            yield path, path.is_file() and bool(_OWN_FILE.fullmatch(path.name))


def _swap(directory: Path, partial: Path, old: Path, foreign: Callable[[Path], list[Path]]) -> None:
    if not directory.exists():
        partial.rename(directory)
        return
    directory.rename(old)
    try:
        partial.rename(directory)
    except BaseException:
        old.rename(directory)
        raise
    _bring_foreign(old, directory, foreign)


def _bring_foreign(old: Path, directory: Path, foreign: Callable[[Path], list[Path]]) -> None:
    """Move foreign files from the earlier folder into the new one, then remove the earlier one."""
    for path in foreign(old):
        target = directory / path.relative_to(old)
        target.parent.mkdir(exist_ok=True)
        if not target.exists():
            path.rename(target)
    shutil.rmtree(old)

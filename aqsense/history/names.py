"""athletes.toml: names of athletes for the screen. They are written nowhere.

In:  `a07 = "Name"`, or a table `[a07]` with `name = "Name"`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from aqsense.errors import RecordingError


def screen_name(path: Path, athlete: str) -> str:
    """`Name (a07)`, or the id alone where the file or the entry is missing."""
    try:
        names = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return athlete
    except OSError as error:
        raise RecordingError(f"can't be read: {error.strerror}. Check its rights.", path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecordingError(
            f'is not TOML ({error}). Write lines such as a07 = "Name".', path=path
        ) from error
    entry = names.get(athlete)
    name = entry.get("name") if isinstance(entry, dict) else entry
    return f"{name} ({athlete})" if isinstance(name, str) and name else athlete

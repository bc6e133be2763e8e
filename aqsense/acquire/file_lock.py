"""An advisory lock on an open file: two programs don't write into one recording.

The lock ends with the file's descriptor, so a killed program leaves none behind.
"""

from __future__ import annotations

import os
import sys

_FAR_OUT = 1 << 40  # Windows locks bytes against reading too; nobody reads there


def lock(descriptor: int) -> bool:
    """Take the lock; False where another program holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _FAR_OUT, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

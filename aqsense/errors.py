"""What can go wrong, in words for the person who can mend it.

Every message says where, what was found, what was expected and what to do.
Anything else that escapes is a defect of the program (exit code 70).
"""

from __future__ import annotations

from pathlib import Path


class AqsenseError(Exception):
    """Base of all errors that a user can mend. Never raised itself.

    exit_code   what the command line ends with (FORMATS 5)
    """

    exit_code = 2


class RecordingError(AqsenseError):
    """A recording can't be read: file missing, column missing, ticks not rising.

    path   the file or folder; None where the data came from memory
    line   1-based line in the file, header included; None where no line is to blame
    """

    def __init__(self, message: str, *, path: str | Path | None = None, line: int | None = None):
        self.path = None if path is None else Path(path)
        self.line = line
        where = "" if path is None else f"{path} line {line}: " if line is not None else f"{path}: "
        super().__init__(where + message)


class SettingsError(AqsenseError):
    """A setting is outside its range.

    name    the setting
    value   what was given
    """

    def __init__(self, message: str, *, name: str, value: object):
        self.name = name
        self.value = value
        super().__init__(message)


class OutputError(AqsenseError):
    """Results can't be written there: the folder holds other files, or the disk refuses."""


class SensorError(AqsenseError):
    """A sensor or the radio can't do what is asked: no Bluetooth, sensor gone, held by another program.

    sensor   who, as people call it; "" where it is the radio
    """

    def __init__(self, message: str, *, sensor: str = ""):
        self.sensor = sensor
        super().__init__(f"{sensor}: {message}" if sensor else message)


class NothingToAnalyse(AqsenseError):
    """The recording was read, but nothing in it can be analysed."""

    exit_code = 1

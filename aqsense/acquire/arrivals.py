"""arrivals.csv: how packets reached the host (FORMATS 1), the input of the clock model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aqsense.acquire.header import Header, read_header, shown
from aqsense.errors import RecordingError
from aqsense.model import ARRIVAL

if TYPE_CHECKING:
    import polars as pl

COLUMNS = ("site", "tick", "arrival_s", "sequence", "n_samples")
NO_SEQUENCE = -1


def read_arrivals(path: Path, sites: Iterable[str]) -> dict[str, NDArray[Any]]:
    """ARRIVAL rows by site, in file order; {} without the file.

    Raises RecordingError for a site that the recording doesn't have and for cells that are no number.
    """
    if not path.exists():
        return {}
    header = read_header(path)
    header.require(COLUMNS)
    frame = _texts(header)
    numbers = _numbers(frame, path)
    found = frame.get_column("site").to_numpy()
    known = list(sites)
    strange = np.flatnonzero(~np.isin(found, known))
    if len(strange):
        site = shown(str(found[strange[0]]))
        text = f"site {site} is no sensor of recording.json ({', '.join(known)}). Correct it."
        raise RecordingError(text, path=path, line=int(strange[0]) + 2)
    by_site = {site: numbers[found == site] for site in known}
    return {site: rows for site, rows in by_site.items() if len(rows)}


def _texts(header: Header) -> pl.DataFrame:
    import polars as pl

    try:
        return pl.read_csv(header.path, schema=dict.fromkeys(header.names, pl.String)).fill_null("")
    except pl.exceptions.PolarsError as error:
        text = f"not a table: {shown(str(error), 160)}. Correct or remove it."
        raise RecordingError(text, path=header.path) from error


def _numbers(frame: pl.DataFrame, path: Path) -> NDArray[Any]:
    import polars as pl

    types = {"tick": pl.Int64, "arrival_s": pl.Float64, "sequence": pl.Int64, "n_samples": pl.Int32}
    rows = np.zeros(frame.height, dtype=ARRIVAL)
    for name, dtype in types.items():
        texts = frame.get_column(name)
        values = texts.cast(dtype, strict=False)
        if name == "sequence":
            values = values.zip_with(
                texts != "", pl.repeat(NO_SEQUENCE, frame.height, dtype=dtype, eager=True)
            )
        wrong = values.is_null() if dtype.is_integer() else values.is_null() | ~values.is_finite()
        if wrong.any():
            row = int(wrong.arg_max() or 0)
            expected = "a whole number" if dtype.is_integer() else "a number"
            text = f"{name} is {shown(texts[row])}; expected {expected}. Correct it."
            raise RecordingError(text, path=path, line=row + 2)
        rows[name] = values.to_numpy()
    return rows

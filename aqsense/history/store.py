"""The embedded store: one Parquet file beside the sessions, asked through DuckDB.

It is a cache. Deleting it loses nothing, a broken or older one is made anew, and it is written beside and
renamed, so that it is whole or not there. Where it can't be written, everything works without.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aqsense import __version__
from aqsense.errors import OutputError
from aqsense.history.run_rows import FLOATS, INTEGERS, TEXTS, columns_of
from aqsense.model import Columns

if TYPE_CHECKING:
    import pyarrow as pa

NAME = ".aqsense-history.parquet"
_MARK = b"aqsense_history"
_LAYOUT = f"1 {__version__}".encode()
_ABANDONED_S = 600.0
_SOURCE_COLUMNS = ("path", "what", "stamp", "reason", "session", "settings_hash", "facts", "family")


class Store:
    """The rows of one searched folder, in its file or, where that can't be, in memory."""

    def __init__(self, root: Path):
        _need_packages()
        self.path = root / NAME
        self._table: pa.Table | None = None
        self._is_whole = self._looks_whole()

    def _looks_whole(self) -> bool:
        import pyarrow as pa
        from pyarrow import parquet

        try:
            metadata: Mapping[bytes, bytes] = parquet.read_schema(self.path).metadata or {}
        except (OSError, pa.ArrowException):
            return False
        return metadata.get(_MARK) == _LAYOUT

    def sources(self) -> Columns:
        """The row of every source; none where the file turns out to be broken."""
        import duckdb

        try:
            return self._ask(f"select {', '.join(_SOURCE_COLUMNS)} from rows where run = 0", _SOURCE_COLUMNS)
        except duckdb.Error:
            self._is_whole = False
            return self.sources()

    def runs_of(self, athlete: str) -> Columns:
        """All runs of an athlete."""
        return self._ask("select * from rows where run > 0 and athlete = ?", _NAMES, athlete)

    def athletes(self) -> dict[str, int]:
        """Number of sessions by athlete."""
        question = (
            "select athlete, count(distinct session) as run from rows where run > 0 group by athlete "
            "order by athlete"
        )
        found = self._ask(question, ("athlete", "run"))
        return {str(one): int(n) for one, n in zip(found["athlete"], found["run"], strict=True)}

    def replace(self, paths: set[str], rows: Columns) -> None:
        """Take the rows of these sources out and put others in; saved where the disk allows."""
        import pyarrow as pa

        new = _arrow(rows)
        old = self._everything()
        if old is not None:
            stays = [path not in paths for path in old.column("path").to_pylist()]
            new = pa.concat_tables([old.filter(pa.array(stays, pa.bool_())), new])
        self._table = new
        self._save(new)

    def _everything(self) -> pa.Table | None:
        if self._table is not None:
            return self._table
        if not self._is_whole:
            return None
        import pyarrow as pa
        from pyarrow import parquet

        try:
            return parquet.read_table(self.path, schema=_schema())
        except (OSError, pa.ArrowException):
            self._is_whole = False
            return None

    def _save(self, table: pa.Table) -> None:
        from pyarrow import parquet

        partial = self.path.with_name(f"{NAME}.{os.getpid()}.partial")
        try:
            self._tidy()
            parquet.write_table(table, partial, compression="zstd")
            partial.replace(self.path)
        except OSError:  # a folder that is not ours, a full disk: the table in memory serves
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Remove what killed programs left."""
        for path in self.path.parent.glob(f"{NAME}.*.partial"):
            if time.time() - path.stat().st_mtime > _ABANDONED_S:
                path.unlink(missing_ok=True)

    def _ask(self, question: str, names: tuple[str, ...], *values: Any) -> Columns:
        import duckdb

        if self._table is None and not self._is_whole:
            return {name: column for name, column in columns_of([]).items() if name in names}
        with duckdb.connect() as connection:
            if self._table is not None:
                connection.register("rows", self._table)
            else:
                quoted = str(self.path).replace("'", "''")
                connection.execute(f"create view rows as from read_parquet('{quoted}')")
            found = connection.sql(question, params=list(values)).to_arrow_table()
        return {name: _plain(found.column(name), name) for name in names}


def _plain(column: pa.ChunkedArray, name: str) -> Any:
    """Arrow's column as ours. Not by its or DuckDB's own ways to numpy: these import pandas, which takes
    longer than all the rest."""
    if name in TEXTS:
        texts = np.empty(len(column), object)
        texts[:] = column.to_pylist()
        return texts
    kind = np.int64 if name in INTEGERS else np.float64
    parts = [np.empty(0, kind)]
    for chunk in column.chunks:  # 8 bytes each, and the store holds no nulls
        parts.append(np.frombuffer(chunk.buffers()[1], kind, len(chunk), 8 * chunk.offset))
    return np.concatenate(parts)


_NAMES = (*TEXTS, *INTEGERS, *FLOATS)


def _schema() -> pa.Schema:
    import pyarrow as pa

    fields: list[Any] = [(name, pa.string()) for name in TEXTS]
    fields += [(name, pa.int64()) for name in INTEGERS]
    fields += [(name, pa.float64()) for name in FLOATS]
    return pa.schema(fields, metadata={_MARK: _LAYOUT})


def _arrow(rows: Columns) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: rows[name] for name in _NAMES}, schema=_schema())


def _need_packages() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("pyarrow", "duckdb") if find_spec(name) is None]
    if missing:
        raise OutputError(
            f"history keeps its store with {' and '.join(missing)}, which this Python lacks. "
            "Install with: pip install 'aqsense[store]'"
        )

"""The law: given the same rows, any cutting into batches and any interleaving gives the same bytes.

Every stage with a memory is held to it by `assert_delivery_does_not_matter`, so that
no test can forget a way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Rows = tuple[NDArray[Any], ...]  # columns of one length
Outcome = Mapping[str, NDArray[Any]]


class Stage(Protocol):
    """A stage, or all of them, as the law sees it."""

    def push(self, source: str, rows: Rows) -> Outcome:
        """Take rows; what has become final by them (copied here at once: it must never change)."""
        ...

    def end(self, source: str) -> Outcome:
        """The source sends no more."""
        ...

    def finish(self) -> Outcome:
        """Nobody sends any more."""
        ...

    def joined(self, pieces: list[Outcome]) -> Outcome:
        """All that came out, in an order that does not depend on delivery."""
        ...


def assert_delivery_does_not_matter(
    make_stage: Callable[[], Stage],
    inputs: Mapping[str, Rows],
    *,
    seeds: range = range(4),
    by_row: bool = True,
) -> Outcome:
    """Deliver whole, row by row, and randomly cut and interleaved; demand equal bytes.

    seeds    of the random deliveries
    by_row   False where a stage would take too long for it
    returns  the outcome of the whole delivery
    """
    whole = _delivered(make_stage(), inputs, ((source, 0, _n(rows)) for source, rows in inputs.items()))
    assert any(len(column) for column in whole.values()), "nothing came out: the law would hold for nothing"
    if by_row:
        assert_equal_bytes(_delivered(make_stage(), inputs, _row_by_row(inputs)), whole, "row by row")
    for seed in seeds:
        plan = _randomly_cut(inputs, np.random.RandomState(seed))
        assert_equal_bytes(_delivered(make_stage(), inputs, plan), whole, f"cut by seed {seed}")
    return whole


def assert_equal_bytes(found: Outcome, expected: Outcome, how: str) -> None:
    assert found.keys() == expected.keys()
    for name, column in expected.items():
        assert found[name].dtype == column.dtype, f"{how}: {name}"
        n_rows = f"{how}: {name} has {len(found[name])} rows, not {len(column)}"
        assert len(found[name]) == len(column), n_rows
        if found[name].tobytes() != column.tobytes():
            differing = [i for i in range(len(column)) if found[name][i].tobytes() != column[i].tobytes()]
            raise AssertionError(f"{how}: {name} differs in {len(differing)} rows, first {differing[0]}")


def _n(rows: Rows) -> int:
    return len(rows[0])


def _delivered(stage: Stage, inputs: Mapping[str, Rows], plan: Iterator[tuple[str, int, int]]) -> Outcome:
    pieces: list[Outcome] = []
    bytes_then: list[list[bytes]] = []

    def keep(piece: Outcome) -> None:
        pieces.append(piece)
        bytes_then.append([column.tobytes() for column in piece.values()])

    sent = dict.fromkeys(inputs, 0)
    for source, start, stop in plan:
        assert start == sent[source], "the plan itself must deliver every row once"
        if stop < 0:
            keep(stage.end(source))
            continue
        keep(stage.push(source, tuple(column[start:stop] for column in inputs[source])))
        sent[source] = stop
    assert sent == {source: _n(rows) for source, rows in inputs.items()}
    keep(stage.finish())
    for piece, then in zip(pieces, bytes_then, strict=True):
        assert [column.tobytes() for column in piece.values()] == then, "what push returned has changed later"
    return stage.joined(pieces)


def _row_by_row(inputs: Mapping[str, Rows]) -> Iterator[tuple[str, int, int]]:
    """All sources side by side, as radio would bring them."""
    order = [((i + 0.5) / _n(rows), source, i) for source, rows in inputs.items() for i in range(_n(rows))]
    for _, source, i in sorted(order):
        yield source, i, i + 1


def _randomly_cut(
    inputs: Mapping[str, Rows], random: np.random.RandomState
) -> Iterator[tuple[str, int, int]]:
    """Batches of 0 to many rows; sources overtake each other; some say that they end, some do not."""
    at = dict.fromkeys(inputs, 0)
    longest = {source: int(random.choice([3, 40, 400])) for source in inputs}
    while at:
        source = list(at)[random.randint(len(at))]
        stop = min(at[source] + random.randint(longest[source] + 1), _n(inputs[source]))
        yield source, at[source], stop
        at[source] = stop
        if stop == _n(inputs[source]):
            del at[source]
            if random.randint(2):
                yield source, stop, -1

"""Work on the next few of many things while the present one is used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")

THREADS = 2  # polars shares each piece among the cores anyway; two keep them busy between pieces


def worked_ahead(
    work: Callable[[Item], Done], items: Iterable[Item]
) -> Generator[tuple[Item, Done], None, None]:
    """Every item and what `work` makes of it, in order; up to THREADS items ahead are worked on in threads.

    items   taken in the caller's thread, so they may come from a file

    What `work` raises is raised here, when it is that item's turn. Close the generator to end its threads.
    """
    waiting: deque[tuple[Item, Future[Done]]] = deque()
    with ThreadPoolExecutor(THREADS) as threads:
        try:
            for item in items:
                waiting.append((item, threads.submit(work, item)))
                if len(waiting) > THREADS:
                    yield _first(waiting)
            while waiting:
                yield _first(waiting)
        finally:
            for _, future in waiting:
                future.cancel()


def _first(waiting: deque[tuple[Item, Future[Done]]]) -> tuple[Item, Done]:
    item, future = waiting.popleft()
    return item, future.result()

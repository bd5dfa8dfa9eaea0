"""Work that several threads share, ending together at the first failure."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import TypeVar

T = TypeVar("T")


def in_parallel(work: Callable[[T, Event], None], items: Iterable[T], workers: int) -> None:
    """Call `work(item, halt)` for every item, in `workers` threads.

    Items are drawn one by one: a million of them cost no more than a few. The first failure, or
    Ctrl-C, sets `halt`, which long work looks at, and is raised when all threads have ended.
    """
    halt = Event()
    supply = _Shared(items)

    def run() -> None:
        try:
            for item in supply:
                if halt.is_set():
                    return
                work(item, halt)
        except BaseException:
            halt.set()
            raise

    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(run) for _ in range(workers)]
        try:
            for thread in running:
                thread.result()
        except BaseException:
            halt.set()
            raise


class _Shared(Iterator[T]):
    """An iterator that threads may draw from."""

    def __init__(self, items: Iterable[T]):
        self._items = iter(items)
        self._lock = Lock()

    def __next__(self) -> T:
        with self._lock:
            return next(self._items)

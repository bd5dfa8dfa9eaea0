import threading
import time

import pytest

from vitpose_plus.storage.parallel import in_parallel


def test_every_item_is_worked_on_once():
    done = []
    in_parallel(lambda item, halt: done.append(item), range(1000), 8)
    assert sorted(done) == list(range(1000))


def test_items_are_drawn_as_they_are_needed():
    drawn, done = [], threading.Semaphore(0)

    def items():
        for item in range(100):
            assert len(drawn) - done._value <= 4
            drawn.append(item)
            yield item

    in_parallel(lambda item, halt: done.release(), items(), 4)
    assert len(drawn) == 100


def test_the_first_failure_stops_the_others():
    done = []

    def work(item, halt):
        if item == 5:
            raise OSError("the sixth")
        done.append(item)
        halt.wait(0.01)

    with pytest.raises(OSError, match="the sixth"):
        in_parallel(work, range(10_000), 4)
    assert len(done) < 100


def test_long_work_hears_of_a_failure():
    def work(item, halt):
        if item == 0:
            raise ValueError
        assert halt.wait(10)

    started = time.monotonic()
    with pytest.raises(ValueError):
        in_parallel(work, range(2), 2)
    assert time.monotonic() - started < 5

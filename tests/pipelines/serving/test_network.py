import gc
import multiprocessing
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from pipelines.serving.network import Network
from pipelines.serving.rows import Row
from vitpose_plus import estimate

BOX = np.array([[5.0, 5.0, 60.0, 80.0]])


@pytest.fixture
def model(make_model):
    return make_model("coco", "mpii").eval()


@pytest.fixture
def rows():
    noise = np.random.default_rng(0).integers(0, 255, (8, 120, 100, 3), np.uint8)
    return [Row(picture, BOX + i) for i, picture in enumerate(noise)]


def test_what_waits_goes_through_the_network_together(model, rows):
    sizes, begun, free = [], Event(), Event()

    def watch(_, inputs):
        sizes.append(len(inputs[0]))
        begun.set()
        free.wait(30)

    model.backbone.register_forward_pre_hook(watch)
    network = Network(model)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(network.estimate, rows[:1], "coco", False)
        assert begun.wait(30)
        others = [threads.submit(network.estimate, [row], "coco", False) for row in rows[1:]]
        while network._jobs.qsize() < len(others):
            pass
        free.set()
        found = [one.result()[0] for one in (first, *others)]
    assert sizes == [1, 7]
    wanted = estimate(model, [r.picture for r in rows], [r.boxes for r in rows], "coco", flip=False)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)
        np.testing.assert_array_equal(one.boxes, other.boxes)


def test_tasks_and_mirroring_are_kept_apart(model, rows):
    network = Network(model)
    kinds = [("coco", True), ("mpii", True), ("coco", False), ("mpii", False)] * 4
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda kind: network.estimate(rows[:2], *kind), kinds))
    for (task, flip), poses in zip(kinds, found, strict=True):
        pictures, boxes = [r.picture for r in rows[:2]], [r.boxes for r in rows[:2]]
        wanted = estimate(model, pictures, boxes, task, flip=flip)
        for one, other in zip(poses, wanted, strict=True):
            np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)


def test_a_failure_reaches_who_asked_and_the_next_is_served(model, rows):
    network = Network(model)
    with pytest.raises(KeyError, match="cats"):
        network.estimate(rows, "cats", True)
    assert len(network.estimate(rows, "coco", True)) == 8
    assert network.estimate([], "coco", True) == []


def own_threads():
    return {thread for thread in threading.enumerate() if thread.name == "network"}


def test_a_model_that_nobody_needs_goes_with_its_thread(make_model, rows):
    before = own_threads()
    model = make_model("coco").eval()
    network = Network(model)
    assert own_threads() <= before  # None waits for a question that may never come.
    assert len(network.estimate(rows, "coco", True)) == 8
    (thread,) = own_threads() - before
    weights = weakref.ref(model)
    del network, model
    gc.collect()
    thread.join(30)
    assert not thread.is_alive()
    gc.collect()
    assert weights() is None


def test_pictures_go_when_they_are_answered(model, rows):
    network = Network(model)
    network.estimate(list(rows), "coco", True)
    row = weakref.ref(rows[0])
    rows.clear()
    end = time.monotonic() + 10
    while row() is not None and time.monotonic() < end:
        time.sleep(0.01)
    assert row() is None


def test_a_forked_process_starts_its_own_thread(model, rows):
    network = Network(model)
    wanted = network.estimate(rows, "coco", False)
    answers = multiprocessing.get_context("fork").SimpleQueue()
    child = multiprocessing.get_context("fork").Process(
        target=lambda: answers.put(network.estimate(rows, "coco", False)[0].scores)
    )
    child.start()
    child.join(30)
    child.kill()
    assert child.exitcode == 0
    np.testing.assert_allclose(answers.get(), wanted[0].scores, atol=1e-5)

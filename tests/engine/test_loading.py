import cv2

from vitpose_plus.engine.loading import _settle


def test_a_worker_leaves_the_other_cores_alone():
    threads = cv2.getNumThreads()
    try:
        _settle(0)
        assert cv2.getNumThreads() == 1
    finally:
        cv2.setNumThreads(threads)

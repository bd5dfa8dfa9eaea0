import cv2

from vitpose_plus.engine.loading import _use_one_thread


def test_a_worker_leaves_the_other_cores_alone():
    threads = cv2.getNumThreads()
    try:
        _use_one_thread()
        assert cv2.getNumThreads() == 1
    finally:
        cv2.setNumThreads(threads)

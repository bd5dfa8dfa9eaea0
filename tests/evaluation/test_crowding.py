import numpy as np
import pytest

from vitpose_plus.evaluation.crowding import box_overlaps, crowding


def test_overlaps_equal_a_count_of_pixels():
    rng = np.random.default_rng(0)
    boxes = rng.integers(0, 20, (12, 4)).astype(float)
    grid = np.zeros((12, 40, 40), bool)
    for i, (x, y, w, h) in enumerate(boxes.astype(int)):
        grid[i, y : y + h, x : x + w] = True
    for i in range(12):
        for j in range(12):
            union = (grid[i] | grid[j]).sum()
            expected = (grid[i] & grid[j]).sum() / union if union else 0
            assert box_overlaps(boxes)[i, j] == pytest.approx(expected)


def test_neighbours_are_counted_in_their_own_picture_without_crowds(table_of):
    box = (0.0, 0.0, 10.0, 10.0)
    truth = table_of(
        np.zeros((5, 3, 2)),
        image_id=["a", "a", "a", "b", "a"],
        bbox=[box, (5.0, 0.0, 10.0, 10.0), (100.0, 0.0, 1.0, 1.0), box, (0.0, 0.0, 200.0, 200.0)],
        is_crowd=[False] * 4 + [True],
    )
    count, overlap = crowding(truth.take([3, 2, 1, 0]), truth)
    assert count.tolist() == [0, 0, 1, 1]
    assert overlap == pytest.approx([0, 0, 1 / 3, 1 / 3])


def test_people_without_labels_crowd_too(table_of):
    visibility = np.array([[2, 2], [0, 0]])
    truth = table_of(np.zeros((2, 2, 2)), visibility, image_id=["a", "a"])
    count, overlap = crowding(truth.take(np.flatnonzero(truth.trainable)), truth)
    assert (count.tolist(), overlap.tolist()) == ([1], [1.0])

import numpy as np
import pytest

from vitpose_plus.evaluation.breakdown import break_down, by_keypoint
from vitpose_plus.evaluation.keypoint_figures import KeypointFigures, measure_keypoints
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.skeletons import SKELETONS

COCO = SKELETONS["coco"]


def figures_of(values):
    values = np.asarray(values, float)
    return KeypointFigures("OKS", "roots", values, 10 * values)


def found(parts, title):
    """The bins of the one breakdown whose title begins so."""
    (part,) = [part for part in parts if part.title.startswith(title)]
    return [(b.name, b.instances, b.keypoints, pytest.approx(b.figure)) for b in part.bins]


@pytest.fixture
def broken_down(table_of):
    """Break down five instances of four keypoints."""
    table = table_of(
        np.zeros((5, 4, 2)),
        [[2, 2, 2, 2], [2, 2, 2, 1], [2, 1, 1, 1], [2, 0, 0, 0], [2, 1, 0, 0]],
        image_id=list("aabcd"),
        area=[31.0**2, 32.0**2, 100.0**2, 1000.0**2, 1000.0**2],
        category=["dog", "cat", "dog", "cat", "cat"],
        crowd_index=[0.1, 0.1, 0.5, 0.9, None],
    )
    value = np.array([[1.0], [0.8], [0.6], [0.4], [0.2]]) * np.ones((5, 4))
    value[table.visibility == 0] = np.nan
    return break_down(table, table, figures_of(value))


def test_sizes_begin_new_bins_at_cocos_bounds(broken_down):
    assert found(broken_down, "Size") == [
        ("under 32", 1, 4, 1.0),
        ("32 to 64", 1, 4, 0.8),
        ("96 to 128", 1, 4, 0.6),
        ("384 or more", 2, 3, 0.3),
    ]


def test_hidden_keypoints_are_told_from_visible_ones(broken_down):
    assert found(broken_down, "Keypoints") == [
        ("visible", 5, 10, (4 * 1 + 3 * 0.8 + 0.6 + 0.4 + 0.2) / 10),
        ("hidden", 3, 5, (0.8 + 3 * 0.6 + 0.2) / 5),
    ]


def test_instances_are_binned_by_their_hidden_share(broken_down):
    assert found(broken_down, "Occlusion") == [
        ("none", 2, 5, 0.7),
        ("up to 25%", 1, 4, 0.8),
        ("25% to 50%", 1, 2, 0.2),
        ("more than 50%", 1, 4, 0.6),
    ]


def test_neighbours_and_overlap_are_counted(broken_down):
    assert found(broken_down, "Crowding: boxes") == [("0", 3, 7, 0.4), ("1", 2, 8, 0.9)]
    assert found(broken_down, "Crowding: largest") == [
        ("none", 3, 7, 0.4),
        ("0.75 or more", 2, 8, 0.9),
    ]


def test_pictures_without_a_crowd_index_are_in_no_bin(broken_down):
    assert found(broken_down, "Crowding: the picture") == [
        ("easy: under 0.2", 2, 8, 0.9),
        ("medium: 0.2 to 0.8", 1, 4, 0.6),
        ("hard: 0.8 or more", 1, 1, 0.4),
    ]


def test_labels_and_categories_are_told_apart(broken_down):
    labelled = [("1", 1, 1, 0.4), ("2", 1, 2, 0.2), ("4", 3, 12, 0.8)]
    assert found(broken_down, "Labelled") == labelled
    assert found(broken_down, "Category") == [("cat", 3, 7, 1.4 / 3), ("dog", 2, 8, 0.8)]


def test_a_property_that_all_share_is_not_shown(broken_down):
    assert not [part for part in broken_down if part.title == "Hand"]


@pytest.mark.parametrize("metrics", [("oks",), ("pckh",), ("pck",)])
def test_no_measured_instance_is_lost(table_of, metrics):
    rng = np.random.default_rng(0)
    table = table_of(
        rng.uniform(0, 99, (60, 17, 2)),
        rng.integers(0, 3, (60, 17)),
        area=(10 ** rng.uniform(1, 6, 60)).tolist(),
        head_size=rng.uniform(5, 50, 60).tolist(),
        image_id=[f"{i // 4}" for i in range(60)],
    )
    poses = Predictions(table, table.keypoints + np.float32(5), np.ones((60, 17)), np.ones(60))
    figures = measure_keypoints(poses, COCO, metrics)
    measured = np.isfinite(figures.of_instances)
    for part in break_down(table, table, figures):
        if part.title.startswith("Keypoints"):
            assert sum(b.keypoints for b in part.bins) == np.isfinite(figures.value).sum()
        else:
            assert sum(b.instances for b in part.bins) == measured.sum()
            total = sum(b.instances * b.figure for b in part.bins)
            assert total == pytest.approx(figures.of_instances[measured].sum())


def test_keypoints_are_pooled_by_group():
    figures = figures_of([[0.2, 0.4, np.nan], [0.6, np.nan, np.nan]])
    first, second, third = by_keypoint(figures, [("a", [0]), ("b", [0, 1]), ("c", [2])])
    assert (first.keypoints, first.figure, first.distance) == (2, pytest.approx(0.4), 4.0)
    assert (second.keypoints, second.figure, second.distance) == (3, pytest.approx(0.4), 4.0)
    assert third.keypoints == 0
    assert np.isnan([third.figure, third.distance]).all()

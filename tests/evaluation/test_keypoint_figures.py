import numpy as np
import pytest

from vitpose_plus.datasets.source import MEASURES_KEYPOINTS
from vitpose_plus.evaluation.keypoint_figures import keypoint_similarity, measure_keypoints
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.score import instance_figures
from vitpose_plus.skeletons import SKELETONS

MPII = SKELETONS["mpii"]


@pytest.fixture
def predictions(table_of):
    rng = np.random.default_rng(1)
    visibility = rng.integers(0, 3, (8, len(MPII)))
    visibility[6] = 0
    table = table_of(
        rng.uniform(0, 100, (8, len(MPII), 2)), visibility, head_size=[20.0] * 7 + [None]
    )
    keypoints = table.keypoints + rng.normal(0, 6, table.keypoints.shape).astype(np.float32)
    return Predictions(table, keypoints, np.ones(keypoints.shape[:2]), np.ones(8))


@pytest.mark.parametrize("metric", MEASURES_KEYPOINTS)
def test_their_mean_is_the_instances_figure(predictions, metric):
    found = measure_keypoints(predictions, MPII, (metric,)).of_instances
    expected = instance_figures(predictions, MPII, (metric,))
    assert np.isfinite(expected).any()
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("metric", MEASURES_KEYPOINTS)
def test_what_is_not_labelled_has_neither_figure_nor_distance(predictions, metric):
    figures = measure_keypoints(predictions, MPII, (metric,))
    hidden = predictions.rows.visibility == 0
    assert np.isnan(figures.value[hidden]).all()
    assert (np.isnan(figures.value) == np.isnan(figures.distance)).all()


def test_similarity_falls_off_as_coco_has_it():
    sigma, area, distance = 0.05, 900.0, 4.0
    found = keypoint_similarity(
        np.array([[distance, 0.0]]), np.zeros((1, 2)), np.array(area), np.array([sigma])
    )
    assert found == pytest.approx(np.exp(-(distance**2) / (8 * area * sigma**2)))


def test_distances_are_in_roots_of_the_area(predictions):
    figures = measure_keypoints(predictions, MPII, ("oks",))
    rows = predictions.rows
    pixels = np.hypot(*(predictions.keypoints - rows.keypoints).astype(float).transpose(2, 0, 1))
    labelled = rows.visibility > 0
    assert figures.distance[labelled] == pytest.approx(pixels[labelled] / np.sqrt(5000))

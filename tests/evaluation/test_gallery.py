import numpy as np
import pytest
from PIL import Image

from vitpose_plus.evaluation.gallery import (
    OverviewRow,
    best_and_worst,
    draw_gallery,
    draw_overview,
)
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.tiles import TILE
from vitpose_plus.skeletons import SKELETONS


def test_best_come_highest_first_and_worst_lowest_first():
    rank = np.array([0.3, 0.9, np.nan, 0.1, 0.8, 0.2])
    best, worst = best_and_worst(rank, np.ones(6), 2)
    assert best.tolist() == [1, 4]
    assert worst.tolist() == [3, 5]


def test_of_equal_figures_the_fuller_instance_is_shown():
    best, worst = best_and_worst(np.array([1, 1, 1, 0, 0, 0]), np.array([3, 9, 5, 4, 2, 8]), 1)
    assert best.tolist() == [1]
    assert worst.tolist() == [5]


def test_no_instance_is_among_the_best_and_the_worst():
    best, worst = best_and_worst(np.linspace(0, 1, 5), np.ones(5), 8)
    assert sorted([*best, *worst]) == list(range(5))


def test_a_ranking_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="nan"):
        best_and_worst(np.array([np.nan]), np.ones(1), 1)


@pytest.fixture(params=["coco", "coco_wholebody"])
def pictures(request, table_of, tmp_path):
    """Three grey pictures with a person each, their skeleton, predictions and folder."""
    skeleton, rng = SKELETONS[request.param], np.random.default_rng(2)
    for i in range(3):
        Image.new("RGB", (640, 480), (120, 120, 120)).save(tmp_path / f"{i}.png")
    table = table_of(rng.uniform(0, 100, (3, len(skeleton), 2)), instance_id=["x" * 40, "b", "c"])
    scores = np.ones(table.visibility.shape)
    predictions = Predictions(table, table.keypoints + np.float32(4), scores, np.ones(3))
    return skeleton, predictions, tmp_path


def coloured_share(path):
    """How much of a sheet is saturated colour."""
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    return (np.ptp(pixels, axis=2) > 90).mean()


def test_a_gallery_shows_best_and_worst_below_one_another(pictures):
    skeleton, predictions, folder = pictures
    path = folder / "out" / "gallery.png"
    draw_gallery(predictions, skeleton, folder, path, rank=np.array([0.2, 0.9, 0.5]), count=1)
    width, height = Image.open(path).size
    assert TILE[0] < width < 2 * TILE[0]
    assert 2 * TILE[1] < height < 3 * TILE[1]
    assert coloured_share(path) > 0.02


def test_an_overview_shows_each_picture_of_the_better_half_once(pictures):
    skeleton, predictions, folder = pictures
    path = folder / "out" / "overview.jpg"
    row = OverviewRow("task", predictions, skeleton, folder, np.array([0.2, 0.9, 0.5]))
    draw_overview([row, row], path, columns=4)
    width, height = Image.open(path).size
    assert 2 * TILE[0] < width < 3 * TILE[0]  # Two of three are the better half.
    assert 2 * TILE[1] < height < 3 * TILE[1]
    assert coloured_share(path) > 0.02

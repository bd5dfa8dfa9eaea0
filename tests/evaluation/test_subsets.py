import math

import numpy as np
import pytest

from vitpose_plus.evaluation.oks import evaluate_oks
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.subsets import (
    Part,
    by_family,
    by_species,
    evaluate_parts,
    mean_of_parts,
)
from vitpose_plus.skeletons import SKELETONS

AP10K = SKELETONS["ap10k"]
SPECIES = ("dog", "wolf", "cow")


@pytest.fixture
def split(table_of):
    """60 animals of three species on 25 pictures; a pose for each but every seventh."""
    rng = np.random.default_rng(3)
    keypoints = rng.uniform(1, 99, (60, len(AP10K), 2))
    columns = {
        "image_id": [str(p) for p in rng.integers(0, 25, 60)],
        "category": [SPECIES[i] for i in rng.integers(0, 3, 60)],
        "is_crowd": [bool(c) for c in rng.random(60) < 0.1],
    }
    truth = table_of(keypoints, **columns)
    rows = truth.take(np.flatnonzero(np.arange(60) % 7 > 0)[::-1])
    noise = rng.normal(0, 1, rows.keypoints.shape) * rng.choice([0, 2, 6], (len(rows), 1, 1))
    scores = rng.uniform(0.3, 1, rows.visibility.shape)
    return truth, Predictions(rows, rows.keypoints + noise, scores, np.ones(len(rows)))


def test_a_predicted_species_is_a_category_of_its_own(split):
    truth, predictions = split
    parts = evaluate_parts(predictions, AP10K, by_species(truth), truth)
    assert [part.name for part in parts] == sorted(SPECIES)
    for part in parts:
        members = np.flatnonzero(truth.column("category") == part.name)
        own = np.flatnonzero(predictions.rows.column("category") == part.name)
        rows = truth.take(members)
        expected = evaluate_oks(predictions.take(own), AP10K, rows, backend="pycocotools")
        assert part.figures == pytest.approx(expected, abs=1e-9, nan_ok=True)
        assert part.instances == rows.trainable.sum()
        assert 0.1 < part.figures["AP"] < 0.9


def test_results_are_judged_in_the_pictures_of_the_part(split, table_of):
    """There, whoever finds an animal of another kind neither gains nor loses."""
    points = np.random.default_rng(0).uniform(1, 99, (3, len(AP10K), 2))
    truth = table_of(points, image_id=["a", "a", "b"], category=["dog", "cow", "cow"])
    shifted = truth.keypoints + np.array([0, 0, 300])[:, None, None]
    found = Predictions(truth, shifted, np.ones((3, len(AP10K))), np.array([0.5, 0.8, 0.9]))
    cow, dog = evaluate_parts(found.results(), AP10K, by_species(truth), truth)
    assert dog.figures["AP"] == pytest.approx(1.0)
    assert cow.figures["AR"] == pytest.approx(0.5)
    assert (cow.instances, dog.instances) == (2, 1)


def test_a_row_without_a_label_is_in_no_part(split):
    truth, predictions = split
    labels = by_species(truth).copy()
    labels[labels == "cow"] = None
    parts = evaluate_parts(predictions, AP10K, labels, truth)
    assert [part.name for part in parts] == ["dog", "wolf"]


def test_families_gather_species(split):
    truth, predictions = split
    labels = by_family(truth)
    assert (labels[by_species(truth) == "wolf"] == "Canidae").all()
    parts = evaluate_parts(predictions, AP10K, labels, truth)
    assert [part.name for part in parts] == ["Bovidae", "Canidae"]
    assert sum(part.instances for part in parts) == truth.trainable.sum()


def test_the_mean_is_over_the_parts_that_have_the_figure():
    parts = [
        Part("a", 2, {"AP": 0.5, "AP_L": math.nan, "AP_M": math.nan}),
        Part("b", 1, {"AP": 0.7, "AP_L": 0.3, "AP_M": math.nan}),
    ]
    mean = mean_of_parts(parts)
    assert (mean["AP"], mean["AP_L"]) == pytest.approx((0.6, 0.3))
    assert math.isnan(mean["AP_M"])

import json

import numpy as np
import pytest
from scipy.io import loadmat

from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.submission import write_aic_submission, write_mpii_submission

HEX = "d8eeddddcc042544a2570d4c452778b912726720"


def test_ai_challengers_people_are_numbered_in_their_picture(tmp_path):
    keypoints = np.arange(3 * 14 * 2).reshape(3, 14, 2) + 0.4
    arrays = keypoints, np.ones((3, 14)), np.ones(3)
    write_aic_submission(tmp_path / "a" / "aic.json", Results(np.array([HEX, "0b", HEX]), *arrays))
    records = json.loads((tmp_path / "a" / "aic.json").read_text())
    assert [record["image_id"] for record in records] == ["0b", HEX]
    people = records[1]["keypoint_annotations"]
    assert list(people) == ["human1", "human2"]
    assert len(people["human2"]) == 42
    assert people["human2"][:6] == [56, 57, 1, 58, 59, 1]


def test_mpiis_pixels_are_counted_from_1(tmp_path, table_of):
    table = table_of(np.random.default_rng(0).uniform(0, 500, (4, 16, 2)))
    path = tmp_path / "preds.mat"
    write_mpii_submission(path, Predictions(table, table.keypoints, np.ones((4, 16)), np.ones(4)))
    found = loadmat(path)["preds"]
    assert found.shape == (4, 16, 2)
    assert found[2, 5] == pytest.approx(table.keypoints[2, 5] + 1)
    assert list(tmp_path.iterdir()) == [path]

import numpy as np
import pytest

from vitpose_plus.inference.estimate import estimate
from vitpose_plus.prediction.boxes import Boxes, WholePictures
from vitpose_plus.prediction.boxes_file import FileBoxes
from vitpose_plus.prediction.pose_finder import PoseFinder


def file_boxes(detected, **boxes):
    own = {
        f"{name}.jpg": Boxes(np.array(each, float), np.linspace(0.9, 0.5, len(each)))
        for name, each in boxes.items()
    }
    return FileBoxes(own, detected=detected, other_categories=0)


def test_poses_are_those_of_estimate_in_each_pictures_boxes(make_small, picture):
    model, pictures = make_small(), [picture("a.jpg"), picture("b.jpg", (40, 30))]
    boxes = file_boxes(False, a=[[5, 5, 30, 40], [20, 10, 50, 40]])
    found = PoseFinder(model, boxes, flip=False).find(pictures)
    (wanted,) = estimate(model, [pictures[0].pixels], [boxes.find(pictures)[0].boxes], flip=False)
    assert [len(each) for each in found] == [2, 0]
    np.testing.assert_allclose(found[0].keypoints, wanted.keypoints, atol=1e-3)
    assert list(found[0].image_id) == ["a.jpg", "a.jpg"]
    for i, box_score in enumerate((0.9, 0.5)):
        sure = [float(score) for score in wanted.scores[i] if score > 0.2]
        mean = sum(sure) / len(sure) if sure else 0.0
        assert found[0].score[i] == pytest.approx(mean * box_score, rel=1e-4)


def test_without_boxes_the_whole_picture_counts(make_small, picture):
    model, one = make_small(), picture(size=(40, 30))
    (found,) = PoseFinder(model, WholePictures()).find([one])
    (wanted,) = estimate(model, [one.pixels], [[[0, 0, 30, 40]]])
    np.testing.assert_allclose(found.keypoints, wanted.keypoints, atol=1e-3)
    np.testing.assert_array_equal(found.boxes, [[0, 0, 30, 40]])


@pytest.mark.parametrize("detected", [True, False])
def test_only_a_detectors_second_box_of_one_person_is_dropped(detected, make_small, picture):
    twice = [[5, 5, 30, 40], [5, 5, 30, 40], [45, 5, 30, 40]]
    finder = PoseFinder(make_small(), file_boxes(detected, a=twice))
    (found,) = finder.find([picture("a.jpg")])
    assert found.boxes[:, 0].tolist() == ([5, 45] if detected else [5, 5, 45])

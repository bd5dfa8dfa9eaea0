import numpy as np
import pytest
import torch

from vitpose_plus.errors import CheckpointError, ConfigurationError
from vitpose_plus.prediction.detector import PICTURES_AT_ONCE, Detector, boxes_of_corners


def test_corners_become_boxes_that_lie_in_the_picture():
    corners = np.array([[10.0, 20, 30, 60], [-5, -5, 200, 10], [90, 0, 120, 50], [120, 0, 130, 9]])
    found = boxes_of_corners(corners, np.arange(4.0), (50, 100))
    np.testing.assert_array_equal(found.boxes, [[10, 20, 20, 30], [0, 0, 100, 10], [90, 0, 10, 50]])
    np.testing.assert_array_equal(found.scores, [0, 1, 2])


def test_boxes_are_what_the_network_says_of_the_label_wanted(detector, picture):
    """The network's answer, converted by hand: centres and sizes in shares of the picture."""
    from transformers import AutoImageProcessor, AutoModelForObjectDetection

    pictures = [picture("1.jpg", (60, 80)), picture("2.jpg", (90, 40))]
    found = Detector(detector, ["person"], min_score=0.0).find(pictures)
    network = AutoModelForObjectDetection.from_pretrained(detector).eval()
    processor = AutoImageProcessor.from_pretrained(detector)
    for one, own in zip(pictures, found, strict=True):
        with torch.no_grad():
            answer = network(**processor(images=[one.pixels], return_tensors="pt"))
        high, wide = one.pixels.shape[:2]
        sides = np.array([[wide], [high], [wide], [high]])
        scores = answer.logits[0].sigmoid().numpy()  # [queries, labels]
        x, y, width, height = answer.pred_boxes[0].double().numpy().T * sides
        corners = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], 1)
        corners = corners.clip(0, [wide, high, wide, high])
        # Its answers are the surest of all queries and labels, as many as there are queries.
        surest = np.argsort(-scores.ravel(), kind="stable")[: len(scores)]
        persons = [index // 3 for index in surest if index % 3 == 1]
        wanted = corners[persons]
        wanted[:, 2:] -= wanted[:, :2]
        assert len(persons) > 0
        np.testing.assert_allclose(own.boxes, wanted, atol=1e-3)
        np.testing.assert_allclose(own.scores, scores[persons, 1], atol=1e-6)


def test_a_box_below_the_least_score_is_left_out(detector, picture):
    pictures = [picture()]
    (every,) = Detector(detector, ["person", "cat", "dog"], min_score=0.0).find(pictures)
    middle = float(np.median(every.scores))
    (some,) = Detector(detector, ["person", "cat", "dog"], min_score=middle).find(pictures)
    assert 0 < len(some) < len(every)
    assert (some.scores > middle).all()


def test_many_pictures_give_what_each_gives_alone(detector, picture):
    pictures = [picture(f"{i}.jpg", (40 + i, 50)) for i in range(PICTURES_AT_ONCE + 1)]
    finder = Detector(detector, ["person"], min_score=0.0)
    together = finder.find(pictures)
    assert len(together) == len(pictures)
    (alone,) = finder.find(pictures[-1:])
    np.testing.assert_allclose(together[-1].boxes, alone.boxes, atol=1e-2)


def test_a_label_that_the_detector_does_not_know_is_an_error_that_lists_its_own(detector):
    with pytest.raises(ConfigurationError, match=r"finds no hand, but cat, person, dog"):
        Detector(detector, ["hand"])


def test_a_folder_without_a_detector_is_an_error(tmp_path):
    with pytest.raises(CheckpointError, match=r"is no detector.*model\.safetensors"):
        Detector(tmp_path, ["person"])


def test_broken_weights_are_an_error(detector, tmp_path):
    for name in ("config.json", "preprocessor_config.json"):
        (tmp_path / name).write_bytes((detector / name).read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(CheckpointError, match="is no detector"):
        Detector(tmp_path, ["person"])


def test_weights_in_a_pickle_are_not_read(detector, tmp_path):
    from safetensors.torch import load_file

    for name in ("config.json", "preprocessor_config.json"):
        (tmp_path / name).write_bytes((detector / name).read_bytes())
    torch.save(load_file(detector / "model.safetensors"), tmp_path / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="is no detector"):
        Detector(tmp_path, ["person"])

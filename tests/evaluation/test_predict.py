import numpy as np
import pytest

from vitpose_plus.datasets.crops import InstanceCrops, collate_crops
from vitpose_plus.errors import CheckpointError
from vitpose_plus.evaluation.detected_split import pictures_of
from vitpose_plus.evaluation.detections import Detections
from vitpose_plus.evaluation.predict import PoseCollector, predict, predict_detections
from vitpose_plus.inference.infer import infer


@pytest.fixture
def splits(make_split):
    return [make_split("coco"), make_split("mpii", count=5)]


def test_what_collectors_saw_apart_they_have_together(make_model, splits):
    model = make_model("coco", "mpii").eval()
    crops = InstanceCrops(splits, model.config.input_size)
    one, other = PoseCollector(splits), PoseCollector(splits)
    # The second half begins where the first is not done, as where instances are shared out.
    for collector, rows in ((one, range(7)), (other, range(5, 11))):
        batch = collate_crops([crops[0, index] for index in rows])
        collector.add(batch, *infer(model, batch.picture, batch.task, flip=False))
    assert [rows.tolist() for rows, _, _ in other.seen()] == [[5], [0, 1, 2, 3, 4]]
    with pytest.raises(ValueError, match="4 rows were not predicted"):
        one.predictions()
    one.join(other.seen())
    whole = predict(model, splits, flip=False, workers=0, progress=False)
    for found, expected in zip(one.predictions(), whole, strict=True):
        # In batches of another size float32 rounds otherwise, which decoding enlarges.
        np.testing.assert_allclose(found.keypoints, expected.keypoints, atol=1e-2)
        np.testing.assert_allclose(found.scores, expected.scores, atol=1e-6)


def test_boxes_of_a_detector_that_are_the_annotated_ones_give_the_same_poses(make_model, splits):
    model = make_model("coco", "mpii").eval()
    split = splits[0]
    rows = split.trainable()
    scores = np.linspace(0.1, 1, len(rows))
    detections = Detections(rows.column("image_id"), rows.bbox, scores)
    options = {"flip": False, "workers": 0, "progress": False}
    found = predict_detections(model, split, detections, pictures_of(rows), **options)
    (expected,) = predict(model, [split], **options)
    assert found.image_id.tolist() == rows.column("image_id").tolist()
    assert (found.boxes == rows.bbox).all()
    np.testing.assert_allclose(found.keypoints, expected.keypoints, atol=1e-4)
    np.testing.assert_allclose(found.score, expected.instance_scores * scores, rtol=1e-5)


def test_a_detector_that_finds_nobody_gives_no_results(make_model, splits):
    model = make_model("coco", "mpii").eval()
    nobody = Detections(np.zeros(0, object), np.zeros((0, 4)), np.zeros(0))
    found = predict_detections(model, splits[0], nobody, {}, progress=False)
    assert found.keypoints.shape == (0, 17, 2)


def test_a_task_that_the_model_does_not_serve_is_told(make_model, splits):
    nobody = Detections(np.zeros(0, object), np.zeros((0, 4)), np.zeros(0))
    with pytest.raises(CheckpointError, match="serves mpii, not coco"):
        predict_detections(make_model("mpii").eval(), splits[0], nobody, {})

import numpy as np
import pytest

from vitpose_plus.datasets.crops import InstanceCrops, collate_crops
from vitpose_plus.evaluation.predict import PoseCollector, predict
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
        np.testing.assert_allclose(found.keypoints, expected.keypoints, atol=1e-3)
        np.testing.assert_allclose(found.scores, expected.scores, atol=1e-6)

import numpy as np
import pytest

from vitpose_plus import estimate
from vitpose_plus.evaluation.predict import predict
from vitpose_plus.geometry import read_picture


def test_estimate_and_predict_agree(make_model, make_split):
    model, split = make_model("coco", "mpii").eval(), make_split("mpii")
    expected = predict(model, [split], workers=0, progress=False)[0]
    pictures = [split.images / name for name in split.table.column("file_name")]
    poses = estimate(model, pictures, split.table.bbox[:, None], "mpii", batch_size=4)
    np.testing.assert_allclose(
        np.concatenate([p.keypoints for p in poses]), expected.keypoints, atol=1e-2
    )
    np.testing.assert_allclose(
        np.concatenate([p.scores for p in poses]), expected.scores, atol=1e-5
    )


def test_pictures_may_hold_any_number_of_boxes(make_model, make_split):
    model, split = make_model("coco").eval(), make_split("coco")
    picture = read_picture(split.images / "0.jpg")
    poses = estimate(model, [picture] * 3, [[[5, 5, 40, 60]] * 2, [], [[9, 9, 20, 20]]], "coco")
    assert [p.keypoints.shape for p in poses] == [(2, 17, 2), (0, 17, 2), (1, 17, 2)]
    assert estimate(model, [], [], "coco") == []


def test_the_mirrored_picture_gives_the_mirrored_pose(make_model, make_split):
    model, split = make_model("coco").eval(), make_split("coco")
    picture = read_picture(split.images / "1.jpg")
    box = np.array([[20.0, 20.0, 60.0, 80.0]])
    mirrored_box = np.array([[picture.shape[1] - 1 - 80.0, 20.0, 60.0, 80.0]])
    pose, mirrored = estimate(
        model, [picture, picture[:, ::-1].copy()], [box, mirrored_box], "coco"
    )
    expected = pose.keypoints[0, split.skeleton.flip_index()] * (-1, 1) + (picture.shape[1] - 1, 0)
    # A random model's heatmaps have peaks that nearly tie: all but a few agree.
    assert np.quantile(np.abs(mirrored.keypoints[0] - expected), 0.8) < 0.2


def test_an_unknown_task_is_named(make_model):
    with pytest.raises(KeyError, match="mpii"):
        estimate(make_model("coco").eval(), [], [], "mpii")


def test_a_box_without_area_and_a_model_in_training_are_refused(make_model):
    model = make_model("coco")
    picture = np.zeros((50, 50, 3), np.uint8)
    with pytest.raises(ValueError, match="training mode"):
        estimate(model, [picture], [[[0, 0, 50, 50]]], "coco")
    with pytest.raises(ValueError, match="box 1 has no area"):
        estimate(model.eval(), [picture], [[[0, 0, 50, 50], [9, 9, 0, 5]]], "coco")


def test_without_boxes_each_picture_is_one(make_model):
    model = make_model("coco").eval()
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 255, (*size, 3), np.uint8) for size in ((60, 40), (30, 50))]
    found = estimate(model, pictures)
    wanted = estimate(model, pictures, [[[0, 0, 40, 60]], [[0, 0, 50, 30]]], "coco")
    assert [poses.boxes.tolist() for poses in found] == [[[0, 0, 40, 60]], [[0, 0, 50, 30]]]
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one.keypoints, other.keypoints)


def test_a_model_of_several_tasks_must_be_told_which_is_wanted(make_model):
    picture = np.zeros((50, 50, 3), np.uint8)
    with pytest.raises(ValueError, match="serves coco, mpii: say which"):
        estimate(make_model("coco", "mpii").eval(), [picture])

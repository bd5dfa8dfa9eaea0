from dataclasses import replace

import numpy as np
import pytest

from vitpose_plus.datasets.crops import InstanceCrops, collate_crops
from vitpose_plus.datasets.split import read_split
from vitpose_plus.errors import AnnotationError, PictureError
from vitpose_plus.geometry import Augmentation, invert, transform_points
from vitpose_plus.geometry.augmentation import SetAugmentation

SIZE = (64, 48)


def test_splits_follow_one_another_and_rows_count_within_them(make_split):
    crops = InstanceCrops([make_split("coco", 2), make_split("mpii", 3)], SIZE)
    places = [(crop.task, crop.row) for crop in (crops[0, i] for i in range(len(crops)))]
    assert places == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]


def test_keypoints_go_with_their_picture_and_come_back(make_split):
    split = make_split("coco")
    crop = InstanceCrops([split], SIZE)[0, 3]
    back = transform_points(crop.keypoints.astype(float), invert(crop.matrix))
    np.testing.assert_allclose(back, split.table.keypoints[3], atol=1e-4)
    assert crop.picture.shape == (64, 48, 3)


def test_a_flip_exchanges_left_and_right(make_split):
    split = make_split("coco")
    always = Augmentation(flip=1, half_body=0, scale=0, rotation=0)
    plain = InstanceCrops([split], SIZE)[0, 0]
    flipped = InstanceCrops([split], SIZE, always)[0, 0]
    mirrored = plain.keypoints[split.skeleton.flip_index()] * (-1, 1) + (47, 0)
    np.testing.assert_allclose(flipped.keypoints, mirrored, atol=1e-4)


def test_a_sample_depends_on_seed_epoch_and_index_alone(make_split):
    split = make_split("coco")
    first, again = (InstanceCrops([split], SIZE, Augmentation(), seed=3) for _ in range(2))
    again[0, 1], again[7, 0]
    assert np.array_equal(first[2, 4].picture, again[2, 4].picture)
    assert not np.array_equal(first[2, 4].matrix, first[3, 4].matrix)


def test_a_set_may_be_left_out_of_half_body(make_split):
    whole = replace(make_split("coco"), augmentation=SetAugmentation(half_body=False))
    always = Augmentation(flip=0, half_body=1, scale=0, rotation=0)
    expected = InstanceCrops([whole], SIZE)[0, 0].matrix
    assert np.array_equal(InstanceCrops([whole], SIZE, always)[0, 0].matrix, expected)
    halved = InstanceCrops([replace(whole, augmentation=SetAugmentation())], SIZE, always)[0, 0]
    assert not np.array_equal(halved.matrix, expected)


def test_a_set_s_padding_counts_in_evaluation_and_training(make_split):
    split = make_split("coco")
    wide = replace(split, augmentation=SetAugmentation(padding=2.5))
    still = Augmentation(flip=0, half_body=0, scale=0, rotation=0, centre_jitter=0)
    for augmentation in (None, still):
        usual, far = (InstanceCrops([s], SIZE, augmentation)[0, 0].matrix for s in (split, wide))
        np.testing.assert_allclose(far[:, :2] * 2, usual[:, :2])


def test_a_store_each_is_asked_for(make_split):
    with pytest.raises(ValueError, match="1 store for 2 splits"):
        InstanceCrops([make_split("coco"), make_split("mpii")], SIZE, stores=[None])


def test_smaller_sets_are_padded_with_unlabelled_points(make_split):
    crops = InstanceCrops([make_split("coco"), make_split("coco_wholebody")], SIZE)
    batch = collate_crops([crops[0, 0], crops[0, 7]])
    assert tuple(batch.keypoints.shape) == (2, 133, 2)
    assert not batch.visibility[0, 17:].any()
    assert batch.task.tolist() == [0, 1]


def test_a_picture_that_went_missing_is_named(make_split):
    split = make_split("coco")
    (split.images / "2.jpg").unlink()
    with pytest.raises(PictureError, match=r"2\.jpg does not exist"):
        InstanceCrops([split], SIZE)[0, 2]


def test_a_folder_without_a_manifest_is_named(tmp_path):
    with pytest.raises(AnnotationError, match=str(tmp_path)):
        read_split(tmp_path, "train")

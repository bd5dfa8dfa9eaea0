from collections import Counter

import cv2
import numpy as np
import pytest

from vitpose_plus.datasets.crop_store import cut
from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.config import CropEncoding
from vitpose_plus.datasets.crop_store.store import open_crops
from vitpose_plus.datasets.crops import InstanceCrops
from vitpose_plus.errors import PictureError
from vitpose_plus.geometry import Augmentation, invert, transform_points

SIZE = (64, 48)
WILD = Augmentation(half_body=0.5, rotated=1.0, centre_jitter=1.0)


def build_and_open(split, folder, augmentation=WILD, size=SIZE, **settings):
    build_crops(split, folder, augmentation, size, CropEncoding(**settings), progress=False)
    return open_crops(split, folder, augmentation, size)


def test_samples_from_the_store_are_those_from_the_pictures(make_crowd, tmp_path):
    split = make_crowd()
    store = build_and_open(split, tmp_path / "crops", colour="4:4:4", quality=100)
    pictures = InstanceCrops([split], SIZE, WILD, 1)
    crops = InstanceCrops([split], SIZE, WILD, 1, [store])
    for epoch in range(8):
        for index in range(len(split.table)):
            expected, found = pictures[epoch, index], crops[epoch, index]
            difference = np.abs(expected.picture.astype(int) - found.picture)
            # A shrunk crop fades at the picture's border over more than a pixel.
            assert np.percentile(difference, 97) <= 3
            for one, other in zip(expected[1:], found[1:], strict=True):
                np.testing.assert_array_equal(one, other)


def test_a_crop_holds_the_picture_s_own_pixels(make_crowd, tmp_path):
    split = make_crowd()
    store = build_and_open(split, tmp_path / "crops", size=(256, 192), quality=100, colour="4:4:4")
    for row, name in enumerate(split.table.column("file_name")):
        part = store[row]
        left, top = (-part.matrix[:, 2]).astype(int)
        np.testing.assert_array_equal(part.matrix[:, :2], np.eye(2))
        pixels = part.decode()
        height, width = pixels.shape[:2]
        whole = cv2.imread(str(split.images / name))[..., ::-1]
        there = whole[top : top + height, left : left + width]
        difference = np.abs(there.astype(int) - pixels)
        assert difference.max() <= 5
        assert difference.mean() < 1


def test_a_finer_picture_is_shrunk_to_what_training_can_use(make_crowd, tmp_path):
    split = make_crowd(size=(1200, 900), pictures=2)
    store = build_and_open(split, tmp_path / "crops")
    whole = cv2.imread(str(split.images / "0.png"))[..., ::-1]
    part = store[0]
    pixels = part.decode()
    assert part.matrix[0, 0] < 0.9
    middle = np.array([[pixels.shape[1] // 2, pixels.shape[0] // 2]])
    x, y = transform_points(middle, invert(part.matrix))[0].round().astype(int)
    assert np.abs(whole[y, x].astype(int) - pixels[middle[0, 1], middle[0, 0]]).max() < 6


def test_rows_keep_their_box(make_crowd, tmp_path):
    split = make_crowd()
    store = build_and_open(split, tmp_path / "crops")
    boxes = np.stack([store[row].box for row in range(len(store))])
    np.testing.assert_array_equal(boxes, split.table.bbox)


def test_each_picture_is_decoded_once(make_crowd, tmp_path, monkeypatch):
    split = make_crowd()
    read = Counter()
    decode = cut.read_picture

    def counting(path):
        read[path] += 1
        return decode(path)

    monkeypatch.setattr(cut, "read_picture", counting)
    manifest = build_crops(split, tmp_path / "crops", WILD, SIZE, progress=False)
    assert set(read.values()) == {1}
    assert (manifest.pictures, manifest.crops) == (len(read), len(split.table)) == (4, 12)


def test_the_same_input_gives_the_same_files(make_crowd, tmp_path):
    split = make_crowd()
    for name, workers in (("one", 1), ("four", 4)):
        build_crops(split, tmp_path / name, WILD, SIZE, progress=False, workers=workers)
    files = [path.name for path in (tmp_path / "one").iterdir()]
    assert len(files) == 2
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "four" / file).read_bytes()


def test_quality_is_a_choice(make_crowd, tmp_path):
    split = make_crowd()
    fine = build_and_open(split, tmp_path / "fine", quality=98)
    coarse = build_and_open(split, tmp_path / "coarse", quality=50)
    assert len(coarse[0].jpeg) < 0.8 * len(fine[0].jpeg)


def test_a_bad_picture_is_named_and_the_old_store_stays(make_crowd, tmp_path):
    split = make_crowd()
    folder = tmp_path / "crops"
    build_crops(split, folder, WILD, SIZE, progress=False)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (split.images / "2.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"2\.png cannot be decoded"):
        build_crops(split, folder, WILD, SIZE, progress=False)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crops", "pictures"]


def test_a_picture_of_another_size_than_the_table_s_is_named(make_crowd, tmp_path):
    split = make_crowd()
    cv2.imwrite(str(split.images / "1.png"), np.zeros((90, 120, 3), np.uint8))
    with pytest.raises(PictureError, match=r"1\.png measures 120x90, .* says 240x180"):
        build_crops(split, tmp_path / "crops", WILD, SIZE, progress=False)

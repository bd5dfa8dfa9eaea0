import base64
import io

import numpy as np
import pytest
from PIL import Image

from vitpose_plus.data_pages.contact_sheet import contact_sheet
from vitpose_plus.errors import PictureError
from vitpose_plus.evaluation.tiles import TILE
from vitpose_plus.skeletons import SKELETONS


@pytest.fixture
def sheet(make_table, tmp_path):
    def make(count: int, seed: int = 0, **options):
        rng = np.random.default_rng(seed)
        images = tmp_path / "pictures/train"
        return contact_sheet(make_table(), images, SKELETONS["coco"], count, rng, **options)

    return make


def test_pictures_come_before_second_instances_of_one(sheet):
    assert sorted(tile.name for tile in sheet(3)) == ["0.jpg", "1.jpg", "2.jpg"]
    assert len(sheet(100)) == 8  # The crowd is not shown.


def test_a_seed_gives_one_sheet_and_another_another(sheet):
    assert sheet(5) == sheet(5)
    assert sheet(5) != sheet(5, seed=1)


def test_a_tile_shows_the_poses(sheet, make_table, tmp_path):
    tile = sheet(1)[0]
    data = base64.b64decode(tile.source.removeprefix("data:image/jpeg;base64,"))
    picture = np.array(Image.open(io.BytesIO(data)).convert("HSV"))
    assert picture.shape == (TILE[1], TILE[0], 3)
    table = make_table()
    for path in (tmp_path / "pictures/train").iterdir():
        Image.new("RGB", (240, 200), (120, 120, 120)).save(path)
    rng = np.random.default_rng(0)
    plain = contact_sheet(table, tmp_path / "pictures/train", SKELETONS["coco"], 1, rng)[0]
    data = base64.b64decode(plain.source.removeprefix("data:image/jpeg;base64,"))
    colourful = np.array(Image.open(io.BytesIO(data)).convert("HSV"))[..., 1] > 120
    assert 0.01 < colourful.mean() < 0.5
    assert "labelled" in tile.text


def test_well_labelled_ones_have_at_least_the_middle_number(sheet, make_table):
    table = make_table()
    middle = np.median((table.visibility[:-1] > 0).sum(axis=1))
    counts = [int(tile.text.split(", ")[1].split()[0]) for tile in sheet(100, well_labelled=True)]
    assert 4 <= len(counts) < 8
    assert min(counts) >= middle


def test_a_missing_picture_is_named(make_table, tmp_path):
    table = make_table()
    (tmp_path / "pictures/train/1.jpg").unlink()
    with pytest.raises(PictureError, match=r"1\.jpg does not exist"):
        contact_sheet(
            table, tmp_path / "pictures/train", SKELETONS["coco"], 8, np.random.default_rng(0)
        )

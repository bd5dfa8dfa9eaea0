import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vitpose_plus.evaluation.tiles import TILE, Strip, cut, window_around, write_sheet

length = st.floats(5, 300)


@given(st.floats(0, 500), st.floats(0, 400), length, length)
def test_a_window_holds_its_whole_box(x, y, width, height):
    picture = np.zeros((700, 800, 3), np.uint8)
    window = window_around(np.array([x, y, width, height]), picture)
    corners = window.to_tile(np.array([[x, y], [x + width, y + height]]))
    assert (corners > -1).all()
    assert (corners < np.array(TILE) + 1).all()


def test_a_box_many_times_its_picture_asks_for_no_gigabytes():
    picture = np.zeros((60, 80, 3), np.uint8)
    window = window_around(np.array([-4e5, -3e5, 8e5, 6e5]), picture)
    assert max(TILE) / window.scale < 10 * max(picture.shape)


def test_a_point_lies_on_the_same_thing_in_the_tile():
    pixels = np.zeros((400, 500, 3), np.uint8)
    pixels[201:204, 151:154] = 255
    window = window_around(np.array([130.0, 170.0, 40.0, 60.0]), pixels)
    tile = cut(pixels, window)
    ys, xs = np.nonzero(tile[..., 0] > 100)
    x, y = window.to_tile(np.array([152.0, 202.0]))
    assert tile.shape == (TILE[1], TILE[0], 3)
    assert (xs.mean(), ys.mean()) == pytest.approx((x, y), abs=0.6)


@pytest.mark.parametrize("name", ["sheet.png", "sheet.jpg"])
def test_a_sheet_holds_all_strips_and_leaves_no_other_file(tmp_path, name):
    tile = np.full((TILE[1], TILE[0], 3), (200, 30, 30), np.uint8)
    strips = [Strip("first", [tile] * 3, [("a", "b")] * 3), Strip("second", [tile])]
    write_sheet(tmp_path / "new" / name, strips, "a footnote")
    red = np.asarray(Image.open(tmp_path / "new" / name).convert("RGB")).astype(int)
    share = ((red[..., 0] > 150) & (red[..., 1] < 90)).sum() / (TILE[0] * TILE[1])
    assert share == pytest.approx(4, abs=0.1)
    assert [p.name for p in (tmp_path / "new").iterdir()] == [name]

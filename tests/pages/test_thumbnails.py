import base64
import io

import numpy as np
import pytest
from PIL import Image

from vitpose_plus.errors import PictureError
from vitpose_plus.pages import embedded, thumbnail


def shown(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/jpeg;base64,"))))


@pytest.mark.parametrize(("mode", "ending"), [("RGB", "jpg"), ("L", "jpg"), ("RGBA", "png")])
def test_a_thumbnail_keeps_shape_and_colour(tmp_path, mode, ending):
    picture = Image.new("RGB", (800, 400), (200, 60, 60)).convert(mode)
    picture.save(tmp_path / f"a.{ending}")
    small = shown(thumbnail(tmp_path / f"a.{ending}", 100))
    assert small.size == (100, 50)
    expected = np.array(picture.convert("RGB"))[0, 0].astype(int)
    assert abs(np.array(small)[25, 50].astype(int) - expected).max() < 8


def test_a_small_picture_is_not_enlarged(tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    assert shown(thumbnail(tmp_path / "a.png", 100)).size == (40, 30)


def test_a_missing_and_a_broken_picture_are_named(tmp_path):
    with pytest.raises(PictureError, match=r"gone\.jpg cannot be shown"):
        thumbnail(tmp_path / "gone.jpg", 100)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    with pytest.raises(PictureError, match=r"broken\.jpg cannot be shown"):
        thumbnail(tmp_path / "broken.jpg", 100)


def test_an_array_is_embedded_as_it_is():
    array = np.full((20, 30, 3), (10, 120, 240), np.uint8)
    assert abs(np.array(shown(embedded(array))).astype(int) - array).max() < 8

import numpy as np
import pytest

from vitpose_plus.errors import PictureError
from vitpose_plus.prediction.video import frames_of, open_film, writing_film


@pytest.mark.parametrize("name", ["clip.mp4", "clip.avi"])
def test_a_film_tells_its_rate_and_gives_its_frames_in_order(name, film):
    found = open_film(film(name, frames=5, rate=12.5))
    assert (found.rate, found.frames) == (pytest.approx(12.5, rel=1e-3), 5)
    greys = [frame.mean() for frame in frames_of(found)]
    np.testing.assert_allclose(greys, [40, 60, 80, 100, 120], atol=4)


def test_what_is_written_is_read_again_in_colour(tmp_path):
    colours = np.array([[220, 40, 40], [40, 200, 40], [40, 40, 220]], np.uint8)
    with writing_film(tmp_path / "out.mp4", 8.0) as add:
        for colour in colours:
            add(np.broadcast_to(colour, (64, 96, 3)))
    found = open_film(tmp_path / "out.mp4")
    assert (found.rate, found.frames) == (pytest.approx(8.0), 3)
    for frame, colour in zip(frames_of(found), colours, strict=True):
        assert frame.shape == (64, 96, 3)
        np.testing.assert_allclose(frame.mean(axis=(0, 1)), colour, atol=12)


@pytest.mark.parametrize("content", [b"", b"no film", None])
def test_what_is_no_film_is_an_error_that_names_it(content, tmp_path):
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PictureError, match=r"clip\.mp4 is not a video"):
        open_film(path)


def test_frames_are_read_one_at_a_time(film):
    every = frames_of(open_film(film(frames=5)))
    assert next(every).shape == (48, 64, 3)
    every.close()

from dataclasses import replace

import cv2
import numpy as np
import pytest

from vitpose_plus.errors import ConfigurationError, PictureError
from vitpose_plus.evaluation.results import Results
from vitpose_plus.prediction.destination import Destination, write_picture
from vitpose_plus.prediction.sources import find_sources
from vitpose_plus.skeletons import SKELETONS

COCO = SKELETONS["coco"]


@pytest.fixture
def two():
    """Two people side by side in a picture of 100 x 200 pixels: one sure, one hardly."""
    rng = np.random.default_rng(0)
    keypoints = rng.uniform((10, 10), (80, 90), (2, 17, 2))
    keypoints[1, :, 0] += 100
    scores = np.stack([np.full(17, 0.9), np.full(17, 0.35)])
    boxes = np.array([[5.0, 5, 80, 90], [105, 5, 80, 90]])
    return Results(np.array(["1", "1"], object), keypoints, scores, np.ones(2), boxes)


def halves(drawn):
    """Whether anything is drawn on the left, and on the right."""
    changed = (drawn != 128).any(axis=2)
    return changed[:, :100].any(), changed[:, 100:].any()


def test_neither_pose_nor_box_below_the_threshold_is_drawn(two, tmp_path):
    grey = np.full((100, 200, 3), 128, np.uint8)
    for threshold, wanted in ((0.3, (True, True)), (0.5, (True, False)), (1.0, (False, False))):
        drawn = Destination(tmp_path, threshold=threshold).draw_on(grey, two, COCO)
        assert halves(drawn) == wanted
    assert (grey == 128).all()


def test_a_pose_that_is_unsure_as_a_whole_is_not_drawn(two, tmp_path):
    grey = np.full((100, 200, 3), 128, np.uint8)
    unsure = replace(two, score=np.array([0.2, 0.9]))
    assert halves(Destination(tmp_path).draw_on(grey, unsure, COCO)) == (False, True)


def test_boxes_are_drawn_only_if_wanted(two, tmp_path):
    grey = np.full((100, 200, 3), 128, np.uint8)
    corner = (slice(3, 7), slice(4, 7))
    assert (Destination(tmp_path).draw_on(grey, two, COCO)[corner] != 128).any()
    plain = Destination(tmp_path, draw_boxes=False).draw_on(grey, two, COCO)
    assert (plain[corner] == 128).all()


def test_what_is_drawn_keeps_its_name_if_the_format_can_be_written(draw, film, tmp_path):
    paths = [draw("a.jpg"), draw("b.png"), draw("c.jpg").rename(tmp_path / "c.upload")]
    films = [film("d.mp4"), film("e.avi")]
    sources = find_sources([str(path) for path in (*paths, *films)])
    out = Destination(tmp_path / "out")
    every = (*sources.pictures, *sources.videos)
    names = [out.drawn(source).relative_to(out.folder).as_posix() for source in every]
    assert names == ["a.jpg", "b.png", "c.upload.png", "d.mp4", "e.avi.mp4"]
    assert [out.of_frames(video).name for video in sources.videos] == ["d.mp4.json", "e.avi.json"]


def test_no_source_is_drawn_over(draw):
    path = draw("1.jpg")
    with pytest.raises(ConfigurationError, match=r"1\.jpg would be drawn over"):
        Destination(path.parent).check(find_sources([str(path)]), force=True)


def test_a_folder_that_holds_something_is_written_into_only_by_force(draw, tmp_path):
    sources, out = find_sources([str(draw("1.jpg"))]), Destination(tmp_path / "out")
    out.check(sources, force=False)
    out.folder.mkdir()
    out.check(sources, force=False)
    (out.folder / "notes.txt").touch()
    with pytest.raises(ConfigurationError, match="--force"):
        out.check(sources, force=False)
    out.check(sources, force=True)
    with pytest.raises(ConfigurationError, match="is a file"):
        Destination(out.folder / "notes.txt").check(sources, force=True)


def test_a_picture_is_written_in_its_colours(tmp_path):
    pixels = np.zeros((4, 5, 3), np.uint8)
    pixels[...] = (200, 100, 50)
    write_picture(tmp_path / "new" / "1.png", pixels)
    read = cv2.cvtColor(cv2.imread(str(tmp_path / "new" / "1.png")), cv2.COLOR_BGR2RGB)
    np.testing.assert_array_equal(read, pixels)


def test_a_picture_that_its_format_cannot_hold_is_an_error(tmp_path):
    with pytest.raises(PictureError, match=r"wide\.webp cannot be drawn"):
        write_picture(tmp_path / "wide.webp", np.zeros((1, 20_000, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []

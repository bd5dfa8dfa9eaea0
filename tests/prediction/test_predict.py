import json
import logging
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

from vitpose_plus.evaluation.results_json import read_results
from vitpose_plus.inference.estimate import estimate
from vitpose_plus.prediction import pictures, predict_video
from vitpose_plus.prediction.boxes import WholePictures
from vitpose_plus.prediction.destination import Destination
from vitpose_plus.prediction.pictures import ORIENTATION, read_upright
from vitpose_plus.prediction.pose_finder import PoseFinder
from vitpose_plus.prediction.predict import predict
from vitpose_plus.prediction.run import Run
from vitpose_plus.prediction.sources import find_sources
from vitpose_plus.prediction.video import Film, frames_of, open_film
from vitpose_plus.skeletons import SKELETONS

REAL = Path(__file__).resolve().parents[2] / "../shared/data/real_mini/coco"
SKELETON = SKELETONS["coco"]


@pytest.fixture
def run_over(make_small, tmp_path):
    """Predict paths with whole pictures into `out`."""

    def run(*paths, draw=True, **fields):
        finder = PoseFinder(make_small(), WholePictures(), flip=False, batch_size=4)
        run = Run(finder, Destination(tmp_path / "out", draw=draw, threshold=0), **fields)
        predict(run, find_sources([str(path) for path in paths]))
        return run

    return run


def test_results_are_the_poses_of_each_picture_by_name(run_over, make_small, draw, tmp_path):
    paths = [draw("a/1.jpg"), draw("b/1.jpg", (50, 40))]
    run = run_over(*paths)
    found = read_results(tmp_path / "out" / "predictions.json", SKELETON)
    assert list(found.image_id) == ["a/1.jpg", "b/1.jpg"]
    wanted = estimate(make_small(), [read_upright(p)[0] for p in paths], flip=False)
    np.testing.assert_allclose(found.keypoints[1], wanted[1].keypoints[0], atol=1e-2)
    assert (run.poses, run.empty, run.failed) == (2, 0, [])
    for path in paths:
        drawn = cv2.imread(str(tmp_path / "out" / path.relative_to(tmp_path)))
        stored = cv2.imread(str(path))
        assert drawn.shape == stored.shape
        assert (np.abs(drawn.astype(int) - stored) > 60).any()


def test_cocos_own_code_reads_what_is_written(run_over, draw, tmp_path):
    run_over(draw("000000000139.jpg"), draw("000000000285.jpg", (50, 40)))
    truth = COCO(tmp_path / "out" / "pictures.json")
    found = truth.loadRes(str(tmp_path / "out" / "predictions.json"))
    assert sorted(found.getImgIds()) == [139, 285]
    assert truth.loadImgs(285)[0] == {
        "id": 285,
        "file_name": "000000000285.jpg",
        "width": 40,
        "height": 50,
    }
    (category,) = truth.loadCats(1)
    assert category["name"] == "person"
    assert category["keypoints"] == list(SKELETON.keypoints)
    ends = [{category["keypoints"][i - 1] for i in limb} for limb in category["skeleton"]]
    assert ends == [set(limb) for limb in SKELETON.limbs]


@pytest.mark.parametrize("as_stored", [False, True])
def test_a_phones_picture_is_drawn_and_counted_upright(as_stored, run_over, tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # A quarter turn.
    Image.new("RGB", (60, 40)).save(tmp_path / "phone.jpg", exif=exif)
    run = run_over(tmp_path / "phone.jpg", as_stored=as_stored)
    assert run.turned == (not as_stored)
    drawn = cv2.imread(str(tmp_path / "out" / "phone.jpg"), cv2.IMREAD_IGNORE_ORIENTATION)
    assert drawn.shape[:2] == ((40, 60) if as_stored else (60, 40))
    (listed,) = run.listing.images
    assert (listed.height, listed.width) == drawn.shape[:2]


def test_a_broken_picture_is_named_and_the_others_go_on(run_over, draw, tmp_path, caplog):
    paths = [draw("1.jpg"), draw("2.jpg"), draw("3.jpg")]
    paths[1].write_bytes(b"broken")
    run = run_over(*paths)
    assert run.failed == [paths[1]]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "2.jpg" in caplog.text
    found = read_results(tmp_path / "out" / "predictions.json", SKELETON)
    assert list(found.image_id) == ["1", "3"]
    listed = json.loads((tmp_path / "out" / "pictures.json").read_text())["images"]
    assert [each["file_name"] for each in listed] == ["1.jpg", "3.jpg"]


def test_results_do_not_hang_on_how_many_pictures_are_held(run_over, draw, tmp_path, monkeypatch):
    paths = [draw(f"{i}.jpg", (40 + i, 50)) for i in range(5)]
    run_over(*paths, draw=False)
    together = (tmp_path / "out" / "predictions.json").rename(tmp_path / "together.json")
    monkeypatch.setattr(pictures, "BYTES_AT_ONCE", 1)
    run_over(*paths, draw=False)
    one, other = (
        read_results(path, SKELETON) for path in (together, tmp_path / "out" / "predictions.json")
    )
    assert list(one.image_id) == list(other.image_id)
    np.testing.assert_allclose(one.keypoints, other.keypoints, atol=0.05)


def test_without_drawing_there_are_results_alone(run_over, draw, film, tmp_path):
    run_over(draw("1.jpg"), film(), draw=False)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["clip.mp4.json", "pictures.json", "predictions.json"]


@pytest.mark.parametrize("name", ["clip.mp4", "clip.avi"])
def test_a_video_gives_poses_by_frame_and_a_film_of_the_same_rate(name, run_over, film, tmp_path):
    path = film(name, frames=6, rate=12.5, size=(240, 320))
    run = run_over(path)
    assert run.poses == 6
    found = read_results(tmp_path / "out" / f"{name}.json", SKELETON)
    assert list(found.image_id) == ["0", "1", "2", "3", "4", "5"]
    drawn = open_film(tmp_path / "out" / ("clip.mp4" if name == "clip.mp4" else "clip.avi.mp4"))
    assert (drawn.rate, drawn.frames) == (pytest.approx(12.5, rel=1e-3), 6)
    for frame, stored in zip(frames_of(drawn), frames_of(open_film(path)), strict=True):
        assert np.median(np.abs(frame.astype(int) - stored)) < 8
        assert np.abs(frame.astype(int) - stored).max() > 40
    (listed,) = json.loads((tmp_path / "out" / "pictures.json").read_text())["videos"]
    assert listed == {
        "file_name": name,
        "results": f"{name}.json",
        "frames": 6,
        "fps": pytest.approx(12.5, rel=1e-3),
        "width": 320,
        "height": 240,
    }
    assert not (tmp_path / "out" / "predictions.json").exists()


def test_no_more_than_a_batch_of_frames_is_held(run_over, film, monkeypatch):
    """Frames that were read and not yet given up."""
    read = []

    def counted(film):
        for frame in frames_of(film):
            read.append(frame)
            yield frame

    held = []
    find = PoseFinder.find
    monkeypatch.setattr(predict_video, "frames_of", counted)
    monkeypatch.setattr(
        PoseFinder, "find", lambda self, chunk: held.append(len(read)) or find(self, chunk)
    )
    run_over(film(frames=10), draw=False)
    assert held == [4, 8, 10]


def test_a_broken_video_leaves_nothing_and_the_others_go_on(run_over, film, tmp_path, caplog):
    broken, whole = film("broken.mp4"), film("whole.mp4")
    broken.write_bytes(broken.read_bytes()[:100])
    run = run_over(broken, whole)
    assert run.failed == [broken]
    assert "broken.mp4" in caplog.text
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["pictures.json", "whole.mp4", "whole.mp4.json"]


def test_a_video_that_ends_early_is_said(run_over, film, tmp_path, caplog):
    path = film("clip.mkv", frames=20)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    run_over(path)
    found = read_results(tmp_path / "out" / "clip.mkv.json", SKELETON)
    assert 0 < len(found) < 20
    assert f"{len(found)} of its 20 frames could be read" in caplog.text


def test_a_video_that_does_not_say_its_rate_gets_the_usual_one(caplog):
    assert predict_video._with_rate(Film(Path("clip.mp4"), float("nan"), 0)).rate == 25
    assert "clip.mp4 does not say its frame rate" in caplog.text


def test_real_pictures_are_predicted(run_over, tmp_path):
    if not REAL.exists():
        pytest.skip("shared/data is not on this machine")
    run = run_over(REAL)
    listed = json.loads((tmp_path / "out" / "pictures.json").read_text())["images"]
    assert run.poses == len(listed) == len(list(REAL.rglob("*.jpg")))
    for each in listed:
        drawn = cv2.imread(str(tmp_path / "out" / each["file_name"]))
        assert drawn.shape[:2] == (each["height"], each["width"])

import json

import cv2
import numpy as np
import pytest


@pytest.fixture
def draw(tmp_path):
    def write(name):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        assert cv2.imwrite(str(path), np.full((60, 80, 3), 128, np.uint8))
        return path

    return write


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in an empty folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "here"


def test_pictures_become_results_and_what_was_chosen_is_said(vitpose, saved, draw, here):
    told = vitpose("predict", draw("in/1.jpg"), draw("in/2.jpg"), "--model", saved, "--no-flip")
    assert told.exit_code == 0, told.stderr
    assert told.stdout == "poses: 2 poses in 2 pictures and 0 videos\n"
    assert told.stderr.splitlines() == [
        f"reading {saved}",
        "task coco, the first of the model's coco, mpii",
        "Warning: no detector lies in the local Hugging Face cache, and none is downloaded "
        "unasked: each picture is taken as one box",
    ]
    names = {path.name for path in (here / "poses").iterdir()}
    assert names == {"predictions.json", "pictures.json", "1.jpg", "2.jpg"}
    rows = json.loads((here / "poses" / "predictions.json").read_text())
    assert [(row["image_id"], len(row["keypoints"])) for row in rows] == [(1, 51), (2, 51)]


def test_a_task_out_and_boxes_are_as_named(vitpose, saved, draw, here):
    (here / "boxes.csv").write_text("file_name,x,y,width,height\n1.jpg,1,2,30,40\n1.jpg,9,9,9,9\n")
    options = ["--task", "mpii", "--boxes", "boxes.csv", "--out", "there", "--no-draw"]
    told = vitpose("predict", draw("1.jpg"), "--model", saved, *options)
    assert told.exit_code == 0, told.stderr
    rows = json.loads((here / "there" / "predictions.json").read_text())
    assert [len(row["keypoints"]) for row in rows] == [48, 48]
    assert [path.name for path in (here / "there").glob("*.jpg")] == []


def test_a_broken_picture_shows_in_the_exit_code_and_the_others_are_done(
    vitpose, saved, draw, here
):
    broken = draw("in/2.jpg")
    broken.write_bytes(b"broken")
    told = vitpose("predict", draw("in/1.jpg").parent, "--model", saved, "--whole")
    assert told.exit_code == 1
    assert told.stdout == "poses: 1 pose in 1 picture and 0 videos\n"
    assert told.stderr.splitlines()[-1] == f"Error: 1 of 2 failed: {broken}"
    assert (here / "poses" / "1.jpg").exists()


def test_an_earlier_runs_folder_is_written_into_only_by_force(vitpose, saved, draw, here):
    arguments = ["predict", draw("1.jpg"), "--model", saved, "--whole", "--no-flip"]
    assert vitpose(*arguments).exit_code == 0
    told = vitpose(*arguments)
    assert told.exit_code == 1
    assert "poses is not empty: --force" in told.stderr
    assert vitpose(*arguments, "--force").exit_code == 0


def test_the_model_may_be_told_by_the_environment(vitpose, saved, draw, here, monkeypatch):
    monkeypatch.setenv("VITPOSE_MODEL", str(saved))
    assert vitpose("predict", draw("1.jpg"), "--whole").exit_code == 0


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--task", "aic"], "this model serves coco, mpii"),
        (["--device", "cuda:99"], "Invalid value for --device: cuda:99: "),
        (["--device", "gpu"], "Invalid value for --device: gpu: "),
        (["--model", "none"], "model none: no such file or folder"),
        (["--boxes", "none.json"], "none.json: cannot be read"),
        (["--whole", "--detector", "x"], "choose one"),
        (["--detector", "x"], "Nothing is downloaded unasked"),
        (["--threshold", "2"], "not in the range"),
        (["none.jpg"], "no such file or folder"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(options, told, vitpose, saved, draw, here):
    answer = vitpose("predict", draw("1.jpg"), "--model", saved, *options)
    assert answer.exit_code != 0
    assert isinstance(answer.exception, SystemExit)
    assert told in answer.stderr
    assert list(here.iterdir()) == []

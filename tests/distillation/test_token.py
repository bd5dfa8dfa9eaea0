import json

import pytest
import torch
from safetensors.torch import save_file

from vitpose_plus.distillation.token import load_token, save_token
from vitpose_plus.errors import CheckpointError


def test_a_token_comes_back_as_it_was_saved(make_teacher, make_token, tmp_path):
    teacher = make_teacher("coco")
    token = load_token(make_token(teacher, "coco", tokens=2), teacher)
    save_token(token, tmp_path / "again")
    again = load_token(tmp_path / "again")
    assert torch.equal(again.values, token.values)
    assert again.record == token.record
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == [
        "token.json",
        "token.safetensors",
    ]


def test_a_token_of_another_teacher_is_refused(make_teacher, make_token):
    folder = make_token(make_teacher("coco"), "coco")
    other = make_teacher("coco")
    with pytest.raises(CheckpointError, match="whose weights are others"):
        load_token(folder, other)


def test_a_token_of_another_width_than_its_record_is_refused(make_teacher, make_token):
    folder = make_token(make_teacher("coco"), "coco")
    save_file({"token": torch.zeros(1, 1, 32)}, folder / "token.safetensors")
    with pytest.raises(CheckpointError, match=r"\(1, 1, 32\).*1 tokens of width 96"):
        load_token(folder)


def test_no_token_and_a_stale_record_are_told(make_teacher, make_token, tmp_path):
    with pytest.raises(CheckpointError, match="no such file"):
        load_token(tmp_path / "nowhere")
    folder = make_token(make_teacher("coco"), "coco")
    record = json.loads((folder / "token.json").read_text())
    (folder / "token.json").write_text(json.dumps(record | {"widht": 3}))
    with pytest.raises(CheckpointError, match="no record of a token of this version"):
        load_token(folder)


def test_another_folder_is_not_replaced_by_a_token(make_teacher, make_token, tmp_path):
    token = load_token(make_token(make_teacher("coco"), "coco"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(CheckpointError, match=r"no token \(thesis.tex\)"):
        save_token(token, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").exists()

import click
import pytest

from vitpose_plus.cli.targets import refuse_to_overwrite, size_on_disk
from vitpose_plus.errors import CheckpointError


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"12345678")
    return folder


def test_what_does_not_exist_may_be_written(tmp_path):
    refuse_to_overwrite(tmp_path / "new", force=False, folder=True)


def test_a_model_is_replaced_by_force_alone(model):
    refuse_to_overwrite(model, force=True, folder=True)
    with pytest.raises(click.ClickException, match="--force replaces it"):
        refuse_to_overwrite(model, force=False, folder=True)


@pytest.mark.parametrize("stray", ["notes.txt", "checkpoints"])
def test_a_folder_with_anything_else_is_never_replaced(stray, model):
    (model / stray).mkdir()
    with pytest.raises(CheckpointError, match=f"holds what is no model \\({stray}\\)"):
        refuse_to_overwrite(model, force=True, folder=True)


def test_a_file_does_not_take_a_folders_place_nor_a_folder_a_files(model):
    with pytest.raises(click.ClickException, match="is a folder"):
        refuse_to_overwrite(model, force=True, folder=False)
    with pytest.raises(click.ClickException, match="is no folder"):
        refuse_to_overwrite(model / "config.json", force=True, folder=True)


def test_size_is_that_of_all_files(model, tmp_path):
    assert size_on_disk(model) == 10
    (tmp_path / "a.onnx").write_bytes(b"123")
    assert size_on_disk(tmp_path / "a.onnx") == 3
    (tmp_path / "a.onnx.data").write_bytes(b"45")
    assert size_on_disk(tmp_path / "a.onnx") == 5

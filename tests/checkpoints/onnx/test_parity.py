import logging
import re

import pytest
import torch

from vitpose_plus.checkpoints.onnx import export_onnx
from vitpose_plus.checkpoints.onnx.parity import verify
from vitpose_plus.errors import CheckpointError


@pytest.fixture
def plain(make_random):
    return make_random("coco", ffn="plain")


def test_the_difference_of_each_batch_is_logged(plain, tmp_path, caplog):
    with caplog.at_level(logging.INFO, logger="vitpose_plus"):
        export_onnx(plain, tmp_path / "a.onnx")
    one, three = [r.getMessage() for r in caplog.records if r.name.startswith("vitpose_plus")]
    assert re.fullmatch(r"ONNX Runtime, batch of 1: \d\.\de-0[5-8] of the maximum apart", one)
    assert three.startswith("ONNX Runtime, batch of 3: ")


def test_a_file_of_other_weights_is_refused(plain, tmp_path):
    export_onnx(plain, tmp_path / "a.onnx")
    plain.heads[0].final_layer.bias.data[3] += 0.1
    with pytest.raises(
        CheckpointError, match=r"ONNX Runtime's heatmaps differ by 0\.1 at .*, more than"
    ):
        verify(tmp_path / "a.onnx", plain)


def test_heatmaps_of_another_shape_are_refused(plain, make_random, tmp_path):
    export_onnx(plain, tmp_path / "a.onnx")
    other = make_random("mpii", ffn="plain")
    with pytest.raises(CheckpointError, match=r"\[1, 17, 16, 12\], not of \[1, 16, 16, 12\]"):
        verify(tmp_path / "a.onnx", other)


def test_a_decoder_that_draws_nothing_is_written(plain, tmp_path):
    torch.nn.init.zeros_(plain.heads[0].final_layer.weight)
    torch.nn.init.zeros_(plain.heads[0].final_layer.bias)
    export_onnx(plain, tmp_path / "a.onnx")
    assert (tmp_path / "a.onnx").exists()

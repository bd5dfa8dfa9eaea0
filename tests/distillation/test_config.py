import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from vitpose_plus.distillation.config import Distillation, TokenTraining
from vitpose_plus.training.config import Freeze


@pytest.mark.parametrize(
    ("loss", "token", "heatmaps"),
    [
        ("none", False, False),
        ("token", True, False),
        ("output", False, True),
        ("token_output", True, True),
    ],
)
def test_each_loss_wants_its_own_part_of_a_teacher(loss, token, heatmaps):
    distillation = Distillation(teacher=Path("teacher"), loss=loss)
    assert distillation.uses_token is token
    assert distillation.uses_heatmaps is heatmaps


def test_a_token_cannot_be_frozen():
    with pytest.raises(ValidationError, match="no start and no freeze"):
        TokenTraining(freeze=Freeze(attention=True))


def test_an_unknown_loss_lists_the_choices():
    with pytest.raises(ValidationError, match="'none', 'token', 'output' or 'token_output'"):
        Distillation(teacher=Path("teacher"), loss="both")


def test_a_configuration_is_read_without_torch():
    code = "import sys, vitpose_plus.distillation.config; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)

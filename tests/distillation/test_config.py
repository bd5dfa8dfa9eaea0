import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from vitpose_plus.distillation.config import Distillation, TokenOptimisation, TokenTraining


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


@pytest.mark.parametrize(
    "key", [{"start": {"weights": "x.pth"}}, {"freeze": {"attention": True}}, {"panels": 2}]
)
def test_a_tokens_training_refuses_what_would_have_no_effect(key):
    with pytest.raises(ValidationError, match="no start, no freeze and no panels"):
        TypeAdapter(TokenTraining).validate_python(key)


@pytest.mark.parametrize("key", [{"layer_decay": 0.75}, {"weight_decay": 0.1}])
def test_a_token_is_in_no_layer_and_is_not_decayed(key):
    with pytest.raises(ValidationError, match="leave layer_decay and weight_decay out"):
        TokenOptimisation(**key)


def test_one_key_of_a_tokens_optimisation_leaves_the_others_as_they_are():
    stated = {"optimisation": {"warmup_share": 0.2}}
    optimisation = TypeAdapter(TokenTraining).validate_python(stated).optimisation
    assert optimisation == replace(TokenTraining().optimisation, warmup_share=0.2)
    assert (optimisation.learning_rate, optimisation.schedule) == (1e-2, "cosine")


def test_an_unknown_loss_lists_the_choices():
    with pytest.raises(ValidationError, match="'none', 'token', 'output' or 'token_output'"):
        Distillation(teacher=Path("teacher"), loss="both")


def test_a_configuration_is_read_without_torch():
    code = "import sys, vitpose_plus.distillation.config; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)

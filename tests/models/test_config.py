import pytest
from pydantic import ValidationError

from vitpose_plus.models import SIZES, Task, ViTPose, ViTPoseConfig
from vitpose_plus.skeletons import COCO, SKELETONS


def config(**changes):
    settings = {
        "size": "tiny",
        "input_size": (64, 48),
        "ffn": "partially_shared",
        "tasks": [Task(name="coco", skeleton=COCO)],
    }
    return ViTPoseConfig(**(settings | changes))


# Millions, from the papers' tables: ViTPose 24, 86 + 4, 307 + ..., ViTPose+ as published files.
@pytest.mark.parametrize(("size", "millions"), [("s", 24), ("b", 90), ("l", 309), ("h", 637)])
def test_a_plain_vitpose_has_the_published_number_of_parameters(size, millions):
    import torch

    with torch.device("meta"):
        model = ViTPose(config(size=size, input_size=(256, 192), ffn="plain"))
    found = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    assert found == pytest.approx(millions, abs=0.6)


@pytest.mark.parametrize("size", SIZES)
def test_heads_divide_the_width(size):
    assert SIZES[size].width % SIZES[size].heads == 0


def test_an_input_that_is_no_multiple_of_the_patch_is_refused():
    with pytest.raises(ValidationError, match="multiples of 16"):
        config(input_size=(100, 96))


def test_a_misspelt_key_is_refused():
    with pytest.raises(ValidationError, match="drop_paths"):
        config(drop_paths=0.1)


def test_two_tasks_of_one_name_are_refused():
    with pytest.raises(ValidationError, match="stands twice"):
        config(tasks=[Task(name="coco", skeleton=COCO)] * 2)


def test_an_unknown_task_lists_those_there_are():
    tasks = [Task(name=name, skeleton=SKELETONS[name]) for name in ("coco", "aic")]
    with pytest.raises(KeyError, match="coco, aic"):
        config(tasks=tasks).task_index("mpii")

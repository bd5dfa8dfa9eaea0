from dataclasses import replace

import pytest
from pydantic import ValidationError

from vitpose_plus.models import (
    SIZES,
    AttentionPattern,
    Size,
    Task,
    ViTPose,
    ViTPoseConfig,
)
from vitpose_plus.skeletons import COCO, SKELETONS


def config(**changes):
    settings = {
        "size": "tiny",
        "input_size": (64, 48),
        "ffn": "partially_shared",
        "tasks": [Task(name="coco", skeleton=COCO)],
    }
    return ViTPoseConfig(**(settings | changes))


# Millions, from the papers' tables; of G only "about 1 B" is known.
@pytest.mark.parametrize(
    ("size", "millions"), [("s", 24), ("b", 90), ("l", 309), ("h", 637), ("g", 1035)]
)
def test_a_plain_vitpose_has_the_published_number_of_parameters(size, millions):
    import torch

    with torch.device("meta"):
        model = ViTPose(config(size=size, input_size=(256, 192), ffn="plain"))
    found = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    assert found == pytest.approx(millions, abs=0.6)


def test_vitae_convolutions_on_h_give_the_published_vitae_h():
    import torch

    with torch.device("meta"):
        size = replace(SIZES["h"], convolutions=True)
        backbone = ViTPose(config(size=size, input_size=(224, 224), ffn="plain")).backbone
    classifier = 1280 * 1000 + 1000
    found = sum(parameter.numel() for parameter in backbone.parameters()) + classifier
    assert found / 1e6 == pytest.approx(644, abs=0.7)  # ViTAEv2, Zhang et al. 2023, abstract


@pytest.mark.parametrize("size", SIZES)
def test_heads_divide_the_width(size):
    assert SIZES[size].width % SIZES[size].heads == 0


def test_an_input_that_is_no_multiple_of_the_patch_is_refused():
    with pytest.raises(ValidationError, match="multiples of 16"):
        config(input_size=(100, 96))


def test_windows_that_do_not_tile_the_grid_are_refused():
    with pytest.raises(ValidationError, match=r"\(3, 2\) does not tile the grid of \(4, 3\)"):
        config(attention=AttentionPattern(kind="window", window=(3, 2)))


def test_a_width_that_its_heads_do_not_divide_is_refused():
    with pytest.raises(ValidationError, match="twice the heads"):
        Size(width=100, depth=2, heads=3, hidden=400, expert_width=20)


@pytest.mark.parametrize(("ratio", "grid"), [(1, (4, 3)), (2, (8, 6))])
def test_heatmaps_measure_a_quarter_at_either_resolution(ratio, grid):
    made = config(ratio=ratio)
    assert made.grid == grid
    assert made.heatmap_size == (16, 12) == tuple(made.upsampling * side for side in grid)


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


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"attention": AttentionPattern(kind="shift_pool", window=(4, 3))}, "kind 'shift_pool'"),
        ({"size": "g"}, "ViTAE's convolutions"),
        ({"knowledge_tokens": -1}, "greater than or equal to 0"),
    ],
)
def test_a_knowledge_token_where_it_has_no_place_is_refused(fields, reason):
    with pytest.raises(ValidationError, match=reason):
        config(**({"knowledge_tokens": 1} | fields))


def test_the_rate_of_dropped_paths_rises_from_block_to_block():
    size = Size(width=48, depth=5, heads=3, hidden=96, expert_width=12)
    assert config(size=size, drop_path=0.4).drop_rates == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert config(size=replace(size, depth=1), drop_path=0.4).drop_rates == [0]

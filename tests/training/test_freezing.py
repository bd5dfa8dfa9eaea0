import pytest
import torch

from vitpose_plus.engine.config import Optimisation
from vitpose_plus.training.config import Freeze
from vitpose_plus.training.freezing import freeze
from vitpose_plus.training.optimiser import parameter_groups


def names_that_change(model):
    """Parameters that one optimiser step moves."""
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimiser = torch.optim.AdamW(parameter_groups(model, Optimisation(), rate=0.1))
    heatmaps = model.by_task(torch.randn(2, 3, 64, 48), torch.tensor([0, 1]))
    sum(maps.square().sum() for maps in heatmaps.values()).backward()
    optimiser.step()
    return {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        (Freeze(), ()),
        (Freeze(attention=True), (".attn.", ".norm1.")),
        (Freeze(ffn=True), (".mlp.", ".norm2.", "patch_embed", "pos_embed")),
        (Freeze(blocks=2), ("blocks.0.", "blocks.1.", "patch_embed", "pos_embed")),
    ],
)
def test_a_step_moves_all_but_what_is_frozen(make_model, parts, kept):
    model = make_model("coco", "aic")
    freeze(model, parts)
    everything = {name for name, _ in model.named_parameters()}
    frozen = {name for name in everything if any(part in name for part in kept)}
    assert bool(frozen) == bool(kept)
    assert names_that_change(model) == everything - frozen


def test_frozen_blocks_drop_no_paths_while_the_others_train(make_model):
    model = make_model("coco")
    freeze(model, Freeze(blocks=1))
    model.train()
    assert [block.training for block in model.backbone.blocks[:2]] == [False, True]


def test_more_blocks_than_there_are_is_refused(make_model):
    with pytest.raises(ValueError, match="the model has 6"):
        freeze(make_model("coco"), Freeze(blocks=7))

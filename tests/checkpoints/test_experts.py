"""FFNs turned into one another compute the same."""

import pytest
import torch

from vitpose_plus.checkpoints import load_backbone, save_model
from vitpose_plus.checkpoints.experts import Target, folded, spread
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models.dispatch import Dispatch

FFNS = ["plain", "partially_shared", "independent", "shared_and_independent"]
WITH_EXPERTS = FFNS[1:]


def features(model, tokens, task=0):
    """Tokens through our blocks and the last norm, as one task's."""
    dispatch = Dispatch.one_task(task, len(tokens), tokens.device)
    for block in model.backbone.blocks:
        tokens = block(tokens, dispatch)
    return model.backbone.last_norm(tokens)


@pytest.mark.parametrize("ffn", FFNS)
def test_every_task_begins_with_the_blocks_of_timms_own_transformer(
    ffn, make_vit, make_random, save_mae, assert_close
):
    vit = make_vit()
    model = make_random("coco", "aic", ffn=ffn)
    load_backbone(model, save_mae(vit))
    tokens = torch.randn(2, 12, 192)
    with torch.no_grad():
        wanted = vit.norm(vit.blocks(tokens))
        for task in range(2):
            assert_close(features(model, tokens, task), wanted)


@pytest.mark.parametrize("ffn", WITH_EXPERTS)
def test_a_plain_model_takes_a_named_tasks_expert(ffn, make_random, tmp_path, same_heatmaps):
    source = make_random("coco", "aic", ffn=ffn)
    save_model(source, tmp_path / "plus")
    alone = source.for_task("aic")
    model = make_random("aic", ffn="plain", size=alone.config.size)
    with pytest.raises(CheckpointError, match=rf"{ffn} with 2 experts.*say task="):
        load_backbone(model, tmp_path / "plus")
    found = load_backbone(model, tmp_path / "plus", task="aic")
    model.heads.load_state_dict(alone.heads.state_dict())
    same_heatmaps(model, source, "aic")
    assert "expert of aic folded in" in found.notes
    assert all(why == "decoder: load_model takes it" for why in found.left_out.values())


def test_experts_go_by_their_position(make_random, save_official):
    source = make_random("coco", "aic")
    model = make_random("ap10k", "mpii")
    load_backbone(model, save_official(source))
    own = {n: w for n, w in source.state_dict().items() if n.startswith("backbone.")}
    assert all(torch.equal(model.state_dict()[name], w) for name, w in own.items())


def test_one_expert_may_begin_many(make_random, save_official, assert_close):
    names = ("coco", "aic", "mpii", "ap10k", "apt36k", "coco_wholebody")
    source, model = make_random(*names), make_random("coco", "ap10k")
    load_backbone(model, save_official(source), task="ap10k")
    tokens = torch.randn(1, 12, 192)
    with torch.no_grad():
        wanted = features(source, tokens, task=3)
        assert_close(features(model, tokens, task=0), wanted)
        assert_close(features(model, tokens, task=1), wanted)


@pytest.mark.parametrize(
    ("tasks", "ffn", "task", "message"),
    [
        (("coco",), "plain", "coco", "no experts"),
        (("coco", "aic"), "partially_shared", "coco", "2 experts, of unnamed tasks"),
        (("coco", "aic", "mpii"), "partially_shared", None, "3 experts, the model's .* with 2"),
    ],
)
def test_a_task_that_cannot_be_found_is_told(tasks, ffn, task, message, make_random, save_official):
    path = save_official(make_random(*tasks, ffn=ffn))
    with pytest.raises(CheckpointError, match=message):
        load_backbone(make_random("coco", "aic"), path, task=task)


@pytest.mark.parametrize(
    ("ffn", "name", "tensor"),
    [
        ("partially_shared", "fc1.weight", torch.ones(3)),
        ("partially_shared", "experts.0.bias", torch.tensor(1.0)),
        ("independent", "experts.0.fc1.weight", torch.tensor(1.0)),
        ("independent", "experts.1.fc1.weight", None),
        ("partially_shared", "fc1.weight", torch.ones(768, 192).char()),
    ],
)
def test_experts_that_do_not_fold_are_told(ffn, name, tensor, make_random):
    own = make_random("coco", "aic", ffn=ffn).backbone.blocks[0].mlp.state_dict()
    own[name] = tensor
    if tensor is None:
        own = {n: w for n, w in own.items() if not n.startswith("experts.1.")}
    with pytest.raises(CheckpointError, match=f"its FFNs are not all {ffn}"):
        folded(own, ffn, 1)


def test_a_single_number_is_not_spread():
    with pytest.raises(CheckpointError, match=r"fc2\.bias is a single number"):
        spread({"fc2.bias": torch.tensor(1.0)}, Target("partially_shared", 2, 1))

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from vitpose_plus.checkpoints import load_backbone, load_model
from vitpose_plus.checkpoints.huggingface import read_huggingface
from vitpose_plus.checkpoints.tasks import OFFICIAL_ORDER
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Task
from vitpose_plus.skeletons import SKELETONS

WEIGHTS = "model.safetensors"
FAMILY = {"s": (384, 12), "b": (768, 12), "h": (1280, 16)}


@pytest.fixture
def alter_weights():
    def alter(folder, change):
        tensors = load_file(folder / WEIGHTS)
        change(tensors)
        save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
        return folder

    return alter


@pytest.mark.parametrize("simple", [True, False])
@pytest.mark.parametrize("size", FAMILY)
def test_a_folder_of_transformers_gives_its_heatmaps(
    make_peer, save_peer, assert_draws_as, size, simple
):
    width, heads = FAMILY[size]
    peer = make_peer(simple=simple, hidden_size=width, num_attention_heads=heads)
    model = load_model(save_peer(peer), tasks=["coco"])
    assert (model.config.ffn, model.config.decoder) == ("plain", "simple" if simple else "classic")
    assert model.config.dimensions.heads == heads
    assert not model.training
    assert_draws_as(model, peer, "coco")


@pytest.mark.slow
def test_all_of_a_small_one_gives_its_heatmaps(make_peer, save_peer, assert_draws_as):
    peer = make_peer(
        hidden_size=384, num_hidden_layers=12, num_attention_heads=12, image_size=[256, 192]
    )
    model = load_model(save_peer(peer))
    assert model.config.size == "s"
    assert_draws_as(model, peer, "coco")


@pytest.mark.parametrize(("task", "expert"), [(None, 0), ("coco", 0), ("ap10k", 3)])
def test_a_plus_folder_gives_the_model_of_its_decoders_task(
    make_peer, save_peer, assert_draws_as, task, expert
):
    peer = make_peer(num_experts=6)
    model = load_model(save_peer(peer), tasks=[task] if task else None)
    assert model.config.ffn == "partially_shared"
    assert [one.name for one in model.config.tasks] == [task or "coco"]
    assert_draws_as(model, peer, task or "coco", expert)


def test_experts_without_a_decoder_are_left_out_by_name(make_peer, save_peer):
    found = read_huggingface(save_peer(make_peer(num_experts=6)), "ap10k")
    assert len(found.left_out) == 2 * 5 * 2
    assert "backbone.encoder.layer.1.mlp.experts.2.weight" in found.left_out
    assert not any(".experts.3." in name for name in found.left_out)
    assert found.their_name("backbone.blocks.1.mlp.experts.0.bias").endswith("experts.3.bias")


def test_all_experts_can_be_had(make_peer, save_peer):
    peer = make_peer(num_experts=6)
    found = read_huggingface(save_peer(peer), all_experts=True)
    assert [task.name for task in found.tasks] == list(OFFICIAL_ORDER)
    assert not found.left_out
    for index, expert in enumerate(peer.backbone.encoder.layer[1].mlp.experts):
        ours = found.weights[f"backbone.blocks.1.mlp.experts.{index}.weight"]
        assert torch.equal(ours, expert.weight)


def test_a_training_starts_from_all_experts(make_random, make_peer, save_peer):
    peer = make_peer(hidden_size=192, num_experts=6, part_features=48)
    model = make_random(*OFFICIAL_ORDER)
    loaded = load_backbone(model, save_peer(peer))
    assert not loaded.missing
    theirs = peer.backbone.encoder.layer[1].mlp.experts
    for ours, expert in zip(model.backbone.blocks[1].mlp.experts, theirs, strict=True):
        assert torch.equal(ours.weight, expert.weight)


def test_an_expert_that_nothing_names_is_asked_for(make_peer, save_peer):
    with pytest.raises(CheckpointError, match=r"whose it is: name its task, one of coco"):
        load_model(save_peer(make_peer(num_experts=6, labels=20)))
    with pytest.raises(CheckpointError, match=r"3 experts.*only the official six .* load_backbone"):
        load_model(save_peer(make_peer(num_experts=3)), tasks=["coco"])


def test_what_is_unsaid_has_the_defaults_of_transformers(
    make_peer, save_peer, assert_draws_as, tmp_path
):
    peer = make_peer(
        simple=True,
        hidden_size=768,
        num_attention_heads=12,
        image_size=[256, 192],
        layer_norm_eps=1e-12,
    )
    folder = save_peer(peer)
    bare = {"model_type": "vitpose", "backbone_config": {"num_hidden_layers": 2}}
    (folder / "config.json").write_text(json.dumps(bare))
    assert_draws_as(load_model(folder), peer, "coco")


def test_an_unsaid_layer_norm_eps_is_not_that_of_vitpose(make_peer, save_peer, assert_draws_as):
    peer = make_peer(layer_norm_eps=1e-12)
    embeddings = peer.backbone.embeddings
    with torch.no_grad():
        # A variance of 1e-10 at the first norm: nothing beside 1e-6, and large beside 1e-12.
        for weight in (*embeddings.patch_embeddings.parameters(), embeddings.position_embeddings):
            weight.mul_(1e-5)
    folder = save_peer(peer, {"backbone_config.layer_norm_eps": None})
    model = load_model(folder)
    assert model.config.layer_norm_eps == 1e-12
    assert_draws_as(model, peer, "coco")
    model.backbone.blocks[0].norm1.eps = 1e-6
    with pytest.raises(AssertionError, match="not close"):
        assert_draws_as(model, peer, "coco")


def test_the_tables_of_a_square_are_read(make_peer, save_peer, assert_draws_as):
    peer = make_peer(image_size=[64, 64])
    model = load_model(save_peer(peer, {"backbone_config.image_size": 64}))
    assert model.config.input_size == (64, 64)
    assert_draws_as(model, peer, "coco")


def test_a_folder_in_shards_is_read(make_peer, save_peer, assert_draws_as):
    peer = make_peer()
    folder = save_peer(peer, max_shard_size="500KB")
    assert len(list(folder.glob("*.safetensors"))) > 1
    assert_draws_as(load_model(folder), peer, "coco")


def test_a_set_of_ones_own_may_be_named(make_peer, save_peer, assert_draws_as):
    peer = make_peer()
    mine = Task(name="divers", skeleton=replace(SKELETONS["coco"], name="divers"))
    assert_draws_as(load_model(save_peer(peer), tasks=[mine]), peer, "divers")


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("backbone_config.hidden_size", 192, "have 96"),
        ("backbone_config.num_hidden_layers", 3, "have 2"),
        ("backbone_config.num_experts", 6, "have 1"),
        ("backbone_config.image_size", [256, 192], "have 12"),
        ("use_simple_decoder", True, "have False"),
    ],
)
def test_a_config_of_other_weights_is_refused_by_its_key(make_peer, save_peer, key, value, shown):
    unused = {"backbone_config.out_indices": None, "backbone_config.out_features": None}
    folder = save_peer(make_peer(), unused | {key: value})
    with pytest.raises(CheckpointError, match=f"theirs: config.json .* {key}.*{shown}"):
        read_huggingface(folder)


def test_an_unknown_tensor_is_listed_by_its_name(make_peer, save_peer, alter_weights):
    folder = alter_weights(save_peer(make_peer()), lambda t: t.update(spare=torch.ones(2)))
    with pytest.raises(CheckpointError, match=r"unexpected \(1\): spare"):
        load_model(folder)


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ("attention.attention.key.bias", r"attention\.\{query,key,value\}\.bias"),
        ("mlp.fc2.weight", r"encoder\.layer\.1\.mlp\.fc2\.weight"),
    ],
)
def test_a_missing_tensor_is_listed_by_its_name(make_peer, save_peer, alter_weights, lost, told):
    name = f"backbone.encoder.layer.1.{lost}"
    folder = alter_weights(save_peer(make_peer()), lambda tensors: tensors.pop(name))
    with pytest.raises(CheckpointError, match=rf"missing \(1\): backbone\S*{told}"):
        load_model(folder)


def test_a_folder_without_a_final_layer_is_refused(make_peer, save_peer, alter_weights):
    folder = alter_weights(save_peer(make_peer()), lambda tensors: tensors.pop("head.conv.bias"))
    with pytest.raises(CheckpointError, match=r"no head\.conv\.bias"):
        load_model(folder)

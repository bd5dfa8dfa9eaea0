"""Other models' backbones as a start: same functions where they should be, told where not."""

from dataclasses import replace

import pytest
import torch

from vitpose_plus.checkpoints import load_backbone, save_model
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import AttentionPattern, Size
from vitpose_plus.models.dispatch import Dispatch
from vitpose_plus.models.positions import resize_positions

S_OF_TWO_BLOCKS = Size(
    width=384, depth=2, heads=12, hidden=1536, expert_width=192, decoder_width=32
)


def test_a_picture_gives_timms_tokens_where_neither_pads(
    make_vit, make_random, save_mae, assert_close
):
    vit = make_vit(img_size=64)
    with torch.no_grad():
        vit.pos_embed[:, 0] = 0
    model = make_random("coco", ffn="plain", input_size=(64, 64))
    load_backbone(model, save_mae(vit))
    model.backbone.patch_embed.proj.padding = (0, 0)
    picture = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        patches = vit.patch_embed(picture) + vit.pos_embed[:, 1:]
        wanted = vit.norm(vit.blocks(patches)).transpose(1, 2).unflatten(2, (4, 4))
        found = model.backbone(picture, Dispatch.one_task(0, 1, picture.device))
    assert_close(found, wanted)


def test_what_mae_has_beside_is_told(make_vit, make_random, save_mae):
    found = load_backbone(make_random("coco"), save_mae(make_vit()))
    assert found.format == "MAE"
    assert found.missing == ()
    assert set(found.left_out) == {
        "cls_token",
        "mask_token",
        "decoder_pos_embed",
        "decoder_blocks.0.norm1.weight",
        "pos_embed[:, 0]",
    }
    assert found.notes == (
        "positions resized from 14x14 to 4x3",
        "plain FFN given to every task's expert",
    )


def test_decoders_keep_their_weights(make_vit, make_random, save_mae):
    model = make_random("coco")
    before = {name: w.clone() for name, w in model.heads.state_dict().items()}
    load_backbone(model, save_mae(make_vit()))
    assert all(torch.equal(w, before[name]) for name, w in model.heads.state_dict().items())


def test_positions_are_resized_from_their_square(make_vit, make_random, save_mae):
    vit, model = make_vit(), make_random("coco")
    load_backbone(model, save_mae(vit))
    wanted = resize_positions(vit.pos_embed, (14, 14), (4, 3))
    torch.testing.assert_close(model.backbone.pos_embed[:, 1:], wanted[:, 1:])
    assert model.backbone.pos_embed[:, 0].eq(0).all()


def test_a_table_without_a_class_token_is_taken(make_vit, make_random, tmp_path):
    vit, model = (
        make_vit(no_embed_class=True, img_size=64),
        make_random("coco", input_size=(64, 64)),
    )
    torch.save(vit.state_dict(), tmp_path / "vit.pth")
    load_backbone(model, tmp_path / "vit.pth")
    assert torch.equal(model.backbone.pos_embed[:, 1:], vit.pos_embed)


def test_a_kernel_of_14_pixels_is_padded_by_one_on_each_side(make_vit, make_random, save_mae):
    vit, model = make_vit(patch_size=14, img_size=56), make_random("coco")
    found = load_backbone(model, save_mae(vit))
    kernel = model.backbone.patch_embed.proj.weight
    assert torch.equal(kernel[:, :, 1:15, 1:15], vit.patch_embed.proj.weight)
    assert kernel.count_nonzero() == vit.patch_embed.proj.weight.count_nonzero()
    assert "patch kernel 14x14 padded with zeros to 16x16" in found.notes


def test_a_kernel_of_32_pixels_is_refused(make_vit, make_random, save_mae):
    path = save_mae(make_vit(patch_size=32))
    with pytest.raises(CheckpointError, match=r"another shape \(1\): patch_embed\.proj\.weight"):
        load_backbone(make_random("coco"), path)


def test_without_a_last_norm_the_models_own_stays(make_vit, make_random, tmp_path):
    weights = {n: w for n, w in make_vit().state_dict().items() if not n.startswith("norm.")}
    torch.save(weights, tmp_path / "vit.pth")
    model = make_random("coco")
    own = model.backbone.last_norm.weight.clone()
    found = load_backbone(model, tmp_path / "vit.pth")
    assert set(found.missing) == {"backbone.last_norm.weight", "backbone.last_norm.bias"}
    assert torch.equal(model.backbone.last_norm.weight, own)


def test_window_attention_and_vitaes_convolutions_keep_their_own(make_vit, make_random, save_mae):
    size = Size(width=192, depth=2, heads=3, hidden=768, expert_width=48, convolutions=True)
    model = make_random("coco", size=size, attention=AttentionPattern(kind="window", window=(2, 3)))
    found = load_backbone(model, save_mae(make_vit()))
    assert {name.split(".")[3] for name in found.missing} == {"attn", "pcm"}
    assert "backbone.blocks.1.attn.rel_pos_w" in found.missing


def test_a_small_transformer_asks_for_its_heads(make_vit, make_random, save_mae):
    path = save_mae(make_vit("vit_small_patch16_224"))
    model = make_random("coco", size=S_OF_TWO_BLOCKS)
    with pytest.raises(CheckpointError, match=r"6 heads .* 12.*say heads="):
        load_backbone(model, path)
    with pytest.raises(
        CheckpointError, match="trained with 6 attention heads, but the model has 12"
    ):
        load_backbone(model, path, heads=6)
    load_backbone(make_random("coco", size=replace(S_OF_TWO_BLOCKS, heads=6)), path, heads=6)


def test_a_vitpose_has_its_familys_heads_unless_others_are_said(make_random, save_official):
    size = Size(width=192, depth=2, heads=6, hidden=768, expert_width=48, decoder_width=32)
    path, model = save_official(make_random("coco", size=size)), make_random("coco", size=size)
    with pytest.raises(CheckpointError, match="trained with 3 attention heads"):
        load_backbone(model, path)
    load_backbone(model, path, heads=6)


def test_another_size_is_refused_with_both_numbers(make_vit, make_random, save_mae):
    path = save_mae(make_vit(depth=3))
    with pytest.raises(CheckpointError, match=r"192 and 3 blocks.*192 and 2 blocks"):
        load_backbone(make_random("coco"), path)


def test_what_ours_has_no_place_for_is_listed_and_nothing_is_loaded(
    make_vit, make_random, tmp_path
):
    torch.save(make_vit(init_values=0.1, qkv_bias=False).state_dict(), tmp_path / "vit.pth")
    model = make_random("coco")
    before = {name: w.clone() for name, w in model.state_dict().items()}
    with pytest.raises(CheckpointError) as caught:
        load_backbone(model, tmp_path / "vit.pth")
    assert "missing (2): blocks.{0-1}.attn.qkv.bias" in str(caught.value)
    assert "unexpected (4): blocks.{0-1}.ls{1-2}.gamma" in str(caught.value)
    assert all(torch.equal(w, before[name]) for name, w in model.state_dict().items())


def test_a_vitpose_keeps_its_first_slot_of_positions(make_random, save_official):
    source, model = make_random("coco", ffn="plain"), make_random("coco", ffn="plain")
    load_backbone(model, save_official(source))
    assert torch.equal(model.backbone.pos_embed, source.backbone.pos_embed)
    assert model.backbone.pos_embed[:, 0].any()


def test_another_epsilon_is_noted(make_random, tmp_path):
    save_model(make_random("coco", layer_norm_eps=1e-12), tmp_path / "m")
    found = load_backbone(make_random("coco"), tmp_path / "m")
    assert "trained with a layer_norm_eps of 1e-12, the model has 1e-06" in found.notes


@pytest.fixture
def transformers_plus(tmp_path):
    """A folder of transformers with six random experts and COCO's decoder."""
    from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation

    backbone = VitPoseBackboneConfig(
        image_size=[64, 48],
        patch_size=[16, 16],
        hidden_size=192,
        num_hidden_layers=2,
        num_attention_heads=3,
        layer_norm_eps=1e-6,
        num_experts=6,
        part_features=48,
    )
    config = VitPoseConfig(backbone_config=backbone, num_labels=17, use_simple_decoder=False)
    model = VitPoseForPoseEstimation(config).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    model.save_pretrained(tmp_path / "transformers")
    return model, tmp_path / "transformers"


@pytest.mark.parametrize("task", [0, 3])
def test_a_transformers_folder_gives_all_its_experts(
    task, transformers_plus, make_random, assert_close
):
    names = ("coco", "aic", "mpii", "ap10k", "apt36k", "coco_wholebody")
    peer, folder = transformers_plus
    plus, plain = make_random(*names), make_random(names[task], ffn="plain")
    load_backbone(plus, folder)
    load_backbone(plain, folder, task=names[task])
    picture = torch.randn(1, 3, 64, 48)
    with torch.no_grad():
        (wanted,) = peer.backbone(picture, dataset_index=torch.tensor([task])).feature_maps
        wanted = wanted.transpose(1, 2).unflatten(2, (4, 3))
        for model, index in ((plus, task), (plain, 0)):
            found = model.backbone(picture, Dispatch.one_task(index, 1, picture.device))
            assert_close(found, wanted)


TOKEN = "backbone.knowledge_token"


@pytest.mark.parametrize(
    ("theirs", "ours", "missing", "left_out"),
    [(1, 1, (), ()), (1, 0, (), (TOKEN,)), (0, 1, (TOKEN,), ())],
)
def test_a_knowledge_token_is_taken_left_out_or_kept(
    theirs, ours, missing, left_out, make_random, tmp_path
):
    source = make_random("coco", knowledge_tokens=theirs)
    model = make_random("coco", knowledge_tokens=ours)
    before = model.state_dict().get(TOKEN, torch.empty(0)).clone()
    save_model(source, tmp_path / "m")
    found = load_backbone(model, tmp_path / "m")
    assert found.missing == missing
    told = {name: why for name, why in found.left_out.items() if not name.startswith("heads.")}
    assert tuple(told) == left_out
    assert all("the model has none" in why for why in told.values())
    if ours:
        wanted = source.backbone.knowledge_token if theirs else before
        assert torch.equal(model.backbone.knowledge_token, wanted)
    assert torch.equal(model.backbone.pos_embed, source.backbone.pos_embed)


def test_another_number_of_knowledge_tokens_is_refused(make_random, tmp_path):
    save_model(make_random("coco", knowledge_tokens=2), tmp_path / "m")
    with pytest.raises(CheckpointError, match=r"knowledge_token \[1, 2, 192\] for \[1, 1, 192\]"):
        load_backbone(make_random("coco", knowledge_tokens=1), tmp_path / "m")

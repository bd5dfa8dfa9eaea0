"""A pretraining's folder as the start of a ViTPose."""

from dataclasses import replace

import pytest
import torch

from vitpose_plus.checkpoints import load_backbone
from vitpose_plus.checkpoints.mae_folder import read_mae, read_mae_config, write_mae
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Size
from vitpose_plus.models.dispatch import Dispatch
from vitpose_plus.models.mae import MAE
from vitpose_plus.models.mae_config import MAEConfig
from vitpose_plus.models.positions import resize_positions

TWO_BLOCKS = Size(width=192, depth=2, heads=3, hidden=768, expert_width=48, decoder_width=32)
SMALL = Size(width=384, depth=2, heads=12, hidden=1536, expert_width=192, decoder_width=32)
# A grid of 8x6: with the class token's 49 slots, which are a square, too.
TRAP = (128, 96)


@pytest.fixture
def save_auto_encoder(tmp_path, randomise):
    """A folder of a random auto-encoder, and the auto-encoder."""

    def save(input_size=TRAP, size=TWO_BLOCKS):
        config = MAEConfig(
            size=size, input_size=input_size, decoder_width=32, decoder_depth=1, decoder_heads=2
        )
        model = randomise(MAE(config), vectors=0.2)
        write_mae(config, model.state_dict(), tmp_path / "last")
        return model, tmp_path / "last"

    return save


def test_the_folder_is_read_back_as_it_was(save_auto_encoder):
    model, folder = save_auto_encoder()
    assert sorted(path.name for path in folder.iterdir()) == ["mae.json", "mae.safetensors"]
    assert read_mae_config(folder) == model.config
    found = read_mae(folder)
    assert (found.heads, found.input_size) == (3, TRAP)
    qkv = "blocks.1.attn.qkv.weight"
    assert torch.equal(found.weights[f"backbone.{qkv}"], model.state_dict()[qkv])


@pytest.mark.parametrize("name", ["", "mae.safetensors"])
@pytest.mark.parametrize("ffn", ["plain", "partially_shared"])
def test_the_encoders_blocks_give_the_same_tokens_in_a_vitpose(
    ffn, name, save_auto_encoder, make_random, assert_close
):
    # Block by block on the same tokens, the class token's left out: a ViTPose has none, and its
    # patches lie two pixels further up and left (padding 2), so whole encoders cannot agree.
    source, folder = save_auto_encoder()
    model = make_random("coco", "mpii", ffn=ffn, input_size=TRAP)
    found = load_backbone(model, folder / name)
    tokens = torch.randn(3, 48, 192)
    with torch.no_grad():
        for task in (0, 1):
            dispatch = Dispatch.one_task(task, 3, tokens.device)
            for theirs, ours in zip(source.blocks, model.backbone.layers, strict=True):
                assert_close(ours(tokens, dispatch), theirs(tokens))
            assert_close(model.backbone.last_norm(tokens), source.norm(tokens))
    kernel = model.backbone.patch_embed.proj
    assert torch.equal(kernel.weight, source.patch_embed.proj.weight)
    assert torch.equal(kernel.bias, source.patch_embed.proj.bias)
    assert not found.missing
    assert set(found.left_out.values()) == {"class token: ViTPose has none", "MAE's decoder"}


def test_embeddings_agree_where_the_patches_do(save_auto_encoder, make_random, assert_close):
    # Without its padding, a ViTPose's embedding and positions are MAE's.
    source, folder = save_auto_encoder()
    model = make_random("coco", input_size=TRAP)
    load_backbone(model, folder)
    backbone, pictures = model.backbone, torch.randn(2, 3, *TRAP)
    backbone.patch_embed.proj.padding = (0, 0)
    with torch.no_grad():
        x = backbone.patch_embed(pictures)
        x = x + backbone.pos_embed[:, 1:] + backbone.pos_embed[:, :1]
        seen = {}
        source.blocks[0].register_forward_pre_hook(lambda _, args: seen.update(x=args[0]))
        everything = torch.arange(48).expand(2, -1)
        source.encode(_patches(pictures), everything)
    assert_close(x, seen["x"][:, 1:])


def _patches(pictures):
    from vitpose_plus.models.mae_masking import to_patches

    return to_patches(pictures)


def test_positions_of_the_same_grid_are_taken_as_they_are(save_auto_encoder, make_random):
    source, folder = save_auto_encoder()
    for path in (folder, folder / "mae.safetensors"):
        model = make_random("coco", input_size=TRAP)
        assert not any("positions" in note for note in load_backbone(model, path).notes)
        assert torch.equal(model.backbone.pos_embed, source.pos_embed)
        assert model.backbone.pos_embed[:, 0].eq(0).all()


def test_positions_of_another_grid_are_resized(save_auto_encoder, make_random):
    # 64x160 has a grid of 4x10, which no count tells: the configuration does.
    for size, grid in ((TRAP, (8, 6)), ((64, 160), (4, 10))):
        source, folder = save_auto_encoder(size)
        model = make_random("coco", input_size=(64, 48))
        notes = load_backbone(model, folder).notes
        assert f"positions resized from {grid[0]}x{grid[1]} to 4x3" in notes
        wanted = resize_positions(source.pos_embed, grid, (4, 3))
        assert torch.equal(model.backbone.pos_embed, wanted)
        assert model.backbone.pos_embed[:, 0].eq(0).all()


def test_weights_without_their_configuration_are_read_too(save_auto_encoder, make_random, tmp_path):
    source, folder = save_auto_encoder()
    bare = (folder / "mae.safetensors").rename(tmp_path / "mae.safetensors")
    model = make_random("coco", input_size=TRAP)
    load_backbone(model, bare)
    assert torch.equal(model.backbone.pos_embed, source.pos_embed)


def test_the_folder_tells_the_heads_that_width_384_does_not(save_auto_encoder, make_random):
    _, folder = save_auto_encoder(size=SMALL)
    for path in (folder, folder / "mae.safetensors"):
        load_backbone(make_random("coco", size=SMALL, input_size=TRAP), path)
    six = make_random("coco", size=replace(SMALL, heads=6), input_size=TRAP)
    with pytest.raises(CheckpointError, match="trained with 12 attention heads"):
        load_backbone(six, folder)


def test_a_folder_of_something_else_is_not_replaced(save_auto_encoder):
    model, folder = save_auto_encoder()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(CheckpointError, match=r"notes\.txt"):
        write_mae(model.config, model.state_dict(), folder)
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_configuration_of_another_version_is_named(save_auto_encoder, make_random):
    _, folder = save_auto_encoder()
    (folder / "mae.json").write_text('{"size": "tiny", "masks": 3}')
    with pytest.raises(CheckpointError, match=r"mae\.json"):
        load_backbone(make_random("coco"), folder)


def test_load_model_says_that_there_is_no_decoder(save_auto_encoder):
    from vitpose_plus.checkpoints import load_model

    with pytest.raises(CheckpointError, match="load_backbone"):
        load_model(save_auto_encoder()[1])

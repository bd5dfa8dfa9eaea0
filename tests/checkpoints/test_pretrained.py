"""MAE's and timm's names as ours."""

import torch

from vitpose_plus.checkpoints.pretrained import (
    has_class_slot,
    is_pretrained,
    read_pretrained,
    without_class_token,
)

PATCHES = {
    "patch_embed.proj.weight": torch.ones(8, 3, 16, 16),
    "blocks.0.norm1.bias": torch.ones(8),
}


def test_a_vision_transformer_is_known_by_its_bare_names():
    assert is_pretrained(PATCHES)
    assert not is_pretrained({f"backbone.{name}": w for name, w in PATCHES.items()})


def test_the_last_norm_may_stand_after_the_mean():
    norm = {"fc_norm.weight": torch.full((8,), 2.0), "fc_norm.bias": torch.ones(8)}
    found = read_pretrained(PATCHES | norm)
    assert found.weights["backbone.last_norm.weight"].eq(2).all()
    assert found.their_name("backbone.last_norm.weight") == "fc_norm.weight"


def test_of_two_last_norms_that_of_the_tokens_is_taken():
    norms = {"norm.weight": torch.ones(8), "fc_norm.weight": torch.full((8,), 2.0)}
    found = read_pretrained(PATCHES | norms)
    assert found.weights["backbone.last_norm.weight"].eq(1).all()
    assert found.left_out == {"fc_norm.weight": "a second last norm"}


def test_what_a_pose_model_has_no_use_for_is_left_out_with_its_reason():
    names = ["cls_token", "mask_token", "decoder_embed.weight", "decoder_blocks.0.norm1.bias"]
    found = read_pretrained(PATCHES | {name: torch.ones(1) for name in [*names, "head.weight"]})
    assert sorted(found.left_out) == sorted([*names, "head.weight"])
    assert found.left_out["head.weight"] == "classifier"
    assert found.format == "MAE"


def test_the_class_tokens_position_is_zeroed_and_told_unless_it_was_zero():
    table = torch.randn(1, 1 + 16, 8)
    found = read_pretrained(PATCHES | {"pos_embed": table})
    assert found.weights["backbone.pos_embed"][:, 0].eq(0).all()
    assert torch.equal(found.weights["backbone.pos_embed"][:, 1:], table[:, 1:])
    assert "class token" in found.left_out["pos_embed[:, 0]"]
    table[:, 0] = 0
    assert not read_pretrained(PATCHES | {"pos_embed": table}).left_out


def test_a_table_without_a_class_token_gets_an_empty_first_slot():
    table = torch.randn(1, 16, 8)
    assert not has_class_slot(table)
    assert torch.equal(without_class_token(table, has_slot=False)[:, 1:], table)
    assert without_class_token(table, has_slot=False)[:, 0].eq(0).all()


def test_the_class_slot_of_mae_is_known_where_all_slots_together_are_a_square():
    table = torch.randn(1, 1 + 8 * 6, 8)  # 49 is 7 * 7
    named = {"pos_embed": table, "mask_token": torch.ones(1, 1, 4)}
    found = read_pretrained(PATCHES | named)
    assert torch.equal(found.weights["backbone.pos_embed"][:, 1:], table[:, 1:])
    table[:, 0] = 0  # MAE's sines; its decoder may be gone
    found = read_pretrained(PATCHES | {"pos_embed": table})
    assert torch.equal(found.weights["backbone.pos_embed"], table)

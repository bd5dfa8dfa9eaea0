import pytest
import torch

from vitpose_plus.datasets.crops import InstanceCrops
from vitpose_plus.geometry import normalise
from vitpose_plus.models.mae import MAE, multiply_adds
from vitpose_plus.pretraining.objective import MaskedObjective
from vitpose_plus.pretraining.views import MaskedViews, collate_views


@pytest.fixture
def setting(make_split, auto_encoder):
    splits = [make_split("coco"), make_split("mpii", 4)]
    views = MaskedViews(InstanceCrops(splits, auto_encoder.input_size), 12, seed=0)
    return MaskedObjective(MAE(auto_encoder), splits), views


def batch_of(views, *indices):
    return collate_views([views[0, index] for index in indices])


def test_the_loss_is_the_samples_mean_and_the_sets_are_told_apart(setting):
    objective, views = setting
    batch = batch_of(views, 7, 0, 9, 3, 4)
    each = objective.network(normalise(batch.picture), batch.noise).detach()
    losses = objective(batch)
    torch.testing.assert_close(losses.total.detach(), each.mean())
    torch.testing.assert_close(losses.parts["loss"], (each.sum(), 5))
    torch.testing.assert_close(losses.parts["loss_coco"], (each[[1, 3, 4]].sum(), 3))
    torch.testing.assert_close(losses.parts["loss_mpii"], (each[[0, 2]].sum(), 2))
    assert not any(total.requires_grad for total, _ in losses.parts.values())


def test_a_set_without_a_sample_is_named_with_none(setting):
    objective, views = setting
    assert objective(batch_of(views, 0, 1)).parts["loss_mpii"] == (0, 0)


def test_every_parameter_learns_in_one_group(setting, small):
    objective, views = setting
    objective(batch_of(views, 0, 7)).total.backward()
    learned = {id(p) for p in objective.parameters() if p.grad is not None and p.grad.any()}
    groups = objective.parameter_groups(small().optimisation, 0.3)
    members = [id(p) for group in groups for p in group["params"]]
    assert len(members) == len(set(members))
    assert set(members) == learned


def test_vectors_do_not_decay_and_all_learn_at_one_rate(setting, small):
    objective, _ = setting
    decayed, kept = objective.parameter_groups(small().optimisation, 0.3)
    assert {group["lr"] for group in (decayed, kept)} == {0.3}
    assert (decayed["weight_decay"], kept["weight_decay"]) == (0.05, 0)
    names = {id(p): name for name, p in objective.network.named_parameters()}
    undecayed = {names[id(p)] for p in kept["params"]}
    assert {"norm.weight", "patch_embed.proj.bias", "blocks.0.attn.qkv.bias"} <= undecayed
    assert all(name.endswith("bias") or "norm" in name for name in undecayed)
    assert {"cls_token", "mask_token"} <= {names[id(p)] for p in decayed["params"]}


def test_blocks_of_encoder_and_decoder_are_the_units(setting):
    objective, _ = setting
    assert len(objective.units()) == 2 + 1


def test_records_are_named_as_people_find_them(setting):
    objective, views = setting
    batch = objective.to_device(batch_of(views, 2, 8), torch.device("cpu"))
    assert objective.record_names(batch) == ["coco train 2 (2.jpg)", "mpii train 2 (2.jpg)"]


def test_the_arithmetic_is_the_models(setting, auto_encoder):
    assert setting[0].multiply_adds == multiply_adds(auto_encoder)

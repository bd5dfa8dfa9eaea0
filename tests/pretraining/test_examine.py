import pytest
import torch

from vitpose_plus.engine.world import World
from vitpose_plus.geometry import normalise
from vitpose_plus.models.mae import MAE
from vitpose_plus.pretraining.batches import held_out_views
from vitpose_plus.pretraining.examine import MaskedExamination
from vitpose_plus.pretraining.views import collate_views


@pytest.fixture
def setting(make_split, small, auto_encoder, tmp_path):
    """How to make an examination of 7 and 2 views, and their losses one by one."""
    splits = [make_split("coco", 7), make_split("mpii", 2)]
    model, recipe = MAE(auto_encoder), small(batch_size=4)

    def make(world: World, **fields) -> MaskedExamination:
        return MaskedExamination(model, small(batch_size=4, **fields), splits, tmp_path, 5, world)

    views = held_out_views(auto_encoder, recipe, splits, 5)
    batch = collate_views([views[0, index] for index in range(9)])
    with torch.no_grad():
        losses = model(normalise(batch.picture), batch.noise)
    return make, losses


def test_the_held_out_loss_is_the_mean_of_all_views(setting):
    make, losses = setting
    found = make(World())(0)
    assert found.score == -found.figures["held_out_loss"]
    assert found.figures == pytest.approx(
        {
            "held_out_loss": losses.mean().item(),
            "held_out_loss_coco": losses[:7].mean().item(),
            "held_out_loss_mpii": losses[7:].mean().item(),
        }
    )


def test_processes_count_each_view_once_and_pass_forward_equally_often(setting):
    make, losses = setting
    sums = [make(World(rank, 2))._sums() for rank in (0, 1)]
    torch.testing.assert_close(
        sum(sums).float(),
        torch.tensor([[losses[:7].sum(), 7], [losses[7:].sum(), 2]]),
    )
    assert [len(make(World(rank, 2)).batches) for rank in (0, 1)] == [3, 3]


def test_scoring_the_same_weights_again_gives_the_same(setting):
    make, _ = setting
    examination = make(World())
    assert examination(0).figures == examination(4).figures


def test_reconstructions_are_drawn_where_they_are_wanted(setting, tmp_path):
    make, _ = setting
    (path,) = make(World())(4).pictures
    assert path == tmp_path / "reconstructions" / "epoch_0005.jpg"
    assert path.is_file()
    assert make(World(), reconstructions=0)(5).pictures == []


def test_the_model_trains_on_after_being_scored(setting):
    make, _ = setting
    examination = make(World())
    examination.model.train()
    examination(0)
    assert examination.model.training

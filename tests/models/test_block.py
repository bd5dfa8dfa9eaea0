import pytest
import torch

from vitpose_plus.models.block import draw_paths
from vitpose_plus.models.dispatch import Dispatch


def test_a_path_is_kept_as_often_as_its_rate_says_and_the_mean_stays():
    rates = [0.0, 0.3, 0.8]
    paths = draw_paths(rates, 20_000, torch.device("cpu"))
    assert paths.shape == (3, 3, 20_000, 1, 1)
    for rate, drawn in zip(rates, paths, strict=True):
        values = [0.0] * (rate > 0) + [1 / (1 - rate)]
        assert drawn.unique().tolist() == pytest.approx(values)
        for branch in drawn:
            assert (branch == 0).float().mean().item() == pytest.approx(rate, abs=0.02)
            assert branch.mean().item() == pytest.approx(1, abs=0.05)


def test_a_blocks_branches_are_dropped_apart():
    attention, ffn, _ = draw_paths([0.5], 20_000, torch.device("cpu"))[0].flatten(1) == 0
    assert (attention & ffn).float().mean().item() == pytest.approx(0.25, abs=0.02)


def test_a_sample_whose_paths_are_all_dropped_passes_as_it_is(make_model):
    model = make_model("coco", drop_path=0.5)
    x = torch.randn(2, 12, 192)
    dispatch = Dispatch.one_task(0, 2, x.device)
    paths = torch.tensor([0.0, 2.0]).view(1, 2, 1, 1).expand(3, -1, -1, -1)
    block = model.backbone.layers[1]
    found = block(x, dispatch, paths)
    assert torch.equal(found[0], x[0])
    attended = x + 2 * block.attn(block.norm1(x))
    wanted = attended + 2 * block.mlp(block.norm2(attended), dispatch)
    torch.testing.assert_close(found[1], wanted[1], rtol=1e-4, atol=1e-5)


def test_paths_are_dropped_in_training_alone_and_not_in_frozen_blocks(make_model):
    model = make_model("coco", drop_path=0.9)
    images = torch.randn(2, 3, 64, 48)
    seen = []
    for block in model.backbone.blocks:
        block.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[2]))
    model.eval()(images, "coco")
    assert seen == [None] * 6
    seen.clear()
    model.backbone.frozen_blocks = 2
    model.train()(images, "coco")
    assert [paths is None for paths in seen] == [True, True, False, False, False, False]
    assert all(set(paths.unique().tolist()) - {1.0} for paths in seen[2:])

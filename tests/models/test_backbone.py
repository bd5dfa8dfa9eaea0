import pytest
import torch
from torch.nn import functional as F

from vitpose_plus.models import Size
from vitpose_plus.models.backbone import PatchEmbed
from vitpose_plus.models.convolutions import ParallelConvolutions


@pytest.mark.parametrize(("ratio", "padding"), [(1, 2), (2, 4)])
def test_tokens_are_dot_products_with_cut_out_patches(ratio, padding):
    embed = PatchEmbed(8, ratio).double()
    images = torch.randn(2, 3, 64, 48, dtype=torch.double)
    patches = F.unfold(images, 16, padding=padding, stride=16 // ratio)
    weight = embed.proj.weight.flatten(1)
    expected = torch.einsum("cp,bpn->bnc", weight, patches) + embed.proj.bias
    assert expected.shape[1] == 4 * ratio * 3 * ratio
    torch.testing.assert_close(embed(images), expected)


def test_recomputed_blocks_give_the_same_gradients_and_statistics(make_model):
    size = Size(width=48, depth=3, heads=3, hidden=96, expert_width=12, convolutions=True)
    model = make_model("coco", "aic", size=size, drop_path=0.3)
    start = {name: value.clone() for name, value in model.state_dict().items()}
    images, tasks = torch.randn(3, 3, 64, 48), torch.tensor([1, 0, 1])
    passes = []
    model.backbone.blocks[1].register_forward_pre_hook(lambda *_: passes.append(1))
    found = []
    for recompute in (False, True):
        model.load_state_dict(start)
        model.zero_grad()
        model.backbone.checkpointing = recompute
        torch.manual_seed(5)  # of the dropped paths
        sum(maps.square().sum() for maps in model.by_task(images, tasks).values()).backward()
        gradients = [p.grad.clone() for p in model.backbone.parameters()]
        found.append([*gradients, *(b.clone() for b in model.buffers())])
    assert len(passes) == 1 + 2
    for kept, recomputed in zip(*found, strict=True):
        torch.testing.assert_close(recomputed, kept)


def test_convolutions_see_a_tokens_neighbours_only():
    convolutions = ParallelConvolutions(8, (5, 7)).eval()
    x = torch.zeros(1, 35, 8, requires_grad=True)
    convolutions(x)[0, 2 * 7 + 3].sum().backward()
    reached = x.grad[0].abs().sum(1).unflatten(0, (5, 7)) > 0
    # Two 3x3 convolutions reach two tokens far.
    expected = torch.zeros(5, 7, dtype=torch.bool)
    expected[0:5, 1:6] = True
    assert torch.equal(reached, expected)


def test_pictures_of_another_size_are_refused(make_model):
    with pytest.raises(ValueError, match=r"\(48, 64\).*\(64, 48\)"):
        make_model("coco")(torch.randn(1, 3, 48, 64), "coco")

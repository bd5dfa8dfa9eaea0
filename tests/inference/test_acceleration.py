import pytest
import torch

from vitpose_plus.inference.acceleration import accelerate
from vitpose_plus.inference.infer import infer
from vitpose_plus.models.folding import fold_batch_norms


def with_statistics(model):
    """BatchNorms that have seen something: at their start a mistake in folding would not show."""
    for norm in model.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(norm.running_var, 0.5, 2.0)
            for values in (norm.running_mean, norm.weight, norm.bias):
                torch.nn.init.normal_(values)
    return model.eval()


@pytest.mark.parametrize("decoder", ["classic", "simple"])
def test_folded_batch_norms_give_the_same_heatmaps(make_model, decoder):
    model = with_statistics(make_model("coco", ffn="plain", decoder=decoder))
    images = torch.randn(2, 3, 64, 48)
    expected = model(images, "coco")
    found = fold_batch_norms(model)(images, "coco")
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in model.modules())


def test_batch_norms_that_still_learn_are_not_folded(make_model):
    with pytest.raises(ValueError, match="training mode"):
        fold_batch_norms(make_model("coco"))


@pytest.mark.slow
@pytest.mark.parametrize("tokens", [0, 1])
def test_one_compilation_serves_every_batch_and_gives_the_same_keypoints(make_model, tokens):
    from torch._dynamo.utils import counters

    model = with_statistics(make_model("coco", "aic", knowledge_tokens=tokens))
    fast = accelerate(model, "aic")
    counters.clear()
    for batch in (3, 1, 8):
        images = torch.randn(batch, 3, 64, 48)
        with torch.inference_mode():
            found, expected = fast(images, "aic"), model(images, "aic")
        assert (found - expected).abs().max() <= 1e-5 * expected.abs().max()
    assert counters["stats"]["unique_graphs"] == 1

    pictures = torch.randint(0, 255, (2, 64, 48, 3), dtype=torch.uint8)
    keypoints, scores = infer(fast, pictures, torch.zeros(2, dtype=torch.long))
    wanted, sure = infer(model.for_task("aic"), pictures, torch.zeros(2, dtype=torch.long))
    torch.testing.assert_close(scores, sure, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(keypoints, wanted, rtol=0, atol=0.05)


def test_an_accelerated_model_serves_its_own_task_only(make_model):
    fast = accelerate(make_model("coco", "aic"), "aic")
    with pytest.raises(KeyError, match="this model serves aic"):
        fast(torch.randn(1, 3, 64, 48), "coco")

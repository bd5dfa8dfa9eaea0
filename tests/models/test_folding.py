import pytest
import torch

from vitpose_plus.models.config import AttentionPattern

FFNS = ["plain", "partially_shared", "independent", "shared_and_independent"]


@pytest.mark.parametrize("ffn", FFNS)
@pytest.mark.parametrize("decoder", ["classic", "simple"])
def test_a_folded_expert_gives_the_same_heatmaps(make_model, ffn, decoder):
    model = make_model("coco", "aic", "mpii", ffn=ffn, decoder=decoder).eval()
    images = torch.randn(2, 3, 64, 48)
    for task in ("coco", "aic", "mpii"):
        expected = model(images, task)
        folded = model.for_task(task)
        error = (folded(images, task) - expected).abs().max() / expected.abs().max()
        assert error < 1e-5
        assert folded.config.ffn == "plain"
        assert not any("experts" in name for name in folded.state_dict())


def test_windows_and_overlapping_patches_survive_folding(make_model):
    pattern = AttentionPattern(kind="shift_pool", window=(4, 3))
    model = make_model("coco", "aic", ratio=2, attention=pattern).eval()
    images = torch.randn(1, 3, 64, 48)
    torch.testing.assert_close(
        model.for_task("aic")(images, "aic"), model(images, "aic"), rtol=1e-4, atol=1e-5
    )


def test_a_folded_model_is_a_copy_in_the_same_mode(make_model):
    model = make_model("coco", "aic")
    folded = model.for_task("coco")
    assert folded.training
    before = model.heads[0].final_layer.bias.clone()
    with torch.no_grad():
        for parameter in folded.parameters():
            parameter.add_(1)
    assert torch.equal(model.heads[0].final_layer.bias, before)
    assert all(parameter.requires_grad for parameter in folded.parameters())


def test_an_unknown_task_is_refused(make_model):
    with pytest.raises(KeyError, match="coco, aic"):
        make_model("coco", "aic").for_task("mpii")


@pytest.mark.parametrize("ffn", FFNS)
def test_a_knowledge_token_survives_folding(make_model, same_heatmaps, ffn):
    model = make_model("coco", "aic", ffn=ffn, knowledge_tokens=2).eval()
    folded = model.for_task("aic")
    assert folded.config.knowledge_tokens == 2
    assert torch.equal(folded.backbone.knowledge_token, model.backbone.knowledge_token)
    same_heatmaps(folded, model, "aic")

import pytest
import torch

from vitpose_plus import ViTPose, save_model
from vitpose_plus.errors import CheckpointError
from vitpose_plus.training.config import Freeze, Start, Training
from vitpose_plus.training.start import first_model


def test_a_training_from_scratch_is_a_new_model_with_its_parts_frozen(make_model):
    config = make_model("coco").config
    torch.manual_seed(3)
    expected = ViTPose(config).state_dict()
    torch.manual_seed(3)
    model = first_model(config, Training(activation_checkpointing=True, freeze=Freeze(blocks=1)))
    assert all(torch.equal(w, expected[name]) for name, w in model.state_dict().items())
    assert model.backbone.checkpointing
    assert not model.backbone.blocks[0].norm1.weight.requires_grad


def test_weights_reach_the_backbone_and_decoders_start_anew(make_model, tmp_path):
    source = make_model("coco", "aic")
    save_model(source, tmp_path / "m")
    model = first_model(source.config, Training(start=Start(weights=tmp_path / "m")))
    for name, weight in source.backbone.state_dict().items():
        assert torch.equal(model.backbone.state_dict()[name], weight)
    assert not torch.equal(model.heads[0].final_layer.weight, source.heads[0].final_layer.weight)


def test_decoders_of_common_tasks_come_along_by_name(make_model, tmp_path):
    source = make_model("coco", "aic", ffn="plain")
    save_model(source, tmp_path / "m")
    target = make_model("mpii", "aic", ffn="plain").config
    model = first_model(target, Training(start=Start(weights=tmp_path / "m", decoders=True)))
    theirs, ours = source.heads[1].state_dict(), model.heads[1].state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_one_task_of_a_vitpose_plus_is_fine_tuned_alone(make_model, tmp_path):
    source = make_model("coco", "aic").eval()
    save_model(source, tmp_path / "m")
    start = Start(weights=tmp_path / "m", task="aic", decoders=True)
    config = source.for_task("aic").config
    model = first_model(config, Training(start=start)).eval()
    images = torch.randn(1, 3, 64, 48)
    torch.testing.assert_close(model(images, "aic"), source(images, "aic"), rtol=1e-4, atol=1e-5)


def test_experts_and_decoders_both_follow_their_names(make_model, tmp_path):
    source = make_model("coco", "aic", "mpii").eval()
    save_model(source, tmp_path / "m")
    target = make_model("mpii", "coco", "aic").config
    model = first_model(target, Training(start=Start(weights=tmp_path / "m", decoders=True)))
    images = torch.randn(1, 3, 64, 48)
    for task in ("coco", "aic", "mpii"):
        torch.testing.assert_close(model.eval()(images, task), source(images, task))


def test_experts_of_other_tasks_are_refused(make_model, tmp_path):
    save_model(make_model("coco", "aic"), tmp_path / "m")
    with pytest.raises(CheckpointError, match="those of coco, aic, the model's of coco, mpii"):
        first_model(
            make_model("coco", "mpii").config, Training(start=Start(weights=tmp_path / "m"))
        )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"names": ["mpii"]}, "the weights have those of coco, the model of mpii"),
        ({"names": ["coco"], "decoder": "simple"}, "coco's is another: unexpected"),
    ],
)
def test_decoders_that_cannot_be_taken_are_refused(make_model, tmp_path, target, said):
    save_model(make_model("coco", ffn="plain"), tmp_path / "m")
    config = make_model(*target.pop("names"), ffn="plain", **target).config
    with pytest.raises(CheckpointError, match=said):
        first_model(config, Training(start=Start(weights=tmp_path / "m", decoders=True)))

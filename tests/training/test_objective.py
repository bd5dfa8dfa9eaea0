import pytest
import torch

from vitpose_plus import load_model
from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.store import open_crops
from vitpose_plus.datasets.crops import CropBatch, InstanceCrops, collate_crops
from vitpose_plus.datasets.encoded_crops import EncodedCrops, collate_encoded
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.geometry import Augmentation, normalise
from vitpose_plus.heatmaps import HeatmapCodec, encode
from vitpose_plus.models.cost import count
from vitpose_plus.training.objective import PoseObjective

STILL = Augmentation(flip=0, half_body=0, scale=0, rotation=0, centre_jitter=0)
SIZE = (64, 48)


@pytest.fixture
def setting(make_model, make_split):
    """An objective of two tasks, and all their instances as they stand."""
    splits = [make_split("coco"), make_split("mpii", count=4)]
    crops = InstanceCrops(splits, SIZE)
    return PoseObjective(make_model("coco", "mpii").eval(), splits), crops


def batch_of(crops, *indices) -> CropBatch:
    return collate_crops([crops[0, index] for index in indices])


def test_the_loss_is_each_samples_mean_error_and_the_sets_are_told_apart(setting):
    objective, crops = setting
    model, codec = objective.network, HeatmapCodec(SIZE, (16, 12), 2.0)
    batch = batch_of(crops, 7, 0, 9, 3, 4)
    losses = objective(batch)
    errors = {"coco": [], "mpii": []}
    for i, task in enumerate(batch.task.tolist()):
        name = ("coco", "mpii")[task]
        heatmaps = model(normalise(batch.picture[i : i + 1]), name)
        points = heatmaps.shape[1]
        target, weight = encode(
            batch.keypoints[i : i + 1, :points], batch.visibility[i : i + 1, :points], codec
        )
        errors[name].append(((heatmaps - target) * weight[..., None, None]).square().mean())
    every = torch.stack(errors["coco"] + errors["mpii"])
    torch.testing.assert_close(losses.total, every.mean())
    for name, of in (("loss", every), *((f"loss_{n}", torch.stack(e)) for n, e in errors.items())):
        total, number = losses.parts[name]
        assert number == len(of)
        assert not total.requires_grad
        torch.testing.assert_close(total, of.detach().sum())


def test_a_batch_of_one_task_names_all_and_reaches_every_parameter(setting):
    objective, crops = setting
    losses = objective.train()(batch_of(crops, 0, 1))
    losses.total.backward()
    assert losses.parts["loss_mpii"] == (0, 0)
    assert torch.equal(losses.parts["loss_coco"][0], losses.parts["loss"][0])
    missing = [n for n, p in objective.named_parameters() if p.grad is None]
    assert not missing
    assert all(p.grad.isfinite().all() for p in objective.parameters())
    assert all(b.isfinite().all() for b in objective.buffers())


def test_a_records_name_is_what_people_know_it_by(setting):
    objective, crops = setting
    assert objective.record_names(batch_of(crops, 7, 2)) == [
        "mpii train 1 (1.jpg)",
        "coco train 2 (2.jpg)",
    ]


def test_what_the_loader_left_coded_is_decoded_on_the_device(make_split, make_model, tmp_path):
    splits = [make_split("coco")]
    build_crops(splits[0], tmp_path / "crops", STILL, SIZE, progress=False)
    stores = [open_crops(splits[0], tmp_path / "crops", STILL, SIZE)]
    objective = PoseObjective(make_model("coco"), splits)
    keys = [(0, 3), (0, 1)]
    coded, decoded = (
        objective.to_device(batch, torch.device("cpu"))
        for batch in (
            collate_encoded([EncodedCrops(splits, SIZE, STILL, 0, stores)[key] for key in keys]),
            collate_crops([InstanceCrops(splits, SIZE, STILL, 0, stores)[key] for key in keys]),
        )
    )
    assert (coded.picture.int() - decoded.picture.int()).abs().max() <= 1
    assert all(torch.equal(a, b) for a, b in zip(coded[1:], decoded[1:], strict=True))


def test_the_written_folder_is_a_model_of_these_weights(setting, tmp_path):
    objective, _ = setting
    weights = {name: w.clone() + 1 for name, w in objective.network.state_dict().items()}
    objective.write(weights, tmp_path / "best")
    read = load_model(tmp_path / "best")
    assert read.config == objective.network.config
    assert all(torch.equal(w, weights[name]) for name, w in read.state_dict().items())


def test_the_loop_is_told_of_blocks_groups_and_arithmetic(setting):
    objective, _ = setting
    assert list(objective.units()) == list(objective.network.backbone.blocks)
    groups = objective.parameter_groups(Optimisation(layer_decay=0.5), rate=2.0)
    grouped = [p for group in groups for p in group["params"]]
    assert {id(p) for p in grouped} == {id(p) for p in objective.parameters()}
    assert max(group["lr"] for group in groups) == 2.0
    each = [count(objective.network.config, task).multiply_adds for task in ("coco", "mpii")]
    assert min(each) < max(each)
    assert objective.multiply_adds == sum(each) // 2

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.geometry import normalise
from vitpose_plus.heatmaps import HeatmapCodec, encode
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.skeletons import COCO
from vitpose_plus.training.panel_drawing import HIGHEST, heat_tile, pose_tile
from vitpose_plus.training.panels import choose_panels, draw_panels, predict_panels


def labelled(split, counts, **columns):
    """The split with so many labelled keypoints in each row, and other columns where given."""
    rows = split.table.rows
    visibility = [[2] * n + [0] * (len(split.skeleton) - n) for n in counts]
    for name, values in {"visibility": visibility, **columns}.items():
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(
            place, rows.schema.field(name), pa.array(values, rows.field(name).type)
        )
    return replace(split, table=AnnotationTable(rows))


def config(*splits, size=(64, 48)):
    tasks = tuple(Task(name=split.name, skeleton=split.skeleton) for split in splits)
    return ViTPoseConfig(size="tiny", input_size=size, ffn="partially_shared", tasks=tasks)


def ids(samples):
    return [sample.name for sample in samples]


def test_the_fullest_instances_are_chosen_and_of_equals_the_first(make_split):
    split = labelled(make_split("coco"), [5, 17, 9, 17, 9, 17])
    assert ids(choose_panels([split], config(split), 2)) == ["coco 1", "coco 3"]
    assert ids(choose_panels([split], config(split), 4)) == ["coco 1", "coco 3", "coco 5", "coco 2"]
    assert len(choose_panels([split], config(split), 9)) == 6
    assert not choose_panels([split], config(split), 0)


def test_one_instance_of_a_picture_or_a_clip_is_enough(make_split):
    split = make_split("coco")
    same = labelled(split, [9] * 6, file_name=[f"{i // 2}.jpg" for i in range(6)])
    assert ids(choose_panels([same], config(split), 6)) == ["coco 0", "coco 2", "coco 4"]
    clips = labelled(split, [9] * 6, video_id=["a", "a", "b", "b", None, None])
    assert ids(choose_panels([clips], config(split), 6)) == ["coco 0", "coco 2", "coco 4", "coco 5"]


def test_instances_that_cannot_be_trained_on_are_not_counted(make_split):
    split = labelled(make_split("coco"), [0, 3, 17, 0, 4, 5])
    assert ids(choose_panels([split], config(split), 3)) == ["coco 2", "coco 5", "coco 4"]


def test_heatmaps_are_the_models_own_without_flip(make_split, make_model):
    coco, mpii = make_split("coco"), make_split("mpii")
    model = make_model("mpii", "coco").train()
    samples = choose_panels([coco, mpii], model.config, 2)
    heatmaps = predict_panels(model, samples)
    assert model.training
    assert not heatmaps.requires_grad
    assert [sample.task for sample in samples] == [1, 1, 0, 0]
    model.eval()
    for sample, found in zip(samples, heatmaps, strict=True):
        image = normalise(torch.from_numpy(sample.picture)[None])
        with torch.no_grad():
            (wanted,) = model(image, model.config.tasks[sample.task].name)
        torch.testing.assert_close(found[: len(wanted)], wanted)
        assert not found[len(wanted) :].any()


def test_a_forward_pass_that_fails_leaves_the_mode(make_split, make_model):
    split = make_split("coco")
    model = make_model("coco").train()
    samples = choose_panels([split], config(split, size=(128, 96)), 1)
    with pytest.raises(ValueError, match="pixels"):
        predict_panels(model, samples)
    assert model.training


@pytest.mark.parametrize(("each", "sets"), [(1, 1), (2, 2), (6, 3)])
def test_a_sheet_is_written_whole_and_stays_low_enough(make_split, tmp_path, each, sets):
    splits = [make_split(name) for name in ("coco", "mpii", "coco_wholebody")[:sets]]
    samples = choose_panels(splits, config(*splits), each)
    heatmaps = torch.rand(len(samples), max(len(s.skeleton) for s in splits), 16, 12)
    path = tmp_path / "panels" / "epoch_0001.jpg"
    draw_panels(samples, heatmaps, config(*splits).codec, 0, path)
    with Image.open(path) as sheet:
        assert sheet.format == "JPEG"
        assert sheet.height <= HIGHEST
        assert np.asarray(sheet).std() > 10
    assert list(path.parent.iterdir()) == [path]


def test_true_heatmaps_give_the_annotated_pose(make_split, tmp_path):
    split = make_split("coco")
    (sample,) = choose_panels([split], config(split, size=(256, 192)), 1)
    points, visible = torch.from_numpy(sample.keypoints), torch.from_numpy(sample.visibility)
    codec = HeatmapCodec((256, 192), (64, 48))
    heatmaps, _ = encode(points[None], visible[None], codec)
    draw_panels([sample], heatmaps, codec, 0, tmp_path / "true.png")
    draw_panels([sample], heatmaps.flip(-1), codec, 0, tmp_path / "wrong.png")

    def difference(path):
        """Between the prediction's tile and the annotation's, in grey levels."""
        sheet = np.asarray(Image.open(path)).astype(int)[60:-10]
        first, second = sheet[:, 8:176], sheet[:, 178:346]
        return np.abs(first - second).mean()

    assert difference(tmp_path / "true.png") < 0.1 * difference(tmp_path / "wrong.png")


def test_the_pose_lies_where_the_enlarged_picture_has_it():
    picture = np.zeros((64, 48, 3), np.uint8)
    picture[40, 30] = 255
    points = np.full((17, 2), -100.0)
    points[9] = 30, 40
    plain = pose_tile(picture, points, np.zeros(17, bool), COCO)
    drawn = pose_tile(picture, points, np.arange(17) == 9, COCO)

    def centre(tile):
        weight = tile.sum(axis=2).astype(float)
        return [
            (weight.sum(axis=1 - axis) * np.arange(n)).sum() / weight.sum()
            for axis, n in enumerate(weight.shape)
        ]

    black = pose_tile(np.zeros_like(picture), points, np.arange(17) == 9, COCO)
    assert centre(black) == pytest.approx(centre(plain), abs=0.6)
    assert not np.array_equal(drawn, plain)


def test_heat_lies_where_the_keypoint_is_in_its_colour():
    picture = np.zeros((64, 48, 3), np.uint8)
    keypoints = torch.zeros(1, 17, 2)
    keypoints[0, 9] = torch.tensor([7 * 47 / 11, 42.0])  # the left wrist, on a heatmap's pixel
    visibility = torch.zeros(1, 17, dtype=torch.uint8)
    visibility[0, 9] = 2
    heatmaps, _ = encode(keypoints, visibility, HeatmapCodec((64, 48), (16, 12)))
    tile = heat_tile(picture, heatmaps[0], COCO)
    row, column = np.unravel_index(tile.sum(axis=2).argmax(), tile.shape[:2])
    assert (column, row) == pytest.approx((30.41 * 3.5, 42.5 * 3.5), abs=3)
    red, _, blue = tile[row, column].tolist()
    assert blue > red  # left is cool


def test_a_weak_heatmap_is_not_drawn_as_a_strong_one():
    picture = np.full((64, 48, 3), 128, np.uint8)
    flat = torch.zeros(17, 16, 12)
    weak, strong = flat.clone(), flat.clone()
    weak[3, 8, 6], strong[3, 8, 6] = 0.01, 0.5
    nothing = heat_tile(picture, flat, COCO).astype(int)
    assert np.abs(heat_tile(picture, weak, COCO) - nothing).max() < 20
    assert np.abs(heat_tile(picture, strong, COCO) - nothing).max() > 80

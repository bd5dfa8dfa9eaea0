"""Their image processor, described by us, against our own geometry."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vitpose_plus.checkpoints.huggingface.describe import describe_processor
from vitpose_plus.geometry import crop, normalise, read_picture, udp_affine, view_of_box
from vitpose_plus.geometry.pictures import STD
from vitpose_plus.heatmaps import HeatmapCodec, encode

SHARED = Path(__file__).resolve().parents[3] / "../shared/data"
# One grey level of 255, in the units of a normalised picture's channels.
LEVEL = 1 / 255 / torch.tensor(STD)[:, None, None]


@pytest.fixture
def processor(make_random, tmp_path):
    from transformers import AutoProcessor

    described = describe_processor(make_random("coco", input_size=(256, 192)).config)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(described))
    return AutoProcessor.from_pretrained(tmp_path)


def ours(picture, boxes, size=(256, 192)):
    crops = [crop(picture, udp_affine(view_of_box(box, size), size), size) for box in boxes]
    return normalise(torch.from_numpy(np.stack(crops)))


def theirs(processor, picture, boxes):
    return processor(picture, boxes=[np.asarray(boxes).tolist()], return_tensors="pt").pixel_values


def levels_apart(processor, picture, boxes):
    return (theirs(processor, picture, boxes) - ours(picture, boxes)).abs() / LEVEL


def test_it_crops_noise_as_we_do(processor):
    picture = np.random.default_rng(0).integers(0, 256, (400, 500, 3), np.uint8)
    boxes = [[120.3, 90.7, 100.0, 200.0], [150.0, 100.2, 140.4, 90.0]]
    apart = levels_apart(processor, picture, boxes)
    # One level with OpenCV 5; six with 4, which interpolates at steps of 1/32 pixel.
    assert apart.max() < 8
    assert apart.mean() < 1


def test_it_crops_real_pictures_as_we_do(processor):
    path = SHARED / "real_mini/coco/test_coco.json"
    if not path.exists():
        pytest.skip("the real samples are not here")
    content = json.loads(path.read_text())
    for image in content["images"]:
        boxes = [a["bbox"] for a in content["annotations"] if a["image_id"] == image["id"]]
        picture = read_picture(path.parent / image["file_name"])
        # Where the picture itself ends scipy takes black, and OpenCV blends into it.
        ends = levels_apart(processor, np.full_like(picture, 255), boxes) > 0.01
        assert ends.float().mean() < 0.01
        assert levels_apart(processor, picture, boxes)[~ends].max() < 8


def test_it_places_keypoints_as_we_do(processor):
    rng = np.random.default_rng(0)
    boxes = np.array([[120.3, 90.7, 100.0, 200.0], [150.0, 100.2, 140.4, 90.0]])
    size, codec = (256, 192), HeatmapCodec((256, 192), (64, 48))
    inside = rng.uniform((20, 20), (170, 235), (2, 17, 2))
    matrices = [udp_affine(view_of_box(box, size), size) for box in boxes]
    in_picture = np.stack(
        [(p - m[:, 2]) @ np.linalg.inv(m[:, :2]).T for p, m in zip(inside, matrices, strict=True)]
    )
    heatmaps, _ = encode(torch.tensor(inside).float(), torch.full((2, 17), 2), codec)
    found = processor.post_process_pose_estimation(
        SimpleNamespace(heatmaps=heatmaps), boxes=[boxes.tolist()]
    )[0]
    placed = np.stack([pose["keypoints"].numpy() for pose in found])
    assert np.linalg.norm(placed - in_picture, axis=-1).max() < 0.05

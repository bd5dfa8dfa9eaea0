import cv2
import numpy as np
import pytest
import torch

from vitpose_plus.models import Size
from vitpose_plus.prediction.pictures import Picture

SMALL = Size(width=96, depth=2, heads=3, hidden=192, expert_width=24, decoder_width=32)


@pytest.fixture
def make_small(make_model):
    """A random model of two blocks and one task, each time the same."""

    def make(name="coco"):
        torch.manual_seed(0)
        return make_model(name, size=SMALL, ffn="plain").eval()

    return make


@pytest.fixture
def draw(tmp_path):
    """Write a picture of noise below the test's folder, of a size (height, width)."""

    def write(name, size=(60, 80)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(len(name))
        assert cv2.imwrite(str(path), rng.integers(0, 255, (*size, 3), np.uint8))
        return path

    return write


@pytest.fixture
def film(tmp_path):
    """Write a video whose frames are of one grey each, 20 levels apart, and say where."""

    def write(name="clip.mp4", frames=5, rate=12.5, size=(48, 64)):
        path = tmp_path / name
        codec = cv2.VideoWriter.fourcc(*("MJPG" if path.suffix == ".avi" else "mp4v"))
        writer = cv2.VideoWriter(str(path), codec, rate, size[::-1])
        assert writer.isOpened()
        for number in range(frames):
            writer.write(np.full((*size, 3), 40 + 20 * number % 200, np.uint8))
        writer.release()
        return path

    return write


@pytest.fixture
def picture():
    """A picture in memory, of a size (height, width)."""

    def make(name="1.jpg", size=(60, 80)):
        pixels = np.random.default_rng(0).integers(0, 255, (*size, 3), np.uint8)
        return Picture(name, name, pixels)

    return make


@pytest.fixture(scope="session")
def detector(tmp_path_factory):
    """A folder with a tiny RT-DETR of random weights that knows cat, person and dog."""
    transformers = pytest.importorskip("transformers")
    backbone = transformers.RTDetrResNetConfig(
        embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], layer_type="basic"
    )
    backbone.out_features = ["stage2", "stage3", "stage4"]
    torch.manual_seed(0)
    network = transformers.RTDetrForObjectDetection(
        transformers.RTDetrConfig(
            backbone_config=backbone,
            encoder_in_channels=[8, 16, 16],
            encoder_hidden_dim=16,
            encoder_ffn_dim=16,
            encoder_attention_heads=2,
            decoder_in_channels=[16, 16, 16],
            decoder_ffn_dim=16,
            decoder_layers=1,
            decoder_attention_heads=2,
            d_model=16,
            num_queries=12,
            id2label={0: "cat", 1: "person", 2: "dog"},
            label2id={"cat": 0, "person": 1, "dog": 2},
        )
    )
    folder = tmp_path_factory.mktemp("detector")
    network.save_pretrained(folder)
    transformers.RTDetrImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder

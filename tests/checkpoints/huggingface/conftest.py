"""Random models of transformers, and their folders."""

import json
from pathlib import Path

import pytest
import torch


@pytest.fixture
def make_peer(randomise):
    """A random VitPose of transformers: two narrow blocks, all norms and statistics at work.

    `simple` and `labels` are its decoder's; named fields of `VitPoseBackboneConfig` may be given.
    """

    def make(*, simple: bool = False, labels: int = 17, **fields):
        from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation

        usual = {"image_size": [64, 48], "hidden_size": 96, "num_hidden_layers": 2}
        usual |= {"num_attention_heads": 3, "part_features": 24, "layer_norm_eps": 1e-6}
        backbone = VitPoseBackboneConfig(**(usual | fields))
        config = VitPoseConfig(
            backbone_config=backbone, num_labels=labels, use_simple_decoder=simple
        )
        return randomise(VitPoseForPoseEstimation(config).eval(), vectors=0.2, matrices=0.05)

    return make


@pytest.fixture
def edit_config():
    """Change a folder's config.json; a dot enters the backbone's part, None deletes."""

    def edit(folder: Path, changes: dict) -> Path:
        path = folder / "config.json"
        config = json.loads(path.read_text())
        for key, value in changes.items():
            *outer, last = key.split(".")
            part = config[outer[0]] if outer else config
            if value is None:
                part.pop(last, None)
            else:
                part[last] = value
        path.write_text(json.dumps(config))
        return folder

    return edit


@pytest.fixture
def save_peer(tmp_path, edit_config):
    """The folder that transformers writes of a model, its config.json changed."""

    def save(peer, changes: dict | None = None, **options) -> Path:
        peer.save_pretrained(tmp_path / "theirs", **options)
        return edit_config(tmp_path / "theirs", changes or {})

    return save


@pytest.fixture
def assert_draws_as():
    """Assert that a model of ours and one of transformers draw the same for a task."""

    def check(model, peer, task: str, dataset_index: int | None = None) -> None:
        images = torch.randn(2, 3, *model.config.input_size)
        index = None if dataset_index is None else torch.full((2,), dataset_index)
        with torch.no_grad():
            expected = peer(images, dataset_index=index).heatmaps
            heatmaps = model(images, task)
        largest = expected.abs().max().item()
        assert largest > 1e-3
        torch.testing.assert_close(heatmaps, expected, rtol=1e-4, atol=1e-4 * largest)

    return check

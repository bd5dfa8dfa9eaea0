"""What tests of several rooms share."""

import logging
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from vitpose_plus.datasets.manifest import Manifest, SplitManifest, write_manifest
from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import Instance, build_table, write_table
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS

PROJECT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items):
    """Where processes share the tests, files of many slow ones go first: none waits at the end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
        items.sort(key=lambda item: -slow[item.path])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    """No tracking server of whoever runs the tests, nor of the test before.

    MLflow notes the store that it is told of in the environment, which conf/base heeds.
    """
    os.environ.pop("MLFLOW_TRACKING_URI", None)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture
def _own_logging(monkeypatch):
    """No handler but the test's own: Kedro, imported by other tests, puts one on the root."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.NullHandler()])


@pytest.fixture(scope="module")
def copy_of_project(tmp_path_factory):
    """What `kedro run` needs, in a folder of the module's own."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", "conf", "pipelines", ".telemetry"):
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    return folder


@pytest.fixture
def aws_credentials(monkeypatch, tmp_path):
    """The AWS chain finds these, and nothing of whoever runs the tests."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)


@pytest.fixture(scope="session")
def s3_server():
    """Address of a moto server."""
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def make_model():
    """A tiny random model whose heads differ in width, with weights that are not near zero.

    Named fields of `ViTPoseConfig` may be given.
    """

    def make(*names: str, **fields: Any) -> ViTPose:
        tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in names)
        usual = {"size": "tiny", "input_size": (64, 48), "ffn": "partially_shared"}
        model = ViTPose(ViTPoseConfig(**(usual | fields), tasks=tasks))
        for parameter in model.parameters():
            if parameter.ndim > 1:
                torch.nn.init.normal_(parameter, std=0.05)
        return model

    return make


@pytest.fixture
def randomise():
    """Give a module's norms, biases and running statistics, and if asked its other weights, values.

    At their start, of ones and zeros, a mistake in them would not show.
    """

    def give(module: torch.nn.Module, *, vectors: float, matrices: float | None = None):
        for name, value in module.state_dict().items():
            if name.endswith("running_var"):
                torch.nn.init.uniform_(value, 0.5, 2.0)
            elif value.ndim == 1:
                torch.nn.init.normal_(value, mean=float(name.endswith("weight")), std=vectors)
            elif value.ndim > 1 and matrices is not None:
                torch.nn.init.normal_(value, std=matrices)
        return module

    return give


@pytest.fixture
def same_heatmaps():
    """Assert that two models draw the same for a task."""

    def check(found: ViTPose, wanted: ViTPose, task: str) -> None:
        images = torch.randn(2, 3, *wanted.config.input_size)
        with torch.no_grad():
            expected = wanted(images, task)
            heatmaps = found(images, task)
        scale = expected.abs().max().item()
        assert scale > 1e-3
        torch.testing.assert_close(heatmaps, expected, rtol=1e-4, atol=1e-4 * scale)

    return check


@pytest.fixture
def make_split(tmp_path):
    """A split of noise pictures with one instance each: random poses in a fixed box."""

    def make(name: str, count: int = 6) -> Split:
        import cv2

        rng = np.random.default_rng(len(name))
        skeleton = SKELETONS[name]
        folder = tmp_path / name
        folder.mkdir()
        rows = []
        for i in range(count):
            cv2.imwrite(str(folder / f"{i}.jpg"), rng.integers(0, 255, (120, 100, 3), np.uint8))
            rows.append(
                Instance(
                    image_id=str(i),
                    instance_id=str(i),
                    file_name=f"{i}.jpg",
                    bbox=(20.0, 20.0, 60.0, 80.0),
                    keypoints=rng.uniform((20, 20), (80, 100), (len(skeleton), 2)),
                    visibility=np.full(len(skeleton), 2),
                    source=f"{name} {i}",
                    area=3000.0,
                    width=100,
                    height=120,
                    head_size=20.0,
                )
            )
        metrics = ("pckh",) if name == "mpii" else ("oks",)
        return Split(name, skeleton, metrics, folder, build_table(name, "train", rows))

    return make


@pytest.fixture
def ingest_split():
    """Write what `ingest` leaves of a split, as far as a training reads it, as split `train`."""

    def write(split: Split, folder: Path) -> Path:
        folder.mkdir(parents=True)
        write_table(split.table, folder / "train.parquet")
        of_split = SplitManifest(
            table="train.parquet",
            picture_table="train.pictures.parquet",
            images=str(split.images),
            **dict.fromkeys(("read", "kept", "trainable", "pictures"), len(split.table)),
            skipped=0,
            rejected=0,
            table_sha256="",
            pictures_sha256="seen",
            files_sha256={},
        )
        manifest = Manifest(
            dataset=split.name,
            layout="coco",
            skeleton=split.skeleton,
            metrics=split.metrics,
            splits={"train": of_split},
            fingerprint="",
        )
        write_manifest(manifest, folder)
        return folder

    return write

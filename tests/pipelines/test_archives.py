"""A machine with nothing but archives: the recipes' data sets and weights come from them."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from pipelines.parameters import Data
from pipelines.start_weights import bring_weights
from vitpose_plus.datasets.sample import generate_sample
from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.training.config import Start, Training

KEDRO = Path(sys.executable).with_name("kedro")
FEW = {"train": 4, "val": 3}
TARRED = ("aic", "mpii", "ap10k", "apt36k")


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """What docs/data.md says lies below VITPOSE_ARCHIVES, of a sample."""
    raw, folder = tmp_path_factory.mktemp("raw") / "sample", tmp_path_factory.mktemp("archives")
    sets = dict.fromkeys(("coco", "aic", "mpii", "ap10k", "coco_wholebody"), FEW)
    others = {"crowdpose": FEW | {"test": 2}, "interhand": FEW | {"test": 2, "cameras": 1}}
    sizes = sets | others | {"apt36k": {"clips": 8, "frames": 2}, "ochuman": 2}
    generate_sample(SampleConfig(seed=0, **sizes), raw)
    for name in TARRED:
        with tarfile.open(folder / f"{name}.tar", "w") as tar:
            tar.add(raw / name, arcname=".")
    # COCO's whole bodies are COCO's pictures; the sample's are pictures of their own.
    coco = raw / "coco_wholebody"
    (folder / "coco").mkdir()
    for name in ("train2017", "val2017"):
        shutil.make_archive(str(folder / "coco" / name), "zip", coco, name)
    for split in ("train", "val"):
        whole = coco / f"annotations/coco_wholebody_{split}_v1.0.json"
        shutil.copy(whole, coco / f"annotations/person_keypoints_{split}2017.json")
        shutil.move(whole, folder / "coco")
    name = str(folder / "coco/annotations_trainval2017")
    shutil.make_archive(name, "zip", coco, "annotations")
    return folder


@pytest.fixture
def run(copy_of_project, archives, tmp_path):
    """`kedro run --env=cloud` of a training up to its crops, on a disk that holds nothing."""
    path = copy_of_project / "conf/cloud/parameters_data.yml"
    content = yaml.safe_load(path.read_text())
    for source in content["data"]["datasets"].values():
        for split in source["splits"].values():
            split.pop("published", None)
    path.write_text(yaml.safe_dump(content))

    def kedro(*arguments, **variables):
        given = {
            "VITPOSE_ARCHIVES": str(archives),
            "VITPOSE_DATA": str(tmp_path / "pose"),
            "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/mlflow.db",
        }
        command = [KEDRO, "run", "--env=cloud", "--to-nodes=cut_crops", *arguments]
        done = subprocess.run(
            command,
            cwd=copy_of_project,
            env=os.environ | given | variables | {"COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=500,
        )
        return done.returncode, done.stdout + done.stderr

    return kedro


@pytest.mark.slow
def test_every_set_of_the_recipe_comes_from_its_archive(run, copy_of_project):
    plain = "--params=training.start=null,student_training.start=null"
    code, printed = run("--pipeline=train_vitpose_plus", plain)
    assert code == 0, printed
    crops = copy_of_project / "data/full/crops"
    names = {path.name for path in crops.iterdir() if path.is_dir() and path.name[0] != "."}
    assert names == {*TARRED, "coco", "coco_wholebody"}


@pytest.mark.slow
def test_what_nobody_has_put_anywhere_is_told_before_anything_is_brought(run, tmp_path):
    code, printed = run(
        "--pipeline=train_vitpose_plus",
        "--params=data.archives=null,training.start=null,student_training.start=null",
    )
    assert code != 0
    assert "no origins bring them" in printed
    assert "ap10k-train-split1.json" in printed
    assert not (tmp_path / "pose").exists()


@pytest.fixture
def data(tmp_path):
    (tmp_path / "archives/mae").mkdir(parents=True)
    (tmp_path / "archives/mae/base.pth").write_bytes(b"weights")
    place = {name: tmp_path / name for name in ("tables", "pages", "leak_report", "downloads")}
    split = {"annotations": tmp_path / "a.json", "images": tmp_path}
    source = {"layout": "coco", "skeleton": "coco", "splits": {"train": split}}
    return Data(**place, archives=str(tmp_path / "archives"), datasets={"coco": source})


def test_weights_to_start_from_come_from_the_archives(data, tmp_path):
    weights = tmp_path / "pose/mae/base.pth"
    bring_weights(Training(start=Start(weights=weights, origin="mae/base.pth")), data)
    assert weights.read_bytes() == b"weights"
    weights.write_bytes(b"others")  # what is there stays
    bring_weights(Training(start=Start(weights=weights, origin="mae/base.pth")), data)
    assert weights.read_bytes() == b"others"


def test_an_origin_of_another_file_brings_nothing(data, tmp_path):
    weights = tmp_path / "pose/mine.pth"
    bring_weights(Training(start=Start(weights=weights, origin="mae/base.pth")), data)
    assert not weights.exists()
    bring_weights(Training(), data)

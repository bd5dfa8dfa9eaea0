"""Toy data that can be learned in seconds, and a teacher in a folder."""

from pathlib import Path

import numpy as np
import pytest
import torch

from vitpose_plus.checkpoints import save_model
from vitpose_plus.datasets.crops import CropBatch, InstanceCrops, collate_crops
from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import Instance, build_table
from vitpose_plus.distillation.config import Distillation, TokenOptimisation, TokenTraining
from vitpose_plus.distillation.job import StudentJob, TokenJob
from vitpose_plus.distillation.material import Material
from vitpose_plus.distillation.teacher import weights_sha256
from vitpose_plus.distillation.token import KnowledgeToken, TokenRecord, save_token
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.geometry import Augmentation
from vitpose_plus.models import Size, ViTPose
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.training.config import Training
from vitpose_plus.training.job import TrainingSplit

STILL = Augmentation(flip=0, half_body=0, scale=0, rotation=0, centre_jitter=0)
SMALL = Size(width=64, depth=2, heads=2, hidden=128, expert_width=16, decoder_width=16)
LARGER = Size(width=96, depth=2, heads=3, hidden=192, expert_width=24, decoder_width=16)
INPUT = (64, 48)


@pytest.fixture
def toy_split(tmp_path):
    """A split without noise: a figure that is moved and stretched, a spot at every keypoint."""

    def make(name: str, count: int = 12, seed: int = 0) -> Split:
        import cv2

        rng = np.random.default_rng(seed)
        skeleton = SKELETONS[name]
        shape = np.random.default_rng(len(name)).uniform(0.1, 0.9, (len(skeleton), 2))
        folder = tmp_path / f"{name}_{seed}"
        folder.mkdir()
        rows = []
        for index in range(count):
            corner, size = rng.uniform(5, 15, 2), rng.uniform(0.6, 1.0, 2) * (60, 80)
            points = corner + shape * size
            picture = np.zeros((100, 80, 3), np.uint8)
            for number, (x, y) in enumerate(points):
                colour = tuple(int(40 + 60 * (number // 4**i % 4)) for i in range(3))
                cv2.circle(picture, (round(x), round(y)), 3, colour, -1)
            cv2.imwrite(str(folder / f"{index}.png"), picture)
            visibility = np.full(len(skeleton), 2)
            visibility[rng.integers(len(skeleton))] = 0
            rows.append(
                Instance(
                    image_id=str(index),
                    instance_id=str(index),
                    file_name=f"{index}.png",
                    bbox=(5.0, 5.0, 70.0, 90.0),
                    keypoints=points,
                    visibility=visibility,
                    source=f"{name} {index}",
                    area=3000.0,
                    width=80,
                    height=100,
                    head_size=20.0,
                )
            )
        metrics = ("pckh",) if name == "mpii" else ("oks",)
        return Split(name, skeleton, metrics, folder, build_table(name, "train", rows))

    return make


@pytest.fixture
def ingested(toy_split, ingest_split, tmp_path):
    """What `ingest` leaves of a toy split, as far as a training reads it."""

    def make(name: str, count: int) -> TrainingSplit:
        tables = ingest_split(toy_split(name, count), tmp_path / "tables" / name)
        return TrainingSplit(tables=tables, split="train")

    return make


@pytest.fixture
def batch_of():
    """Samples of splits in one batch, the sets mixed."""

    def make(splits: list[Split], each: int = 2) -> CropBatch:
        crops = InstanceCrops(splits, INPUT)
        starts = np.cumsum([0, *(len(split.trainable()) for split in splits[:-1])])
        return collate_crops([crops[0, int(s) + i] for i in range(each) for s in starts])

    return make


@pytest.fixture
def make_teacher(make_model, randomise, tmp_path):
    """A random teacher in a folder, with statistics that are not at their start."""

    def make(*names: str, **fields) -> Path:
        model = make_model(*names, **({"size": LARGER, "input_size": INPUT} | fields))
        randomise(model, vectors=0.1)
        # Far from uniform attention: another token then makes a difference.
        randomise(model.backbone.blocks, vectors=0.1, matrices=0.2)
        save_model(model.eval(), tmp_path / "teacher")
        return tmp_path / "teacher"

    return make


@pytest.fixture
def make_student(make_model):
    """A random student."""

    def make(*names: str, **fields) -> ViTPose:
        return make_model(*names, **({"size": SMALL, "input_size": INPUT} | fields))

    return make


@pytest.fixture
def make_token(tmp_path):
    """A token of a teacher's that was never tuned, in a folder."""

    def make(teacher: Path, *tasks: str, **fields) -> Path:
        usual = {"tokens": 1, "width": LARGER.width, "input_size": INPUT}
        hints = {"teacher_heads": None, "teacher_tasks": None}
        record = TokenRecord(
            teacher=str(teacher),
            teacher_sha256=weights_sha256(teacher),
            tasks=tasks,
            seed=0,
            epochs=1,
            fingerprint="",
            **(usual | hints | fields),
        )
        values = torch.randn(1, record.tokens, record.width)
        save_token(KnowledgeToken(values, record), tmp_path / "token")
        return tmp_path / "token"

    return make


def recipe(kind=Training, **changes):
    """A short training of everything as it stands, without panels."""
    optimisation = TokenOptimisation if kind is TokenTraining else Optimisation
    settings = {
        "epochs": 2,
        "batch_size": 12,
        "workers": 0,
        "panels": 0,
        "augmentation": STILL,
        "optimisation": optimisation(
            learning_rate=2e-3, layer_decay=1.0, schedule="steps", milestones=()
        ),
        "precision": "32-true",
    }
    return kind(**(settings | changes))


@pytest.fixture
def token_job(make_teacher, make_student, tmp_path):
    """Phase 1 for a student of the teacher's tasks."""

    def make(*names: str, **changes) -> TokenJob:
        distillation = Distillation(
            teacher=make_teacher(*names), token=recipe(TokenTraining, **changes)
        )
        return TokenJob(
            student=make_student(*names).config,
            distillation=distillation,
            train=(),
            held_out=(),
            folder=tmp_path / "fitted_token",
            progress=False,
        )

    return make


@pytest.fixture
def student_job(make_student, tmp_path):
    """Phase 2."""

    def make(teacher: Path, token: Path | None, *names: str, loss: str, **changes) -> StudentJob:
        return StudentJob(
            student=make_student(*names).config,
            training=recipe(**changes),
            distillation=Distillation(teacher=teacher, loss=loss),
            token=token,
            train=(),
            held_out=(),
            folder=tmp_path / f"student_{loss}",
            progress=False,
        )

    return make


@pytest.fixture
def material():
    """The same splits to learn from and to be judged by."""

    def make(*splits: Split) -> Material:
        return Material(splits, splits)

    return make

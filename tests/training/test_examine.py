import logging
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import torch

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.engine.world import World
from vitpose_plus.evaluation.predict import predict
from vitpose_plus.evaluation.score import score
from vitpose_plus.training.config import Training
from vitpose_plus.training.examine import PoseExamination

TRAINING = Training(epochs=9, batch_size=4, workers=0, precision="32-true", panels=0)


@pytest.fixture
def splits(make_split):
    return [make_split("coco"), make_split("mpii")]


def test_figures_are_those_of_the_evaluation_without_flip(make_model, splits, tmp_path, caplog):
    model = make_model("coco", "mpii").train()
    before = [values.clone() for values in model.buffers()]
    with caplog.at_level(logging.INFO, "vitpose_plus"):
        examined = PoseExamination(model, TRAINING, splits, tmp_path, World())(3)
    assert model.training
    # In training mode the BatchNorms would have gathered statistics.
    assert all(torch.equal(*pair) for pair in zip(before, model.buffers(), strict=True))
    poses = predict(model.eval(), splits, flip=False, workers=0, progress=False)
    names = ("AP", "PCKh@0.5")
    figures = [
        score(one, split.table, split.skeleton, split.metrics)[name]
        for one, split, name in zip(poses, splits, names, strict=True)
    ]
    assert examined.figures == pytest.approx(
        dict(zip(("AP_coco", "PCKh_0.5_mpii"), figures, strict=True))
    )
    assert examined.score == pytest.approx(np.mean(figures))
    assert f"epoch 4 of 9: score {examined.score:.3f} (AP_coco" in caplog.text
    assert examined.pictures == []


def test_a_set_without_a_figure_does_not_count(make_model, splits, tmp_path):
    rows = splits[1].table.rows
    at = rows.schema.get_field_index("head_size")
    nothing = pa.nulls(len(rows), rows.schema.field(at).type)
    headless = AnnotationTable(rows.set_column(at, rows.schema.field(at), nothing))
    held_out = [splits[0], replace(splits[1], table=headless)]
    examine = PoseExamination(make_model("coco", "mpii"), TRAINING, held_out, tmp_path, World())
    examined = examine(0)
    assert examined.figures == {"AP_coco": examined.score}


def test_panels_of_the_same_instances_are_drawn_each_time(make_model, splits, tmp_path):
    training = replace(TRAINING, panels=1)
    examine = PoseExamination(make_model("coco", "mpii"), training, splits, tmp_path, World())
    drawn = [examine(epoch).pictures for epoch in (0, 3)]
    assert drawn == [
        [tmp_path / "panels" / "epoch_0001.jpg"],
        [tmp_path / "panels" / "epoch_0004.jpg"],
    ]
    assert all(path.stat().st_size > 1000 for pictures in drawn for path in pictures)

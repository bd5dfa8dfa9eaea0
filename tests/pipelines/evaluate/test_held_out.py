from dataclasses import replace
from pathlib import Path

import pytest
from kedro.config import OmegaConfigLoader

from pipelines.configuration import check_parameters, read_parameters
from pipelines.evaluate import create_pipeline
from pipelines.evaluate.held_out import METRICS, SCORED, predict_held_out
from pipelines.evaluate.target import trained_model
from pipelines.settings import CONFIG_LOADER_ARGS
from vitpose_plus.checkpoints import save_model
from vitpose_plus.models import Size

CONF = Path(__file__).resolve().parents[3] / "conf"
SMALL = Size(width=192, depth=1, heads=3, hidden=192, expert_width=48, decoder_width=32)


@pytest.fixture
def parameters(tmp_path, make_split, ingest_split):
    """The sample's, of one small set in a folder of the test's own."""
    loader = OmegaConfigLoader(str(CONF), env="sample", **CONFIG_LOADER_ARGS)
    found = check_parameters(read_parameters(loader), [])
    ingest_split(make_split("coco", 2), tmp_path / "tables/coco")
    return replace(
        found,
        data=replace(found.data, tables=tmp_path / "tables"),
        vitpose_plus=replace(found.vitpose_plus, tasks=("coco",), reports=tmp_path / "reports"),
        evaluation=replace(found.evaluation, split="train", workers=0),
    )


def test_new_poses_leave_nothing_of_the_former_evaluation(parameters, make_model, tmp_path):
    save_model(make_model("coco", size=SMALL), tmp_path / "best")
    target = trained_model(str(tmp_path / "best"), parameters.vitpose_plus)
    former = [METRICS, SCORED, "report/index.html", "detected/coco.json", "gallery/coco.jpg"]
    for name in former:
        (target.reports / name).parent.mkdir(parents=True, exist_ok=True)
        (target.reports / name).write_text("of another model")
    (target.reports / "note.txt").write_text("somebody's own")
    predict_held_out(target, parameters.data, parameters.evaluation)
    left = {str(path.relative_to(target.reports)) for path in target.reports.rglob("*.*")}
    assert left == {"predictions/coco.json", "note.txt"}


def test_poses_in_detected_boxes_come_after_what_clears_the_former_ones():
    names = [node.name for node in create_pipeline("vitpose_plus").nodes]
    assert names.index("predict_held_out") < names.index("score_detected")

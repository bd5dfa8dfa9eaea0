"""`kedro run --pipeline=promote` and `--pipeline=rollback`, as a user types them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest

PROJECT = Path(__file__).resolve().parents[3]
KEDRO = Path(sys.executable).with_name("kedro")


def kedro(folder, *arguments):
    """Run, and give back (exit code, everything printed, without the log's line breaks)."""
    done = subprocess.run(
        [KEDRO, "run", *arguments],
        cwd=folder,
        env=os.environ
        | {
            "COLUMNS": "160",
            "OMP_WAIT_POLICY": "PASSIVE",
            # Not the one in which fixtures made the model.
            "MLFLOW_TRACKING_URI": "sqlite:///mlflow.db",
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(workplace):
    """A copy of the project in which an evaluated model lies."""
    folder = workplace.folder / "project"
    folder.mkdir()
    for name in ("pyproject.toml", "conf", "pipelines", "mlflow", ".telemetry"):
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    workplace.model("a", noise=3.0)
    sample = folder / "data/sample"
    shutil.copytree(workplace.folder / "tables", sample / "tables")
    shutil.copytree(workplace.folder / "a/best", sample / "models/vitpose_plus/best")
    shutil.copytree(workplace.folder / "a/reports", sample / "reports/vitpose_plus")
    return folder


@pytest.mark.slow
def test_a_promotion_and_a_rollback_as_typed(project):
    code, printed = kedro(project, "--pipeline=promote")
    assert code == 0, printed
    assert "vitpose_plus_sample, version 1: promoted" in printed
    client = mlflow.MlflowClient(f"sqlite:///{project}/mlflow.db")
    champion = client.get_model_version_by_alias("vitpose_plus_sample", "champion")
    run = client.get_run(champion.run_id)
    assert run.info.status == "FINISHED"
    assert {"challenger/AP_coco", "challenger/PCKh_0.5_mpii"} <= run.data.metrics.keys()
    assert run.data.tags["promotion.decision"] == "promoted"
    code, printed = kedro(project, "--pipeline=rollback")
    assert code == 1
    assert "none was before it" in " ".join(printed.split())
    assert "Traceback" not in printed
    (project / "mlflow/promotion.yml").write_text("tolerances: 0.1\n")
    code, printed = kedro(project, "--pipeline=promote")
    assert code == 1
    assert "mlflow/promotion.yml is wrong" in printed
    registered = client.search_model_versions("name='vitpose_plus_sample'")
    assert [int(one.version) for one in registered] == [1]  # nothing was begun

"""The commands a user types, run as processes on a small sample."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

KEDRO = Path(sys.executable).with_name("kedro")
SMALL = {"train": 10, "val": 8}


@pytest.fixture(scope="module")
def workplace(copy_of_project):
    """A copy of the project with a sample and a training of seconds."""
    folder = copy_of_project
    _shrink_sample(folder / "conf/sample/parameters_data.yml")
    path = folder / "conf/sample/parameters.yml"
    content = yaml.safe_load(path.read_text())
    content["training"] |= {"epochs": 2, "batch_size": 16, "workers": 0, "validate_every": 1}
    content["training"]["optimisation"]["milestones"] = [0.5]
    content["pretraining"] |= {"epochs": 2, "batch_size": 16, "validate_every": 2}
    content["distillation"]["token"] |= {"epochs": 1, "batch_size": 16}
    path.write_text(yaml.safe_dump(content))
    return folder


def _shrink_sample(path):
    content = yaml.safe_load(path.read_text())
    sets = ("coco", "aic", "mpii", "ap10k", "coco_wholebody")
    content["data"]["sample"] = dict.fromkeys(sets, SMALL) | {
        "apt36k": {"clips": 12, "frames": 2},
        "ochuman": 3,
        "crowdpose": dict.fromkeys(("train", "val", "test"), 3),
        "interhand": dict.fromkeys(("train", "val", "test", "cameras"), 2),
    }
    for source in content["data"]["datasets"].values():
        for split in source["splits"].values():
            del split["published"]
    path.write_text(yaml.safe_dump(content))


def kedro(folder, *arguments):
    """Run, and give back (exit code, everything printed)."""
    done = subprocess.run(
        [KEDRO, "run", *arguments],
        cwd=folder,
        env=os.environ | {"COLUMNS": "160", "OMP_WAIT_POLICY": "PASSIVE"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    return done.returncode, done.stdout + done.stderr


def stopped(folder, request, words, *arguments):
    """Run, send the signal at the first line with these words, and give back the exit code."""
    command = [KEDRO, "run", *arguments]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell's background job, as this suite may be, ignores Ctrl-C, and its children would.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        for line in process.stdout:
            if words in line:
                process.send_signal(request)
                break
        process.stdout.read()
    return process.returncode


def runs(folder):
    """MLflow's runs, the newest first."""
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db")
    (experiment,) = [e for e in client.search_experiments() if e.name == "vitpose-plus"]
    return client, client.search_runs([experiment.experiment_id], order_by=["start_time DESC"])


@pytest.fixture(scope="module")
def main_job(workplace):
    code, printed = kedro(workplace, "--pipeline=train_vitpose_plus")
    assert code == 0, printed
    return workplace, printed


@pytest.mark.slow
def test_the_main_job_ingests_first_and_says_so(main_job):
    folder, printed = main_job
    assert "coco: no current tables" in printed
    assert "mean pose" in printed
    tables = folder / "data/sample/tables"
    assert {p.parent.name for p in tables.glob("*/manifest.json")} == {
        *("coco", "aic", "mpii", "ap10k", "apt36k", "coco_wholebody")
    }


@pytest.mark.slow
def test_the_main_job_reads_crops_and_shows_its_data(main_job):
    folder, printed = main_job
    reports = folder / "data/sample/reports"
    assert "no training picture looks like a held-out one" in printed
    assert (reports / "leaks/index.html").is_file()
    assert "coco/index.html" in (reports / "data/index.html").read_text()
    assert (folder / "data/sample/tables/coco/data_docs/index.html").is_file()
    stores = {path.parent.name for path in (folder / "data/sample/crops").glob("*/manifest.json")}
    assert stores == {"coco", "aic", "mpii", "ap10k", "apt36k", "coco_wholebody"}
    client, found = runs(folder)
    run = found[-1]  # the first one
    assert run.data.metrics["data/coco/train/kept"] > 0
    assert run.data.metrics["data/leaks/pairs"] == 0
    logged = {a.path for a in client.list_artifacts(run.info.run_id, "data/coco")}
    assert {
        f"data/coco/{name}" for name in ("index.html", "validation.json", "data_docs")
    } <= logged


@pytest.mark.slow
def test_one_data_set_alone_is_ingested(main_job):
    folder, _ = main_job
    code, printed = kedro(folder, "--pipeline=ingest", "--params=data.only=interhand")
    assert code == 0, printed
    assert "interhand test:" in printed
    assert "coco train:" not in printed
    assert (folder / "data/sample/tables/interhand/manifest.json").is_file()
    code, printed = kedro(folder, "--pipeline=cut_crops")
    assert code == 0, printed


@pytest.mark.slow
def test_leaking_pictures_are_left_out_where_that_is_asked(main_job):
    folder, _ = main_job
    raw = folder / "data/sample/raw/coco"
    victim, held_out = (sorted((raw / name).iterdir())[0] for name in ("train2017", "val2017"))
    whole = victim.read_bytes()
    from PIL import Image

    with Image.open(victim) as picture, Image.open(held_out) as other:
        other.resize(picture.size).save(victim, quality=80)
    try:
        code, printed = kedro(folder, "--pipeline=ingest", "--params=data.only=coco")
        assert code == 0, printed
        code, printed = kedro(
            folder, "--pipeline=train_vitpose", "--params=data.leaks.action=drop,training.epochs=1"
        )
        assert code == 0, printed
        assert "1 training pictures look like 1 held-out ones and are left out" in printed
        assert "look like held-out ones are left out of training" in printed
        code, printed = kedro(folder, "--pipeline=check_leaks", "--params=data.leaks.action=fail")
        assert code == 1
        assert victim.name in printed
        assert "Traceback" not in printed
    finally:
        victim.write_bytes(whole)
        kedro(folder, "--pipeline=ingest", "--params=data.only=coco")
        kedro(folder, "--pipeline=check_leaks")


@pytest.mark.slow
def test_every_task_is_scored_beside_the_mean_pose(main_job):
    folder, _ = main_job
    metrics = json.loads((folder / "data/sample/reports/vitpose_plus/metrics.json").read_text())
    assert {name: one["figure"] for name, one in metrics.items()} == {
        **dict.fromkeys(("coco", "aic", "ap10k", "apt36k", "coco_wholebody"), "AP"),
        "mpii": "PCKh@0.5",
    }
    assert all(one["figure"] in one["mean_pose"] for one in metrics.values())
    gallery = folder / "data/sample/reports/vitpose_plus/gallery"
    assert {p.stem for p in gallery.iterdir()} == {*metrics, "overview"}


@pytest.mark.slow
def test_the_run_is_tracked_with_its_model(main_job):
    import mlflow
    import pandas as pd

    folder, _ = main_job
    client, found = runs(folder)
    run = found[-1]  # the first one
    assert run.info.status == "FINISHED"
    assert run.data.params["training.epochs"] == "2"
    assert {"best/AP_coco", "mean_pose/AP_coco", "best/PCKh_0.5_mpii"} <= run.data.metrics.keys()
    assert len(client.get_metric_history(run.info.run_id, "loss_epoch")) == 2
    assert len(client.get_metric_history(run.info.run_id, "score")) == 2
    assert {a.path for a in client.list_artifacts(run.info.run_id)} >= {"gallery"}
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    (logged,) = run.outputs.model_outputs
    model = mlflow.pyfunc.load_model(f"models:/{logged.model_id}")
    assert model.metadata.signature.inputs.input_names() == ["image", "boxes"]
    example = model.input_example
    answer = model.predict(pd.DataFrame(example), params={"task": "mpii"})
    assert [len(pose) for pose in answer["keypoints"][0]] == [16]


@pytest.mark.slow
def test_current_tables_are_not_built_again_and_a_run_repeats(main_job):
    folder, _ = main_job
    metrics = folder / "data/sample/reports/vitpose_plus/metrics.json"
    first = metrics.read_text()
    (folder / "data/sample/models/vitpose_plus/finished.json").unlink()  # or it would be taken
    code, printed = kedro(folder, "--pipeline=train_vitpose_plus")
    assert code == 0, printed
    assert "coco: the tables" in printed
    assert "no current tables" not in printed
    assert metrics.read_text() == first


@pytest.mark.slow
def test_evaluate_and_the_single_task_run(main_job):
    folder, _ = main_job
    first = json.loads((folder / "data/sample/reports/vitpose_plus/metrics.json").read_text())
    code, printed = kedro(folder, "--pipeline=evaluate")
    assert code == 0, printed
    metrics = json.loads((folder / "data/sample/reports/vitpose_plus/metrics.json").read_text())
    assert metrics == first
    assert (folder / "data/sample/reports/vitpose_plus/report/index.html").is_file()
    code, printed = kedro(folder, "--pipeline=train_vitpose")
    assert code == 0, printed
    assert (folder / "data/sample/models/vitpose/best/config.json").is_file()


@pytest.mark.slow
def test_a_named_model_is_scored_on_all_sets_that_it_covers_and_compared(main_job):
    folder, _ = main_job
    for name in ("ochuman", "interhand"):
        code, printed = kedro(folder, "--pipeline=ingest", f"--params=data.only={name}")
        assert code == 0, printed
    last = "evaluation.model=data/sample/models/vitpose_plus/last"
    code, printed = kedro(folder, "--pipeline=evaluate", f"--params={last}")
    assert code == 0, printed
    metrics = json.loads((folder / "data/sample/reports/evaluated/metrics.json").read_text())
    tasks = {"coco", "aic", "mpii", "ap10k", "apt36k", "coco_wholebody"}
    assert set(metrics) == {*tasks, "ochuman"}
    assert metrics["ochuman"]["mean_pose"] == {}
    told = " ".join(printed.split())
    assert "not ingested, so not scored: crowdpose" in told
    assert "the model draws other keypoints, so not scored: interhand" in told
    reports = "data/sample/reports"
    pair = f"comparison.first={reports}/vitpose_plus,comparison.second={reports}/evaluated"
    code, printed = kedro(folder, "--pipeline=compare", f"--params={pair}")
    assert code == 0, printed
    assert "ochuman" in (folder / reports / "comparison/index.html").read_text()
    code, printed = kedro(
        folder, "--pipeline=evaluate", f"--params={last},evaluation.split=val_intra"
    )
    assert code == 0, printed
    metrics = json.loads((folder / "data/sample/reports/evaluated/metrics.json").read_text())
    assert set(metrics) == {"apt36k"}


@pytest.mark.slow
def test_detected_boxes_are_scored_beside_the_true_ones(main_job):
    folder, _ = main_job
    annotated = json.loads(
        (folder / "data/sample/raw/coco/annotations/person_keypoints_val2017.json").read_text()
    )
    detections = [
        {"bbox": one["bbox"], "category_id": 1, "image_id": one["image_id"], "score": score}
        for one in annotated["annotations"]
        for score in (0.9, 0.8)  # each twice: the second is thinned out
    ]
    (folder / "detections.json").write_text(json.dumps(detections))
    code, printed = kedro(
        folder,
        "--pipeline=evaluate",
        "--params=evaluation.detections.coco.file=detections.json",
    )
    assert code == 0, printed
    reports = folder / "data/sample/reports/vitpose_plus"
    found = json.loads((reports / "detected/metrics.json").read_text())["coco"]
    with_true_boxes = json.loads((reports / "metrics.json").read_text())["coco"]["model"]
    assert found["instances"] < len(detections)
    assert found["model"]["AR"] == pytest.approx(with_true_boxes["AR"], abs=0.05)
    assert len(json.loads((reports / "detected/coco.json").read_text())) == found["instances"]


@pytest.mark.slow
def test_pictures_without_truth_get_the_file_to_hand_in_and_no_figures(main_job):
    folder, _ = main_job
    raw = folder / "data/sample/raw/coco"
    unknown = json.loads((raw / "annotations/person_keypoints_val2017.json").read_text())
    boxes = [
        {"image_id": one["id"], "category_id": 1, "bbox": [5, 5, 60, 80], "score": 0.9}
        for one in unknown["images"]
    ]
    (folder / "test_dev.json").write_text(json.dumps({"images": unknown["images"]}))
    (folder / "boxes.json").write_text(json.dumps(boxes))
    (raw / "val2017").rename(folder / "test2017")  # nothing but the named folder is read
    detected = {"file": "boxes.json", "pictures": "test_dev.json", "images": "test2017"}
    named = ",".join(f"evaluation.detections.coco.{key}={path}" for key, path in detected.items())
    try:
        code, printed = kedro(
            folder,
            "--pipeline=evaluate",
            "--nodes=draw_sample,ingest_missing,find_model,score_detected",
            f"--params={named}",
        )
    finally:
        (folder / "test2017").rename(raw / "val2017")
    assert code == 0, printed
    reports = folder / "data/sample/reports/vitpose_plus/detected"
    assert "coco: to be handed in: data/sample/reports" in " ".join(printed.split())
    handed_in = json.loads((reports / "coco.json").read_text())
    assert {one["image_id"] for one in handed_in} == {one["image_id"] for one in boxes}
    assert json.loads((reports / "metrics.json").read_text()) == {}


@pytest.mark.slow
def test_an_auto_encoder_is_learned_and_starts_a_training_of_two_processes(main_job):
    folder, _ = main_job
    code, printed = kedro(folder, "--pipeline=pretrain_mae")
    assert code == 0, printed
    client, (run, *_) = runs(folder)
    assert "held_out_loss" in run.data.metrics
    pictures = [one.path for one in client.list_artifacts(run.info.run_id, "reconstructions")]
    assert pictures == ["reconstructions/epoch_0002.jpg"]
    start = "training.start.weights=data/sample/models/mae/last"
    code, printed = kedro(
        folder, "--pipeline=train_vitpose", f"--params={start},training.launch.processes=2"
    )
    assert code == 0, printed
    client, (run, *_) = runs(folder)
    scores = client.get_metric_history(run.info.run_id, "score")
    assert [point.step for point in scores] == sorted({point.step for point in scores})
    assert len(scores) == 2
    assert "lr/block 3" in run.data.metrics
    assert not list((folder / "data/sample/models/vitpose").glob("launch-*"))


@pytest.mark.slow
def test_a_distillation_that_is_stopped_goes_on_with_its_token_and_its_student(main_job):
    folder, _ = main_job
    models = folder / "data/sample/models/distilled"
    arguments = "--pipeline=distill", "--params=student_training.epochs=6"
    assert stopped(folder, signal.SIGTERM, "epoch 3 of 6", *arguments) == 75
    assert runs(folder)[1][0].info.status == "KILLED"
    token = (models / "token/best/token.safetensors").read_bytes()
    code, printed = kedro(folder, *arguments)
    assert code == 0, printed
    assert "going on from step" in printed
    assert "this very training is done" in printed
    assert (models / "token/best/token.safetensors").read_bytes() == token
    assert json.loads((models / "best/config.json").read_text())["knowledge_tokens"] == 1
    client, (run, *_) = runs(folder)
    assert len(client.get_metric_history(run.info.run_id, "score")) >= 6
    assert client.list_artifacts(run.info.run_id, "knowledge_token")
    code, printed = kedro(folder, "--pipeline=evaluate_distilled")
    assert code == 0, printed
    assert (folder / "data/sample/reports/distilled/metrics.json").is_file()


@pytest.mark.slow
def test_without_a_name_all_runs_in_sequence_and_each_part_under_its_own(main_job):
    folder, _ = main_job
    code, printed = kedro(folder)
    assert code == 0, printed
    _, (run, *_) = runs(folder)
    parts = {
        "mae": ("loss_epoch",),
        "vitpose_plus": ("loss_epoch", "best/AP_coco"),
        "distilled": ("loss_epoch", "token/loss_epoch", "best/AP_coco"),
    }
    expected = {f"{part}/{name}" for part, names in parts.items() for name in names}
    assert expected <= run.data.metrics.keys()
    assert "loss_epoch" not in run.data.metrics
    models = folder / "data/sample/models"
    started = json.loads((models / "vitpose_plus/curves/loss.json").read_text())
    assert [row["epoch"] for row in started] == [1, 2]


@pytest.mark.slow
def test_a_failed_run_is_marked_failed_and_tells_one_screen(main_job):
    folder, _ = main_job
    picture = next((folder / "data/sample/raw/coco/train2017").iterdir())
    whole = picture.read_bytes()
    picture.write_bytes(whole[: len(whole) // 2])
    code, printed = kedro(folder, "--pipeline=ingest")
    picture.write_bytes(whole)
    assert code == 1
    assert picture.name in printed
    assert "Traceback" not in printed
    assert runs(folder)[1][0].info.status == "FAILED"
    assert (folder / "data/sample/tables/coco/manifest.json").is_file()
    assert not list((folder / "data/sample/tables").glob(".*"))


@pytest.mark.slow
def test_an_interrupted_run_is_marked_killed(main_job):
    folder, _ = main_job
    arguments = "--pipeline=train_vitpose", "--params=training.epochs=1000"
    assert stopped(folder, signal.SIGINT, "epoch 1 of 1000", *arguments) != 0
    assert runs(folder)[1][0].info.status == "KILLED"


@pytest.mark.slow
def test_a_misspelt_parameter_stops_before_anything_runs(main_job):
    folder, _ = main_job
    before = len(runs(folder)[1])
    code, printed = kedro(folder, "--params=training.epoch=3")
    assert code == 1
    assert "training.epoch: unknown key; did you mean epochs?" in printed
    assert "Traceback" not in printed
    assert len(runs(folder)[1]) == before

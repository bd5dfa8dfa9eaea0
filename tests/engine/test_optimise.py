import json
import multiprocessing
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from vitpose_plus.engine.stopping import STOPPED

sys.path.insert(0, str(Path(__file__).parent))
import toy_training
from toy_training import outcome

STEPS = 24  # of 4 epochs of 22 samples in batches of 4


@pytest.fixture(scope="module")
def processes():
    """Processes that begin with everything imported, from a server that never computed."""
    context = multiprocessing.get_context("forkserver")
    # AdamW imports the second at its first step.
    context.set_forkserver_preload(["vitpose_plus.engine.optimise", "torch._dynamo"])
    return context


@pytest.fixture
def run(processes, tmp_path):
    """Run the toy training in a process, and return its exit code; nobody outlives it for long."""
    groups = []

    def start(name="stopped", fault=None, fingerprint="toy", **changes):
        folder = tmp_path / name
        arguments = (folder, changes, fault or {}, fingerprint)
        process = processes.Process(target=toy_training.work, args=arguments)
        process.start()
        process.join(120)
        groups.append(process.pid)
        return process.exitcode

    yield start
    end = time.monotonic() + 30
    while any(map(_has_members, groups)):
        assert time.monotonic() < end, "loaders of a training that is dead go on"
        time.sleep(0.1)


def _has_members(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def same(first, second):
    assert outcome(first) == outcome(second)
    return True


def test_a_run_leaves_models_and_a_history_and_no_checkpoints(run, tmp_path):
    assert run("whole") == 0
    assert {"best", "last", "history.jsonl", "finished.json"} == {
        path.name for path in (tmp_path / "whole").iterdir() if not path.name.startswith(".")
    }
    weights, curves = outcome(tmp_path / "whole")
    scores = [line["metrics"]["score"] for line in curves if "score" in line["metrics"]]
    assert len(scores) == 4
    assert max(scores) > -0.7
    assert [line["step"] for line in curves if "loss" in line["metrics"]] == [4, 8, 12, 16, 20, 24]
    best_is_last = scores.index(max(scores)) == 3
    assert (weights["best"] == weights["last"]) == best_is_last


@pytest.mark.parametrize("changes", [{}, {"ema": 0.9, "checkpoint_every": 4}], ids=["plain", "ema"])
@pytest.mark.parametrize("step", [1, 3, 7, 12, 13, STEPS])
def test_a_run_killed_at_any_step_ends_as_one_that_was_not(run, tmp_path, step, changes):
    assert run("whole", **changes) == 0
    assert run(fault={"kill_at": step}, **changes) == -9
    assert run(**changes) == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


@pytest.mark.slow
def test_a_run_killed_again_and_again_with_loader_workers_ends_the_same(run, tmp_path):
    changes = {"workers": 2, "checkpoint_every": 2, "accumulate": 2}
    assert run("whole", **changes) == 0
    deaths = 0
    while run(fault={"kill_at": 11}, **changes) == -9:  # 2 passes a step: five steps a life
        deaths += 1
        assert deaths < 10
    assert deaths == 5
    assert same(tmp_path / "whole", tmp_path / "stopped")


def test_a_run_killed_while_it_is_scored_ends_the_same(run, tmp_path):
    assert run("whole") == 0
    assert run(fault={"kill_in_examination": 1}) == -9
    assert run(fault={"kill_in_examination": 3}) == -9
    assert run() == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


@pytest.mark.parametrize("fault", [{"stop_at": 8}, {"stop_in_examination": 1}])
def test_sigterm_saves_and_ends_with_a_code_of_its_own(run, tmp_path, fault):
    assert run("whole") == 0
    assert run(fault=fault) == STOPPED == 75
    saved = sorted(path.name for path in (tmp_path / "stopped/checkpoints").glob("step_*"))
    assert saved[-1] == ("step_000000008.pt" if "stop_at" in fault else "step_000000012.pt")
    assert run() == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


def test_a_finished_run_is_not_done_again(run, tmp_path):
    assert run("whole") == 0
    assert run() == 0
    assert run(fault={"kill_at": 1}) == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


@pytest.mark.parametrize("changed", ["fingerprint", "code"])
def test_other_code_or_configuration_trains_again(run, tmp_path, changed):
    assert run() == 0
    record = tmp_path / "stopped/finished.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {changed: "another"}))
    assert run(fault={"kill_at": 1}) == -9


def test_another_model_in_its_place_does_not_count_as_trained(run, tmp_path):
    assert run() == 0
    (tmp_path / "stopped/best/weights.pt").write_bytes(b"another")
    assert run(fault={"kill_at": 1}) == -9


def test_what_two_versions_of_the_code_have_trained_counts_as_neithers(run, tmp_path):
    assert run(fault={"kill_at": 13}) == -9
    (newest, _) = sorted((tmp_path / "stopped/checkpoints").glob("step_*"), reverse=True)
    held = torch.load(newest, weights_only=True)
    torch.save(held | {"code": "former"}, newest)
    assert run() == 0
    assert json.loads((tmp_path / "stopped/finished.json").read_text())["code"] == ""
    assert run(fault={"kill_at": 1}) == -9


def test_curves_that_a_later_training_has_replaced_are_not_told_as_this_ones(run, tmp_path):
    assert run() == 0
    assert run(fault={"kill_at": 7}, fingerprint="other") == -9
    history = (tmp_path / "stopped/history.jsonl").read_bytes()
    assert run(fault={"kill_at": 1}) == 0
    assert (tmp_path / "stopped/history.jsonl").read_bytes() == history


def test_a_checkpoint_that_cannot_be_read_now_is_left_as_it_is(run, tmp_path):
    assert run("whole") == 0
    assert run(fault={"kill_at": 13}) == -9
    newest = max((tmp_path / "stopped/checkpoints").glob("step_*"))
    kept = newest.rename(tmp_path / "kept")
    newest.mkdir()  # what cannot be read, even by root
    assert run() == 1
    assert "cannot be read now" in (tmp_path / "stopped/error.txt").read_text()
    newest.rmdir()
    kept.rename(newest)
    assert run() == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


def test_a_checkpoint_of_another_version_is_not_taken_for_damaged(run, tmp_path):
    assert run(fault={"kill_at": 13}) == -9
    newest = max((tmp_path / "stopped/checkpoints").glob("step_*"))
    held = torch.load(newest, weights_only=True)
    torch.save(held | {"reached": held["reached"] | {"novelty": 1}}, newest)
    assert run() == 1
    assert "another version of this code" in (tmp_path / "stopped/error.txt").read_text()


def test_sigterm_while_the_models_are_written_ends_after_they_are(run, tmp_path):
    assert run("whole") == 0
    assert run(fault={"stop_in_writing": True}) == STOPPED
    assert run(fault={"kill_at": 1}) == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


def test_a_damaged_checkpoint_gives_way_to_the_one_before(run, tmp_path):
    assert run("whole") == 0
    assert run(fault={"kill_at": 14}) == -9
    newest = max((tmp_path / "stopped/checkpoints").glob("step_*"))
    newest.write_bytes(newest.read_bytes()[:3000])
    assert run() == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


def test_a_full_disk_is_an_error_that_loses_nothing(run, tmp_path):
    assert run("whole", checkpoint_every=5) == 0
    assert run(fault={"kill_at": 8}, checkpoint_every=5) == -9
    before = sorted(path.name for path in (tmp_path / "stopped/checkpoints").iterdir())
    assert run(fault={"file_limit": 9000}, checkpoint_every=5) == 1
    message = (tmp_path / "stopped/error.txt").read_text()
    assert message.startswith("StorageError")
    assert "step_000000010.pt" in message
    assert "MiB free" in message
    assert "run the same command again" in message
    after = sorted(path.name for path in (tmp_path / "stopped/checkpoints").iterdir())
    assert after == before
    assert run(checkpoint_every=5) == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


def test_a_training_of_another_configuration_is_set_aside_and_taken_up_again(run, tmp_path):
    assert run(fault={"kill_at": 8}, fingerprint="other") == -9
    assert run() == 0
    assert run("whole") == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")
    aside = tmp_path / "stopped/checkpoints.other-1"
    assert [path.name for path in aside.glob("step_*")] == ["step_000000006.pt"]
    assert run(fault={"kill_at": 2}, fingerprint="other") == -9  # steps 7 and 8 of that training
    assert not aside.exists()
    assert run(fingerprint="other") == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


def test_what_is_saved_after_damaged_checkpoints_is_kept(run, tmp_path):
    folder = tmp_path / "stopped/checkpoints"
    folder.mkdir(parents=True)
    for step in (900, 1000):
        (folder / f"step_{step:09d}.pt").write_bytes(b"no checkpoint")
    assert run(fault={"kill_at": 14}) == -9
    assert [path.name for path in sorted(folder.glob("step_*.pt"))] == [
        "step_000000006.pt",
        "step_000000012.pt",
    ]
    assert len(list(folder.glob("*.damaged"))) == 2


@pytest.mark.slow
def test_a_request_to_stop_that_reaches_the_loaders_too_saves(run, tmp_path):
    changes = {"workers": 2}
    assert run("whole", **changes) == 0
    assert run(fault={"stop_all_at": 8}, **changes) == STOPPED
    saved = max(path.name for path in (tmp_path / "stopped/checkpoints").glob("step_*"))
    assert saved == "step_000000008.pt"
    assert run(**changes) == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


def test_epochs_are_scored_at_the_interval_and_at_the_end():
    run = toy_training.recipe(epochs=7, validate_every=3)
    assert [epoch for epoch in range(7) if run.scores(epoch)] == [2, 5, 6]


def test_a_loss_that_is_no_number_stops_the_run_and_names_the_records(run, tmp_path):
    assert run(fault={"nan_at": 8}) == 1
    message = (tmp_path / "stopped/error.txt").read_text()
    assert message.startswith("DivergenceError: step 7: the loss is nan")
    order = [index for _, index in toy_training.order(1)]
    for index in order[4:8]:
        assert f"point {index}\n" in message
    assert len((tmp_path / "stopped/diverged.txt").read_text().splitlines()) == 4
    assert run() == 0  # the weights were left as they were
    assert run("whole") == 0
    assert same(tmp_path / "whole", tmp_path / "stopped")


def test_a_second_training_in_the_same_folder_is_refused(run, tmp_path):
    from filelock import FileLock

    (tmp_path / "stopped").mkdir()
    with FileLock(tmp_path / "stopped/.training.lock"):
        assert run() == 1
    assert "another training writes here" in (tmp_path / "stopped/error.txt").read_text()


def test_accumulated_parts_teach_what_the_whole_batch_does(run, tmp_path):
    quiet = {"fault": {"no_dropout": True}}
    assert run("whole", **quiet) == 0
    assert run("parts", accumulate=2, **quiet) == 0
    first, second = outcome(tmp_path / "whole")[0]["last"], outcome(tmp_path / "parts")[0]["last"]
    for name in first:
        np.testing.assert_allclose(first[name], second[name], rtol=1e-5, atol=1e-6)

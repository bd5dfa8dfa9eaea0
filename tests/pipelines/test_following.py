import logging
import subprocess
import sys
import time

import mlflow
import pytest
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException

from pipelines.following import Follower, following, metric_name
from vitpose_plus.engine.history import HISTORY, History

WRITER = """
import sys, time
from pathlib import Path
from vitpose_plus.engine.history import History

folder = Path(sys.argv[1])
history = History(folder / "history.jsonl")
checkpoint = 0
def write(first, last):
    for step in range(first, last):
        history.add(step, step // 50, {"loss": 1 / (step + 1), "lr/layer 3": 1e-4, "AP@0.5": 0.5})
        time.sleep(0.001)
(folder / "panels").mkdir()
(folder / "panels/epoch_0001.jpg").write_bytes(b"a picture")
write(0, 200)
checkpoint = history.size
history.picture(200, 4, folder / "panels/epoch_0001.jpg")
write(200, 300)
time.sleep(float(sys.argv[2]))
# The worker dies and is started again from its checkpoint.
history = History(folder / "history.jsonl", checkpoint)
history.picture(200, 4, folder / "panels/epoch_0001.jpg")
write(200, 600)
"""


class Counting(mlflow.MlflowClient):
    """Counts requests; fails as often as it is told to before it answers."""

    requests = pictures = failures = 0

    def log_batch(self, *args, **kwargs):
        if self.failures:
            self.failures -= 1
            raise MlflowException("no answer")
        self.requests += 1
        return super().log_batch(*args, **kwargs)

    def log_artifact(self, *args, **kwargs):
        self.pictures += 1
        return super().log_artifact(*args, **kwargs)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def client(address, tmp_path, monkeypatch):
    """A client of a SQLite store, with a new experiment."""
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(address)
    client = Counting(address)
    experiment = client.create_experiment(str(tmp_path), (tmp_path / "artifacts").as_uri())
    client.new_run = lambda: client.create_run(experiment).info.run_id
    yield client
    mlflow.set_tracking_uri(before)


@pytest.fixture
def run(client):
    return client.new_run()


def curve(client, run, name="loss"):
    """(step, value) in the order of arrival."""
    return [(m.step, m.value) for m in client.get_metric_history(run, name)]


def fill(history, first, last):
    for step in range(first, last):
        history.add(step, 0, {"loss": float(step)})


@pytest.mark.parametrize("pause", [0.0, 1.5])
def test_every_line_of_a_real_writer_arrives_once_and_in_order(client, run, tmp_path, pause):
    with following(tmp_path, run):
        subprocess.run([sys.executable, "-c", WRITER, tmp_path, str(pause)], check=True)
    assert curve(client, run) == [(step, 1 / (step + 1)) for step in range(600)]
    assert [step for step, _ in curve(client, run, "lr/layer 3")] == list(range(600))
    assert len(curve(client, run, "AP_0.5")) == 600
    (picture,) = client.list_artifacts(run, "panels")
    assert picture.path == "panels/epoch_0001.jpg"
    assert (tmp_path / "artifacts" / run / "artifacts" / picture.path).read_bytes() == b"a picture"


def test_lines_arrive_while_the_training_runs(client, run, tmp_path):
    with following(tmp_path, run):
        fill(History(tmp_path / HISTORY), 0, 3)
        for _ in range(50):
            if len(curve(client, run)) == 3:
                break
            time.sleep(0.1)
        else:
            pytest.fail("nothing arrived in 5 s")


def test_what_was_written_arrives_after_an_exception_too(client, run, tmp_path):
    with pytest.raises(KeyboardInterrupt), following(tmp_path, run):
        fill(History(tmp_path / HISTORY), 0, 3)
        raise KeyboardInterrupt
    assert len(curve(client, run)) == 3


def test_a_cut_and_regrown_journal_gives_no_line_twice(client, run, tmp_path):
    path = tmp_path / HISTORY
    follower = Follower(path, run, client)
    history = History(path)
    fill(history, 0, 10)
    checkpoint = history.size
    fill(history, 10, 20)
    follower.follow()
    # Once seen short, once regrown beyond where it was before anybody looked.
    for last in (12, 40):
        fill(History(path, checkpoint), 10, last)
        follower.follow()
    assert [step for step, _ in curve(client, run)] == list(range(40))
    assert client.requests == 2
    fill(History(path, path.stat().st_size), 40, 41)
    follower.follow()
    follower.follow()
    assert client.requests == 3


@pytest.mark.parametrize("looks", [1, 2])
def test_of_two_figures_of_one_step_the_first_counts(client, run, tmp_path, looks):
    follower = Follower(tmp_path / HISTORY, run, client)
    history = History(tmp_path / HISTORY)
    history.add(5, 0, {"loss": 1.0})
    if looks == 2:
        follower.follow()
    history.add(5, 0, {"loss": 2.0, "score": 3.0})
    follower.follow()
    assert curve(client, run) == [(5, 1.0)]
    assert curve(client, run, "score") == [(5, 3.0)]


def test_a_former_trainings_lines_are_not_this_ones(client, run, tmp_path):
    path = tmp_path / HISTORY
    fill(History(path), 0, 30)
    follower = Follower(path, run, client)
    follower.follow()
    assert curve(client, run) == []
    history = History(path)
    follower.follow()
    history.add(0, 0, {"loss": 7.0})
    follower.follow()
    assert curve(client, run) == [(0, 7.0)]


def test_a_new_journal_longer_than_the_former_is_told_from_it(client, run, tmp_path):
    path = tmp_path / HISTORY
    fill(History(path), 0, 5)
    follower = Follower(path, run, client)
    fill(History(path), 100, 120)
    follower.follow()
    assert [step for step, _ in curve(client, run)] == list(range(100, 120))


def test_a_former_journals_damage_is_no_concern(client, run, tmp_path):
    (tmp_path / HISTORY).write_bytes(b"\x00\x00\n{]\n")
    with following(tmp_path, run):
        fill(History(tmp_path / HISTORY), 0, 3)
    assert len(curve(client, run)) == 3


def test_a_resumed_trainings_curve_is_whole_in_its_new_run(client, tmp_path):
    path = tmp_path / HISTORY
    first, second = client.new_run(), client.new_run()
    with following(tmp_path, first):
        history = History(path)
        fill(history, 0, 10)
        checkpoint = history.size
        history.add(10, 0, {"loss": -1.0})
    follower = Follower(path, second, client)
    follower.follow()
    assert curve(client, second) == []  # Where it will go on is not known yet.
    resumed = History(path, checkpoint)
    follower.follow()
    fill(resumed, 10, 20)
    follower.follow()
    assert curve(client, second) == [(step, float(step)) for step in range(20)]
    assert curve(client, first)[-1] == (10, -1.0)


def test_a_half_written_line_waits(client, run, tmp_path):
    path = tmp_path / HISTORY
    follower = Follower(path, run, client)
    fill(History(path), 0, 2)
    line = b'{"step": 2, "epoch": 0, "metrics": {"loss": 2.0}}\n'
    for part in (line[:20], line[20:-1], line[-1:]):
        assert len(curve(client, run)) <= 2
        with path.open("ab") as file:
            file.write(part)
        follower.follow()
    assert curve(client, run) == [(0, 0.0), (1, 1.0), (2, 2.0)]


def test_a_long_journal_takes_few_requests(client, run, tmp_path):
    path = tmp_path / HISTORY
    follower = Follower(path, run, client)
    history = History(path)
    for step in range(5000):
        history.add(step, 0, {"loss": 1.0, "gradient_norm": 2.0, "lr": 3.0})
    began = time.monotonic()
    follower.follow()
    assert time.monotonic() - began < 20
    assert client.requests == 15
    assert [m.step for m in client.get_metric_history(run, "lr")] == list(range(5000))
    began = time.monotonic()
    for step in range(5000, 5020):
        history.add(step, 0, {"loss": 1.0})
        follower.follow()
    assert time.monotonic() - began < 4
    assert client.requests == 35


def test_what_mlflow_did_not_take_is_tried_again(client, run, tmp_path):
    follower = Follower(tmp_path / HISTORY, run, client)
    history = History(tmp_path / HISTORY)
    for step in range(1500):
        history.add(step, 0, {"loss": float(step)})
    client.failures = 1
    with pytest.raises(MlflowException):
        follower.follow()
    follower.follow()
    assert curve(client, run) == [(step, float(step)) for step in range(1500)]


def test_mlflows_failure_is_said_and_is_not_the_trainings(client, tmp_path, caplog, _own_logging):
    with caplog.at_level(logging.WARNING), following(tmp_path, "no such run"):
        fill(History(tmp_path / HISTORY), 0, 3)
        time.sleep(2.5)
    warning, error = caplog.records
    assert (warning.levelname, error.levelname) == ("WARNING", "ERROR")
    assert str(tmp_path / HISTORY) in error.getMessage()


def test_a_picture_that_is_gone_is_said_and_holds_up_nothing(
    client, run, tmp_path, caplog, _own_logging
):
    history = History(tmp_path / HISTORY)
    with caplog.at_level(logging.WARNING), following(tmp_path, run):
        history = History(tmp_path / HISTORY)
        history.picture(1, 0, tmp_path / "panels/epoch_0001.jpg")
        fill(history, 1, 3)
    assert "epoch_0001.jpg is gone" in caplog.text
    assert len(curve(client, run)) == 2
    assert client.pictures == 0


def test_what_is_no_number_is_logged_as_such(client, run, tmp_path):
    with following(tmp_path, run):
        history = History(tmp_path / HISTORY)
        history.add(1, 0, {"loss": float("nan"), "gradient_norm": float("inf")})
    (loss,) = client.get_metric_history(run, "loss")
    (norm,) = client.get_metric_history(run, "gradient_norm")
    assert loss.value != loss.value
    assert norm.value > 1e308


def test_without_a_run_nothing_is_followed(tmp_path):
    with following(tmp_path, None):
        fill(History(tmp_path / HISTORY), 0, 3)


@pytest.mark.parametrize(
    "name", ["lr/layer 3", "lr/embeddings", "PCKh@0.5_mpii", "AP@0.5:0.95", "loss_Größe", "a(b)"]
)
def test_mlflow_takes_every_name(client, run, name):
    client.log_batch(run, metrics=[Metric(metric_name(name), 1.0, 0, 0)])
    assert client.get_metric_history(run, metric_name(name))


def test_only_what_mlflow_refuses_is_renamed():
    assert metric_name("PCKh@0.5_mpii") == "PCKh_0.5_mpii"
    assert metric_name("lr/layer 3") == "lr/layer 3"

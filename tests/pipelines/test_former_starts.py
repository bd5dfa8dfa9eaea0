import mlflow
import pytest

from pipelines.former_starts import end_former_starts

STORE = "s3://team-pose/runs/plus-b"


@pytest.fixture
def client(tmp_path):
    address = f"sqlite:///{tmp_path}/mlflow.db"
    mlflow.set_tracking_uri(address)
    client = mlflow.MlflowClient(address)
    client.create_experiment("vitpose-plus", artifact_location=str(tmp_path / "artifacts"))
    mlflow.set_experiment("vitpose-plus")
    yield client
    mlflow.end_run()
    mlflow.set_tracking_uri(None)


@pytest.fixture
def begun(client):
    """`begun(tags)`: a run that was begun, and of which nothing more was heard."""
    experiment = client.get_experiment_by_name("vitpose-plus").experiment_id
    return lambda **tags: client.create_run(experiment, tags=tags).info.run_id


def test_a_start_ends_those_before_it_in_its_store_alone(client, begun, monkeypatch):
    monkeypatch.setenv("VITPOSE_KEPT_IN", STORE)
    killed, elsewhere, untagged = begun(kept_in=STORE), begun(kept_in=f"{STORE}-2"), begun()
    done = begun(kept_in=STORE)
    client.set_terminated(done)
    with mlflow.start_run() as run:
        end_former_starts()
        assert status(client, run.info.run_id) == "RUNNING"
    assert client.get_run(run.info.run_id).data.tags["kept_in"] == STORE
    wanted = {killed: "KILLED", elsewhere: "RUNNING", untagged: "RUNNING", done: "FINISHED"}
    assert {one: status(client, one) for one in wanted} == wanted


def test_without_a_node_nothing_is_ended(client, begun, monkeypatch):
    monkeypatch.delenv("VITPOSE_KEPT_IN", raising=False)
    other = begun(kept_in=STORE)
    with mlflow.start_run() as run:
        end_former_starts()
    assert "kept_in" not in client.get_run(run.info.run_id).data.tags
    assert status(client, other) == "RUNNING"


def test_without_a_run_nothing_is_begun(client, monkeypatch):
    monkeypatch.setenv("VITPOSE_KEPT_IN", STORE)
    end_former_starts()
    experiment = client.get_experiment_by_name("vitpose-plus").experiment_id
    assert client.search_runs([experiment]) == []


def status(client, run):
    return client.get_run(run).info.status

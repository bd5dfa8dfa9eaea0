import mlflow
import pytest

from pipelines.former_starts import end_former_starts

STORE = "s3://team-pose/runs/plus-b"


@pytest.fixture
def begun(store):
    """`begun(tags)`: a run that was begun, and of which nothing more was heard."""
    experiment = store.get_experiment_by_name("promotions").experiment_id
    return lambda **tags: store.create_run(experiment, tags=tags).info.run_id


def test_a_start_ends_those_before_it_in_its_store_alone(store, begun, monkeypatch):
    monkeypatch.setenv("VITPOSE_KEPT_IN", STORE)
    killed, elsewhere, untagged = begun(kept_in=STORE), begun(kept_in=f"{STORE}-2"), begun()
    done = begun(kept_in=STORE)
    store.set_terminated(done)
    with mlflow.start_run() as run:
        end_former_starts()
        assert status(store, run.info.run_id) == "RUNNING"
    assert store.get_run(run.info.run_id).data.tags["kept_in"] == STORE
    wanted = {killed: "KILLED", elsewhere: "RUNNING", untagged: "RUNNING", done: "FINISHED"}
    assert {one: status(store, one) for one in wanted} == wanted


def test_without_a_node_nothing_is_ended(store, begun, monkeypatch):
    monkeypatch.delenv("VITPOSE_KEPT_IN", raising=False)
    other = begun(kept_in=STORE)
    with mlflow.start_run() as run:
        end_former_starts()
    assert "kept_in" not in store.get_run(run.info.run_id).data.tags
    assert status(store, other) == "RUNNING"


def test_without_a_run_nothing_is_begun(store, monkeypatch):
    monkeypatch.setenv("VITPOSE_KEPT_IN", STORE)
    end_former_starts()
    experiment = store.get_experiment_by_name("promotions").experiment_id
    assert store.search_runs([experiment]) == []


def status(store, run):
    return store.get_run(run).info.status

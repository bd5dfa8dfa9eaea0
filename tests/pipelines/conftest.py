"""MLflow stores of tests' own."""

import shutil

import mlflow
import pytest


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory):
    """MLflow's database, made once: its many migrations take seconds."""
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def store(empty_store, tmp_path):
    """A store of the test's own, with an experiment whose artifacts lie beside it."""
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    address = f"sqlite:///{tmp_path}/mlflow.db"
    mlflow.set_tracking_uri(address)
    client = mlflow.MlflowClient(address)
    client.create_experiment("promotions", artifact_location=str(tmp_path / "artifacts"))
    mlflow.set_experiment("promotions")
    yield client
    mlflow.set_tracking_uri(None)

from pathlib import Path

import pytest
from kedro.config import OmegaConfigLoader

from pipelines.configuration import check_parameters, read_parameters
from pipelines.readiness import check_readiness
from pipelines.settings import CONFIG_LOADER_ARGS
from vitpose_plus.errors import ConfigurationError

CONF = Path(__file__).resolve().parents[2] / "conf"


@pytest.fixture
def full(monkeypatch, tmp_path):
    """The published recipe, whose starting weights are in a folder of this test's own."""
    monkeypatch.setenv("VITPOSE_DATA", str(tmp_path))
    loader = OmegaConfigLoader(str(CONF), env="full", **CONFIG_LOADER_ARGS)
    return check_parameters(read_parameters(loader), [])


def test_weights_that_are_not_there_stop_a_training_before_it_begins(full):
    with pytest.raises(ConfigurationError) as error:
        check_readiness(full, {"ingest_missing", "train"})
    message = str(error.value)
    assert str(full.training.start.weights) in message
    assert "--params=training.start=null" in message
    assert "kedro run --pipeline=pretrain_mae" in message


def test_an_ingestion_needs_no_weights(full):
    check_readiness(full, {"ingest", "find_leaks"})


def test_weights_that_are_there_let_it_begin(full):
    full.training.start.weights.parent.mkdir()
    full.training.start.weights.touch()
    check_readiness(full, {"ingest_missing", "train"})

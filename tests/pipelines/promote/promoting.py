"""One promotion as a process: `python promoting.py <workplace> <model>`; also called by tests."""

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import mlflow
from kedro.config import OmegaConfigLoader

from pipelines.configuration import check_parameters, read_parameters
from pipelines.evaluate.target import Target
from pipelines.promote.nodes import collect_evidence, promote_model
from pipelines.settings import CONFIG_LOADER_ARGS
from vitpose_plus.checksum import sha256_of_files

CONF = Path(__file__).resolve().parents[3] / "conf"
NAME = "poses"


@cache
def parameters(workplace: Path):
    """The sample's, in a folder of the test's own."""
    loader = OmegaConfigLoader(str(CONF), env="sample", **CONFIG_LOADER_ARGS)
    found = check_parameters(read_parameters(loader), [])
    return replace(
        found,
        data=replace(found.data, tables=workplace / "tables"),
        promotion=replace(
            found.promotion,
            registered_model=NAME,
            policy=workplace / "promotion.yml",
            card=CONF.parent / "mlflow/model_card.md",
        ),
    )


def target(workplace: Path, model: str) -> Target:
    """An evaluated model of the workplace."""
    weights = workplace / model / "best"
    return Target(
        str(weights), model, None, workplace / model / "reports", sha256_of_files(weights)
    )


def promote(workplace: Path, model: str):
    """What `kedro run --pipeline=promote` does in its MLflow run."""
    mlflow.set_tracking_uri(f"sqlite:///{workplace}/mlflow.db")
    mlflow.set_experiment("promotions")
    asked = parameters(workplace)
    with mlflow.start_run():
        evidence = collect_evidence(target(workplace, model), asked.data)
        return promote_model(
            evidence,
            asked.vitpose_plus,
            asked.data,
            asked.evaluation,
            asked.promotion,
            asked.seed,
        )


if __name__ == "__main__":
    promote(Path(sys.argv[1]), sys.argv[2])

"""client.py NAME COUNT: log runs with files, register each, point aliases at it; prints JSON.

A process of its own, as each member of a team has one: another may do the same at the same time.
"""

import contextlib
import json
import sys

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

MODEL = "vitpose-plus"


def point(client, alias, version):
    """MLflow refuses the second of two who set a new alias at once; a set one it just changes."""
    try:
        client.set_registered_model_alias(MODEL, alias, version)
    except MlflowException as error:
        if "registered_model_alias_pk" not in str(error):
            raise
        client.set_registered_model_alias(MODEL, alias, version)


def main(name, count):
    mlflow.set_experiment("vitpose-plus")
    client = MlflowClient()
    with contextlib.suppress(MlflowException):  # the other one made it
        client.create_registered_model(MODEL)
    versions = {}
    for number in range(count):
        with mlflow.start_run(run_name=f"{name} {number}") as run:
            mlflow.log_params({"who": name, "number": number})
            mlflow.log_metrics({"coco/AP": number / 10}, step=number)
            mlflow.log_text(f"weights of {name} {number}", "model/weights.txt")
        source = f"runs:/{run.info.run_id}/model"
        version = client.create_model_version(MODEL, source, run.info.run_id)
        versions[version.version] = run.info.run_id
        point(client, "challenger", version.version)
        point(client, f"of_{name}", version.version)
    print(json.dumps({str(version): run for version, run in versions.items()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

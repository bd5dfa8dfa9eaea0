"""AWS Batch's files, against the service's own model in botocore."""

import json
import os
import string
import subprocess
from pathlib import Path

import botocore.session
import pytest
from botocore.validate import ParamValidator

FOLDER = Path(__file__).resolve().parents[2] / "conf" / "cloud" / "aws_batch"
OPERATIONS = {"job_definition": "RegisterJobDefinition", "submit": "SubmitJob"}
GIVEN = dict.fromkeys(
    (
        *("VITPOSE_IMAGE", "VITPOSE_ROLE", "VITPOSE_EXECUTION_ROLE", "VITPOSE_BUCKET"),
        *("VITPOSE_QUEUE", "VITPOSE_RUN", "MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_USERNAME"),
        *("MLFLOW_TRACKING_PASSWORD_ARN", "VITPOSE_PIPELINE", "VITPOSE_ENV", "VITPOSE_PULL"),
        "VITPOSE_PARAMS",
    ),
    "given",
)


def load(name):
    return json.loads(string.Template((FOLDER / f"{name}.json").read_text()).substitute(GIVEN))


def report(name, content):
    service = botocore.session.get_session().get_service_model("batch")
    shape = service.operation_model(OPERATIONS[name]).input_shape
    return ParamValidator().validate(content, shape).generate_report()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_the_service_takes_it(name):
    assert report(name, load(name)) == ""


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda job: job["retryStrategy"].update(attemps=3), "attemps"),
        (lambda job: job["nodeProperties"].update(numNodes="2"), "numNodes"),
        (lambda job: job["nodeProperties"].pop("mainNode"), "mainNode"),
    ],
)
def test_the_service_would_refuse_a_mistake(break_it, said):
    job = load("job_definition")
    break_it(job)
    assert said in report("job_definition", job)


def test_it_is_run_again_for_75_and_a_lost_host_and_for_nothing_else():
    rules = load("job_definition")["retryStrategy"]["evaluateOnExit"]
    assert rules[0] == {"onExitCode": "75", "action": "RETRY"}
    assert rules[-1] == {"onReason": "*", "action": "EXIT"}
    assert {rule["action"] for rule in rules[1:-1]} == {"RETRY"}


def test_every_node_is_of_the_one_group_whose_number_a_job_may_change():
    (group,) = load("job_definition")["nodeProperties"]["nodeRangeProperties"]
    (override,) = load("submit")["nodeOverrides"]["nodePropertyOverrides"]
    assert group["targetNodes"] == override["targetNodes"] == "0:"


def test_the_password_is_a_reference_and_no_variable():
    (group,) = load("job_definition")["nodeProperties"]["nodeRangeProperties"]
    container = group["container"]
    assert [secret["name"] for secret in container["secrets"]] == ["MLFLOW_TRACKING_PASSWORD"]
    names = {variable["name"] for variable in container["environment"]}
    assert not any("PASSWORD" in name or "SECRET" in name or "KEY" in name for name in names)


def test_the_images_entry_has_from_them_what_it_reads(node_folder, tmp_path, read_record):
    (group,) = load("job_definition")["nodeProperties"]["nodeRangeProperties"]
    (override,) = load("submit")["nodeOverrides"]["nodePropertyOverrides"]
    job = override["containerOverrides"]
    said = group["container"]["environment"] + job["environment"]
    variables = {variable["name"]: variable["value"] for variable in said}
    others = {name: os.environ[name] for name in os.environ if name[:8] != "VITPOSE_"}
    subprocess.run(
        [node_folder / "conf/cloud/run.sh", *job["command"]],
        env=others | variables | {"RECORD": f"{tmp_path}/record", "HOME": "/home/vitpose"},
        check=True,
    )
    _, environment, arguments = read_record(tmp_path / "record")
    assert environment["VITPOSE_ARCHIVES"] == "given/archives"
    assert environment["VITPOSE_DATA"] == "/home/vitpose/pose"
    assert " ".join(arguments) == (
        "node --grace 25 --pull given --store given/runs/given --keep data/given/models"
        " --prepare kedro run --env=given --pipeline=given --to-nodes=cut_crops --params='given'"
        " -- kedro run --env=given --pipeline=given --params=given"
    )

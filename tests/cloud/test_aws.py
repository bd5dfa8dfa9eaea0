"""The bucket and the roles: docs/cloud.md's commands, by AWS' own program, on a local server."""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore.validate import ParamValidator

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "conf" / "cloud"
PROGRAMS = Path(os.environ.get("VITPOSE_SKY_BIN", PROJECT / ".venv-sky" / "bin"))
COMMANDS = re.findall(r"```bash\n(.*?)```", (PROJECT / "docs/cloud.md").read_text(), re.S)
BUCKET = "team-pose"


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def allowed(name):
    """(action, resource) pairs."""
    pairs = set()
    for statement in load(name)["Statement"]:
        actions, resources = (
            [said] if isinstance(said, str) else said
            for said in (statement["Action"], statement["Resource"])
        )
        pairs |= {(action, resource) for action in actions for resource in resources}
    return pairs


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    """`aws(service)`: a client of a server on which the documented commands were run."""
    if not (PROGRAMS / "aws").exists():
        pytest.skip("no AWS program here; it comes with SkyPilot: see tests/cloud/test_sky.py")
    variables = {"AWS_ACCESS_KEY_ID": "ada", "AWS_SECRET_ACCESS_KEY": "-"}
    variables |= {"AWS_DEFAULT_REGION": "us-east-1"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        with account_server() as address:
            run_documented(address)
            yield lambda service: boto3.client(service, endpoint_url=address)


@contextlib.contextmanager
def account_server():
    """Address of an account of its own that knows AWS' own policies.

    moto reads the variable when it is imported and keeps one account for a process.
    """
    with subprocess.Popen(
        [sys.executable, "-c", "from moto.server import main; main()", "--port", "0"],
        env=os.environ | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            found = (re.search(r"Running on (http://\S+)", line) for line in server.stderr)
            yield next(filter(None, found)).group(1)
        finally:
            server.kill()


def run_documented(address):
    path = os.pathsep.join([str(PROGRAMS), os.environ["PATH"]])
    for commands in COMMANDS:
        if "aws s3api" in commands or "aws iam" in commands:
            subprocess.run(
                ["bash", "-euo", "pipefail", "-c", commands],
                env=os.environ | {"PATH": path, "AWS_ENDPOINT_URL": address},
                cwd=PROJECT,
                check=True,
                capture_output=True,
            )


@pytest.mark.slow
def test_the_bucket_keeps_versions_and_forgets_old_ones(aws):
    assert aws("s3").get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    rules = aws("s3").get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert {rule["ID"] for rule in rules} == {r["ID"] for r in load("bucket_lifecycle")["Rules"]}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vitpose-node", "vitpose-controller"])
def test_each_instance_profile_has_the_role_of_its_name(aws, name):
    profile = aws("iam").get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == [name]
    trusted = profile["Roles"][0]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    assert trusted == {"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}


@pytest.mark.slow
def test_the_roles_may_do_what_their_files_say(aws):
    iam = aws("iam")
    for role, policy, name in (
        ("vitpose-node", "bucket", "node_role"),
        ("vitpose-controller", "pass-node-role", "controller_role"),
    ):
        found = iam.get_role_policy(RoleName=role, PolicyName=policy)
        assert found["PolicyDocument"] == load(name)
    attached = iam.list_attached_role_policies(RoleName="vitpose-node")["AttachedPolicies"]
    assert attached == []


def test_a_node_reads_its_bucket_and_writes_runs_only():
    pairs = allowed("node_role")
    bucket = f"arn:aws:s3:::{BUCKET}"
    writing = {pair for pair in pairs if re.match("s3:(Put|Delete|Abort)", pair[0])}
    assert {resource for _, resource in writing} == {f"{bucket}/runs/*"}
    assert {resource for action, resource in pairs if action == "s3:GetObject"} == {f"{bucket}/*"}
    assert all(action.startswith("s3:") and "*" not in action for action, _ in pairs)
    assert all(resource.startswith(bucket) for _, resource in pairs)


def test_the_controller_may_pass_on_the_nodes_role_and_no_other():
    role, profile = (
        "arn:aws:iam::*:role/vitpose-node",
        "arn:aws:iam::*:instance-profile/vitpose-node",
    )
    assert allowed("controller_role") == {
        ("iam:GetRole", role),
        ("iam:PassRole", role),
        ("iam:GetInstanceProfile", profile),
    }


def lifecycle_report(content):
    service = botocore.session.get_session().get_service_model("s3")
    shape = service.operation_model("PutBucketLifecycleConfiguration").input_shape
    given = {"Bucket": BUCKET, "LifecycleConfiguration": content}
    return ParamValidator().validate(given, shape).generate_report()


def test_s3_takes_the_lifecycle():
    assert lifecycle_report(load("bucket_lifecycle")) == ""


def test_s3_would_refuse_a_mistake():
    content = load("bucket_lifecycle")
    content["Rules"][0]["NoncurrentVersionExpiration"] = {"Days": 3}
    assert "Days" in lifecycle_report(content)


def test_no_object_that_is_current_ends_by_its_age():
    rules = load("bucket_lifecycle")["Rules"]
    kinds = {"ID", "Status", "Filter", "NoncurrentVersionExpiration"}
    kinds |= {"Expiration", "AbortIncompleteMultipartUpload"}
    assert set().union(*rules) == kinds  # neither a Transition nor a Prefix of the old kind
    expirations = [rule["Expiration"] for rule in rules if "Expiration" in rule]
    assert expirations == [{"ExpiredObjectDeleteMarker": True}]
    (old,) = (rule for rule in rules if "NoncurrentVersionExpiration" in rule)
    assert old["Filter"] == {"Prefix": "runs/"}

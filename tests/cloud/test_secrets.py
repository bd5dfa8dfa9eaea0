"""The checks of pre-commit that keep secrets out of git, by pre-commit itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
WITH_PROGRAMS = os.environ | {"PATH": PATH}  # of the environment that runs the tests
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SMALL = "abcdefghijklmnopqrstuvwxyz0123456789"


def some(alphabet, length):
    """What looks like a secret is made here, so that no file of git holds it."""
    return "".join(Random(length).choices(alphabet, k=length))


PLANTS = {
    "conf/cloud/parameters_plant.yml": lambda: f"key: {'AK' + 'IA'}{some(LETTERS, 16)}\n",
    "src/plant.py": lambda: f"aws_{'secret'}_access_key = '{some(LETTERS + SMALL + '/+', 40)}'\n",
    "conf/cloud/plant.yaml": lambda: f"MLFLOW_TRACKING_{'PASS' + 'WORD'}: {some(SMALL, 18)}\n",
    "docs/plant.md": lambda: f"https://ada:{some(SMALL, 12)}@mlflow.example\n",
    "plant.txt": lambda: f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{some(LETTERS, 64)}\n",
    "conf/cloud/plant.sh": lambda: f"export GIT_{'TO' + 'KEN'}={'gh' + 'p_'}{some(SMALL, 36)}\n",
}


@pytest.fixture
def check(tool, tmp_path):
    """`check(hook, {name: text})`: what pre-commit says of files in a repository of their own."""
    pre_commit, _ = tool("pre-commit"), tool("detect-secrets-hook")

    def run(hook, files):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        shutil.copy(PROJECT / ".pre-commit-config.yaml", tmp_path)
        for command in (["init", "--quiet"], ["add", "--all", "--force"]):
            subprocess.run(["git", *command], cwd=tmp_path, check=True)
        command = [pre_commit, "run", "--all-files", "--color=never", hook]
        return subprocess.run(
            command, cwd=tmp_path, env=WITH_PROGRAMS, capture_output=True, text=True
        )

    return run


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_a_planted_secret_is_found(check, name):
    found = check("secrets", {name: PLANTS[name]()})
    assert found.returncode == 1
    assert f"Location:    {name}:1" in found.stdout


def test_what_only_looks_like_a_secret_is_let_through(check):
    checksum = some("0123456789abcdef", 32)
    files = {
        "dvc.lock": f"stages:\n  ingest:\n    outs:\n    - md5: '{checksum}.dir'\n",
        "data/raw.dvc": f"outs:\n- md5: '{checksum}'\n",
        "conf/cloud/task.yaml": "secrets:\n  MLFLOW_TRACKING_PASSWORD: null\n",
        "run.sh": 'export MLFLOW_TRACKING_PASSWORD="$password"\n',
        "test_a.py": f"def test_that_{'gh' + 's_'}{'a_long_sentence_' * 3}is_none():\n",
        "known.py": f"id = '{checksum}'  # pragma: allowlist secret\n",
    }
    found = check("secrets", files)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    "name",
    [
        "conf/base/credentials.yml",
        "conf/cloud/credentials_s3.yaml",
        "conf/local/parameters.yml",
        "mlflow/secrets/admin_password",
        "mlflow/.env",
        ".env",
        ".env.production",
        "cloud.env",
        "conf/cloud/id_rsa",
        "conf/cloud/id_ed25519",
        "node.pem",
        "mlflow/server/tls.key",
    ],
)
def test_a_file_for_credentials_is_refused_whatever_is_in_it(check, name):
    found = check("credentials", {name: "{}\n"})
    assert found.returncode == 1
    assert name in found.stdout


def test_other_files_of_configuration_are_not_refused(check):
    names = ("conf/cloud/mlflow.yml", "mlflow/.env.example", "tests/test_credentials.py")
    names += ("src/environment.py", "src/id_rsa.py", "docs/keys.md", "src/key.py")
    assert check("credentials", dict.fromkeys(names, "{}\n")).returncode == 0


def is_left_out(name):
    command = ["git", "check-ignore", "-q", "--no-index", name]
    return subprocess.run(command, cwd=PROJECT).returncode == 0


@pytest.mark.parametrize(
    "name",
    [
        "conf/local/credentials.yml",
        "mlflow/secrets/x",
        "mlflow/.env",
        ".env",
        ".env.production",
        "cloud.env",
        "conf/cloud/id_rsa",
        "node.pem",
        "tls.key",
    ],
)
def test_git_leaves_out_where_secrets_lie(name):
    assert is_left_out(name)


def test_git_takes_the_example_that_has_none():
    assert not is_left_out("mlflow/.env.example")


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["secrets", "credentials"])
def test_no_file_of_git_holds_a_secret(tool, hook):
    tool("detect-secrets-hook")
    command = [tool("pre-commit"), "run", "--all-files", "--color=never", hook]
    found = subprocess.run(command, cwd=PROJECT, env=WITH_PROGRAMS, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout

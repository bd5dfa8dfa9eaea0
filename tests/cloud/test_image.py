"""What the image is made of: the Dockerfile, what a build sends to it, what runs inside."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from docker.utils.build import exclude_paths

PROJECT = Path(__file__).resolve().parents[2]
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
PLANTS = (
    "conf/local/credentials.yml",
    "conf/cloud/credentials_s3.yml",
    "conf/cloud/credentials.yaml",
    "conf/cloud/cloud.env",
    "conf/cloud/id_rsa",
    "mlflow/.env",
    "mlflow/secrets/admin_password",
    ".env",
    ".env.production",
    "key.pem",
    "server.key",
    ".dvc/config.local",
    ".dvc/cache/files/md5/00/11",
    ".venv/bin/python",
    "data/sample/raw/coco/1.jpg",
    "data/full/tables/coco/table.arrow",
    "mlflow.db",
    "src/vitpose_plus/__pycache__/errors.pyc",
)


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """A clone with what a work tree gathers, and the folder that a build of it would send."""
    clone, context = (tmp_path_factory.mktemp(name) for name in ("clone", "context"))
    run("git", "clone", "--quiet", "--depth=1", f"file://{PROJECT}", ".", cwd=clone)
    for name in ("Dockerfile", ".dockerignore"):  # as they are now
        shutil.copy(PROJECT / name, clone / name)
    for name in ("tables.dvc", ".gitignore"):  # as `dvc add data/full/tables` leaves them
        (clone / "data/full").mkdir(exist_ok=True)
        (clone / "data/full" / name).write_text("/tables\n")
    run("git", "add", "--all", cwd=clone)
    assert "data/full/tables.dvc" in run("git", "ls-files", cwd=clone)
    run("git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "-", cwd=clone)
    for plant in PLANTS:
        (clone / plant).parent.mkdir(parents=True, exist_ok=True)
        (clone / plant).write_text("planted")
    patterns = (clone / ".dockerignore").read_text().splitlines()
    for name in exclude_paths(str(clone), [line for line in patterns if not line.startswith("#")]):
        source = clone / name
        target = context / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink() or source.is_file():
            shutil.copy2(source, target, follow_symlinks=False)
        else:
            target.mkdir(exist_ok=True)
    return clone, context


def test_nothing_secret_or_large_is_sent_to_a_build(sent):
    _, context = sent
    assert [plant for plant in PLANTS if (context / plant).exists()] == []
    assert not (context / ".git" / "config").exists()  # a remote's address may hold a token


def test_all_that_git_tracks_is_sent_so_that_the_recorded_commit_is_clean(sent):
    clone, context = sent
    assert run("git", "status", "--porcelain", cwd=context) == ""
    assert run("git", "rev-parse", "HEAD", cwd=context) == run(
        "git", "rev-parse", "HEAD", cwd=clone
    )


@pytest.mark.slow
def test_dvc_works_in_what_is_sent(sent, tool):
    _, context = sent
    assert "sample" in run(tool("dvc"), "stage", "list", cwd=context)
    run(tool("dvc"), "remote", "add", "--local", "--default", "node", "s3://a/b", cwd=context)


def test_the_lock_is_installed_before_the_code_is_copied():
    steps = re.findall(r"^(?:COPY|RUN|USER).*", DOCKERFILE, flags=re.M)
    packages = next(i for i, step in enumerate(steps) if step.endswith("packages"))
    code = next(i for i, step in enumerate(steps) if step.endswith(" . ."))
    project = next(i for i, step in enumerate(steps) if step.endswith("project"))
    assert packages < code < project
    assert steps[-1].startswith("USER") and "root" not in steps[-1]
    before = " ".join(step for step in steps[:packages] if step.startswith("COPY"))
    assert re.findall(r"COPY (\S+)", before) == ["requirements.lock", "conf/cloud/install.sh"]


def test_the_lock_brings_cuda_so_that_no_base_needs_to():
    pinned = set(re.findall(r"^([\w-]+)==", (PROJECT / "requirements.lock").read_text(), re.M))
    assert {"torch", "triton", "nvidia-cublas", "nvidia-cudnn-cu13", "nvidia-nccl-cu13"} <= pinned
    assert re.search(r"^FROM python:3\.11-slim-", DOCKERFILE, re.M)


def test_the_entry_is_the_script_that_other_engines_run():
    entry = json.loads(re.search(r"^ENTRYPOINT (.*)", DOCKERFILE, re.M)[1])
    folder = re.search(r"^WORKDIR (.*)", DOCKERFILE, re.M)[1]
    assert entry == [f"{folder}/conf/cloud/run.sh"]
    assert os.access(PROJECT / "conf/cloud/run.sh", os.X_OK)


def test_no_secret_is_an_argument_or_a_variable_of_the_image():
    assert not re.search(r"^ARG", DOCKERFILE, re.M)
    assert not re.search(r"^ENV.*(PASSWORD|SECRET|TOKEN|KEY)", DOCKERFILE, re.M)

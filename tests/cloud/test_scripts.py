"""Every shell script and both Dockerfiles, as the linters of their kind see them."""

import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def tracked(*patterns):
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def judge(*command):
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)


def test_shellcheck_finds_nothing_in_any_script(tool):
    scripts = tracked("*.sh", "*.sbatch", ".ci/run")
    assert {"mlflow/server/back_up.sh", "conf/cloud/install.sh", ".ci/run"} <= set(scripts)
    found = judge(tool("shellcheck"), *scripts)
    assert found.returncode == 0, found.stdout


def test_every_shell_script_is_among_those_that_are_checked():
    named = set(tracked("*.sh", "*.sbatch", ".ci/run"))
    for name in tracked():
        path = PROJECT / name
        if path.is_file() and path.read_bytes()[:64].partition(b"\n")[0].endswith(
            (b"bash", b"/sh")
        ):
            assert name in named, name


def test_shellcheck_would_find_a_mistake(tool, tmp_path):
    (tmp_path / "a.sh").write_text("#!/usr/bin/env bash\nrm -r $1\n")
    assert "SC2086" in judge(tool("shellcheck"), str(tmp_path / "a.sh")).stdout


def test_hadolint_finds_nothing_in_any_dockerfile(tool):
    files = tracked("*Dockerfile")
    assert {"Dockerfile", "mlflow/server/Dockerfile"} <= set(files)
    found = judge(tool("hadolint"), "--no-color", *files)
    assert found.returncode == 0, found.stdout


def test_hadolint_would_find_a_mistake(tool, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM debian\nRUN cd /tmp\n")
    found = judge(tool("hadolint"), str(tmp_path / "Dockerfile"))
    assert found.returncode == 1
    assert "DL3006" in found.stdout

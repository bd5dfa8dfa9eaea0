"""install.sh, which the image, SkyPilot's nodes and a cluster run, in a fresh folder."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LOCK = (PROJECT / "requirements.lock").read_text()


@pytest.fixture
def project(tmp_path):
    """What the image holds when its steps run, with a lock of one small package."""
    folder = tmp_path / "project"
    for name in ("src", "pipelines"):
        shutil.copytree(PROJECT / name, folder / name)
    for name in ("pyproject.toml", "README.md", "LICENSE", "conf/cloud/install.sh"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    (folder / "requirements.lock").write_text(re.search(r"^click==\S+$", LOCK, re.M)[0])
    return folder


def install(project, *arguments, **variables):
    return subprocess.run(
        [project / "conf/cloud/install.sh", *arguments],
        cwd=project.parent,
        env=os.environ | variables,
        capture_output=True,
        text=True,
    )


def ask(environment, code):
    command = [environment / "bin/python", "-I", "-c", code]  # -I: not the PYTHONPATH of the tests
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


@pytest.mark.slow
def test_the_images_two_steps_make_what_one_makes(project, tmp_path):
    two, one = tmp_path / "two", tmp_path / "one"
    for command in (["two", "packages"], ["two", "project"], ["one"]):
        done = install(project, *command)
        assert done.returncode == 0, done.stderr
    version = re.search(r"^click==(\S+)$", LOCK, re.M)[1]
    for environment in (two, one):
        assert ask(environment, "import sys; print(sys.version_info[:2])") == "(3, 11)"
        found = ask(environment, "import importlib.metadata as m; print(m.version('click'))")
        assert found == version
        where = ask(environment, "import vitpose_plus; print(vitpose_plus.__path__[0])")
        assert Path(where) == project / "src/vitpose_plus"
        assert (environment / "bin/vitpose").exists()


@pytest.mark.slow
def test_run_again_it_mends_what_differs(project, tmp_path):
    assert install(project, "made", "packages").returncode == 0
    (tmp_path / "project/requirements.lock").write_text("click==8.1.7\n")
    assert install(project, "made", "packages").returncode == 0
    found = ask(tmp_path / "made", "import importlib.metadata as m; print(m.version('click'))")
    assert found == "8.1.7"


@pytest.mark.slow
def test_where_there_is_no_uv_it_brings_one(project, tmp_path):
    """On an image and on a cloud's machine there is none."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("bash", "dirname", "readlink", "mktemp", "rm", "env"):
        (programs / name).symlink_to(shutil.which(name))
    (programs / "python3").symlink_to(Path(sys.executable).resolve())
    done = install(project, "made", "packages", PATH=str(programs))
    assert done.returncode == 0, done.stderr
    assert ask(tmp_path / "made", "import click; print(1)") == "1"


@pytest.mark.parametrize("arguments", [(), ("made", "everything")])
def test_a_wrong_call_says_how_and_makes_nothing(project, tmp_path, arguments):
    done = install(project, *arguments)
    assert done.returncode == 1
    assert "packages" in done.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.slow
def test_the_whole_lock_installs_and_the_entry_answers(project, tmp_path):
    (project / "requirements.lock").write_text(LOCK)
    done = install(project, "made", UV_LINK_MODE="hardlink")
    assert done.returncode == 0, done.stderr
    entry = subprocess.run(
        [tmp_path / "made/bin/vitpose", "--help"], capture_output=True, text=True, check=True
    )
    assert "predict" in entry.stdout
    assert ask(tmp_path / "made", "import torch; print(torch.version.cuda)").startswith("13")

"""Tools that judge the files of conf/cloud, and a `vitpose` that writes down how it was called."""

import os
import shutil
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
RECORDER = """#!/usr/bin/env bash
set -euo pipefail
{ pwd; env; printf 'argument %s\\n' "$@"; } >"$RECORD"
"""


@pytest.fixture(scope="session")
def tool():
    """`tool(name)`: a program of the environment that runs the tests, or of the machine."""

    def find(name):
        here = str(Path(sys.executable).parent)
        found = shutil.which(name, path=os.pathsep.join([here, os.environ["PATH"]]))
        return found or pytest.skip(f"no {name} here: uv pip install -r requirements.lock")

    return find


@pytest.fixture
def node_folder(tmp_path):
    """The project's folder on a node, as far as the scripts of conf/cloud go, and its `vitpose`."""
    folder = tmp_path / "node"
    shutil.copytree(PROJECT / "conf" / "cloud", folder / "conf" / "cloud", symlinks=True)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "vitpose").write_text(RECORDER)
    (programs / "vitpose").chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def read_record():
    """`read_record(path)`: (folder, environment, arguments) of a recorded call."""

    def read(path):
        folder, *lines = path.read_text().splitlines()
        arguments = [line.removeprefix("argument ") for line in lines if line[:9] == "argument "]
        pairs = (line.partition("=") for line in lines if "=" in line and line[:9] != "argument ")
        return Path(folder), {name: value for name, _, value in pairs}, arguments

    return read

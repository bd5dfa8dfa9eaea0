import subprocess
import sys

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.nodes import data_version
from vitpose_plus.nodes.data_version import pull


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder that DVC looks after, with one file in a remote beside it and no longer here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(data_version, "PAUSE", 0.0)

    def dvc(*arguments):
        subprocess.run([sys.executable, "-m", "dvc", "--quiet", *arguments], check=True)

    dvc("init", "--no-scm")
    (tmp_path / "crops").write_text("pixels")
    dvc("add", "crops")
    dvc("push", "--remote", _remote(dvc, tmp_path))
    dvc("remote", "remove", "first")
    for path in (tmp_path / "crops", *(tmp_path / ".dvc/cache").rglob("*")):
        if path.is_file():
            path.unlink()
    return tmp_path


def _remote(dvc, folder):
    dvc("remote", "add", "first", str(folder / "remote"))
    return "first"


def test_the_data_of_the_commit_are_brought_from_the_remote_that_is_named(project):
    pull(("crops.dvc",), str(project / "remote"))
    assert (project / "crops").read_text() == "pixels"
    assert "remote" in (project / ".dvc/config.local").read_text()
    assert "remote" not in (project / ".dvc/config").read_text()


def test_what_no_remote_holds_is_asked_for_three_times_and_then_told(project, capfd):
    with pytest.raises(StorageError, match=r"dvc pull crops\.dvc failed 3 times.*dvc push"):
        pull(("crops.dvc",), str(project / "elsewhere"))
    assert not (project / "crops").exists()


def test_without_targets_dvc_is_not_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pull((), "s3://bucket/dvc")
    assert not (tmp_path / ".dvc").exists()

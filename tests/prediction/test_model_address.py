import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.prediction.model_address import GROUP, local_model

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package that registers what fetches `shelf:/` addresses."""

    def write(source):
        (tmp_path / "shelf.py").write_text(source)
        about = tmp_path / "shelf-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: shelf\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[{GROUP}]\nshelf = shelf:fetch\n")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "shelf", raising=False)

    return write


def test_a_path_is_taken_as_it_is(tmp_path):
    with local_model(str(tmp_path)) as path:
        assert path == tmp_path


def test_a_folder_whose_name_looks_like_an_address_is_that_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("shelf:/poses").mkdir(parents=True)
    with local_model("shelf:/poses") as path:
        assert path.is_dir()


def test_an_address_is_fetched_by_what_is_installed_for_it(install):
    install(
        "def fetch(address, folder):\n"
        "    folder.mkdir()\n"
        "    (folder / 'weights').write_text(address)\n"
        "    return folder / 'weights'\n"
    )
    with local_model("shelf:/poses@champion") as path:
        assert path.read_text() == "shelf:/poses@champion"
    assert not path.exists()


def test_what_the_fetcher_needs_may_be_missing(install):
    install("import not_installed")
    with (
        pytest.raises(ConfigurationError, match=r"shelf:fetch.*not_installed.*\[pipelines\]"),
        local_model("shelf:/poses"),
    ):
        pass


def test_an_address_of_an_unknown_kind_tells_the_way_by_hand():
    with (
        pytest.raises(ConfigurationError, match=r"mlflow artifacts download .*other:/poses@a"),
        local_model("other:/poses@a"),
    ):
        pass


def test_a_path_that_is_not_there_tells_what_may_be_named(tmp_path):
    with (
        pytest.raises(ConfigurationError, match=r"no such file or folder.*models:/name@alias"),
        local_model(str(tmp_path / "none")),
    ):
        pass


def test_the_projects_own_entry_point_leads_to_a_function_that_fetches():
    registered = tomllib.loads(PROJECT.read_text())["project"]["entry-points"][GROUP]
    assert set(registered) == {"models"}
    module, name = registered["models"].split(":")
    fetch = getattr(import_module(module), name)
    assert list(fetch.__annotations__) == ["address", "folder", "return"]

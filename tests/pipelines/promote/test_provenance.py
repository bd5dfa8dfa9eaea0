import subprocess

import pytest

from pipelines.promote.provenance import code_version, data_versions


@pytest.fixture
def tables(workplace, monkeypatch):
    """The ingested sets' folder, in a place that DVC looks after."""
    monkeypatch.chdir(workplace.folder)
    from dvc.repo import Repo

    with Repo.init(no_scm=True) as repo:
        repo.add("tables/coco")
    return workplace


def test_dvcs_hash_counts_where_dvc_has_recorded_the_tables(tables):
    recorded = (tables.folder / "tables/coco.dvc").read_text()
    found = data_versions(tables.parameters.data.tables, ("coco", "mpii"))
    name, _, hash_ = found["coco"].partition(":")
    assert name == "dvc"
    assert f"md5: {hash_}" in recorded
    assert found["mpii"] == "manifest:of mpii"


def test_tables_that_were_ingested_anew_are_not_what_dvc_recorded(tables):
    tables.ingest_anew()
    found = data_versions(tables.parameters.data.tables, ("coco",))
    assert found["coco"] == "manifest:of coco"


def test_without_dvc_the_manifest_tells(workplace, monkeypatch):
    monkeypatch.chdir(workplace.folder)
    assert data_versions(workplace.parameters.data.tables, ("coco",)) == {
        "coco": "manifest:of coco"
    }


def test_the_commit_is_told_with_whether_files_differ_from_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert code_version() == {"git_commit": "unknown", "git_dirty": "unknown"}

    def git(*arguments):
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        done = subprocess.run(["git", *who, *arguments], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    (tmp_path / "code.py").write_text("1\n")
    git("add", ".")
    git("commit", "-qm", "first")
    assert code_version() == {"git_commit": git("rev-parse", "HEAD"), "git_dirty": "no"}
    (tmp_path / "code.py").write_text("2\n")
    assert code_version()["git_dirty"] == "yes"

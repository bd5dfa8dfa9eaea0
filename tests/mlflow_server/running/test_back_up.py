"""Back-up, loss, restoration and upgrade of the tracking server, by the operator's scripts."""

import shutil
import subprocess
from pathlib import Path

import mlflow
import pytest
import requests

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def backed_up(tracking, logged, tmp_path_factory):
    """The folder of one back-up, made while the server runs."""
    code, said = tracking.operate("back_up.sh", tmp_path_factory.mktemp("backups"))
    assert code == 0, said
    return said.splitlines()[-1]


@pytest.fixture
def tables(database):
    """`tables()`: what the database holds, row by row."""

    def dump():
        command = ["pg_dump", "--inserts", "--no-owner", "--no-privileges"]
        printed = subprocess.run(command, env=database, capture_output=True, check=True).stdout
        # Late versions mark each dump with a random word, after restrict.
        return sorted(row for row in printed.splitlines() if b"restrict" not in row)

    return dump


def objects(s3):
    """Key -> content of all that is in the bucket."""
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="vitpose-mlflow").get("Contents", [])]
    return {key: s3.get_object(Bucket="vitpose-mlflow", Key=key)["Body"].read() for key in keys}


def test_all_is_there_again_after_a_loss(server, backed_up, memory, database, s3):
    before, files = memory(), objects(s3)
    server.stop()
    for again in (["dropdb", "mlflow"], ["createdb", "--maintenance-db=postgres", "mlflow"]):
        subprocess.run(again, check=True, env=database)
    for key in files:
        s3.delete_object(Bucket="vitpose-mlflow", Key=key)
    assert objects(s3) == {} != files
    code, said = server.operate("restore.sh", backed_up)
    assert code == 0, said
    assert (
        said == f"restored database and artifacts from {backed_up}, of MLflow {mlflow.__version__}"
    )
    server.start()
    assert memory() == before
    assert objects(s3) == files
    assert requests.get(server.address, timeout=10).status_code == 401


@pytest.fixture
def changed(logged, s3):
    """(key, former content) of a file that changed in the bucket, until the test is over."""
    key, content = min(objects(s3).items())
    s3.put_object(Bucket="vitpose-mlflow", Key=key, Body=b"changed")
    yield key, content
    s3.put_object(Bucket="vitpose-mlflow", Key=key, Body=content)


@pytest.fixture
def at(tracking, tmp_path_factory):
    """`at(time)`: the environment in which `date` says a time."""

    def stop_clock(time):
        date = tmp_path_factory.mktemp("clock") / "date"
        date.write_text(f"#!/bin/sh\necho {time}\n")
        date.chmod(0o755)
        return {"PATH": f"{date.parent}:{tracking.environment['PATH']}"}

    return stop_clock


def test_the_former_content_of_a_changed_file_is_kept(tracking, changed, s3, at, tmp_path):
    key, content = changed
    code, said = tracking.operate("back_up.sh", tmp_path, **at("monday"))
    assert code == 0, said
    s3.put_object(Bucket="vitpose-mlflow", Key=key, Body=content)
    code, said = tracking.operate("back_up.sh", tmp_path, **at("tuesday"))
    assert code == 0, said
    path = key.removeprefix("runs/")
    assert (tmp_path / "artifacts" / path).read_bytes() == content
    (kept,) = [file for file in (tmp_path / "replaced").rglob("*") if file.is_file()]
    assert kept == tmp_path / "replaced/tuesday" / path
    assert kept.read_bytes() == b"changed"


def test_a_back_up_of_the_database_alone_leaves_the_bucket_alone(
    stopped_server, backed_up, changed, s3, at
):
    key, content = changed
    code, alone = stopped_server.operate(
        "back_up.sh", Path(backed_up).parent, "--database-only", **at("later")
    )
    assert code == 0, alone
    for made, says, there in [
        (alone, "the database alone", b"changed"),
        (backed_up, "database and artifacts", content),
    ]:
        code, said = stopped_server.operate("restore.sh", made, "--replace")
        assert code == 0, said
        assert said.startswith(f"restored {says} from {made}")
        assert objects(s3)[key] == there


def test_only_its_owner_reads_a_back_up(backed_up):
    made = [Path(backed_up), *Path(backed_up).parent.rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in made} == {0}


@pytest.mark.parametrize(("other", "says"), [(".now.part", "exists"), ("now", "not empty")])
def test_two_back_ups_of_one_second_leave_each_other_alone(tracking, at, tmp_path, other, says):
    (tmp_path / other).mkdir()
    (tmp_path / other / "database.dump").touch()
    code, said = tracking.operate("back_up.sh", tmp_path, "--database-only", **at("now"))
    assert code != 0
    assert says in said
    assert [path.name for path in tmp_path.rglob("*")] == [other, "database.dump"]


def test_nothing_is_upgraded_beneath_a_running_server(server, tmp_path):
    code, said = server.operate("upgrade.sh", tmp_path)
    assert code != 0
    assert "stop the server first" in said
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_restored_beneath_a_running_server(server, backed_up):
    code, said = server.operate("restore.sh", backed_up, "--replace")
    assert code != 0
    assert "stop the server first" in said


def test_a_back_up_that_fails_leaves_none(server, tmp_path):
    code, said = server.operate("back_up.sh", tmp_path, PGPASSWORD_FILE="/nowhere")
    assert code != 0
    assert "/nowhere" in said
    code, said = server.operate("back_up.sh", tmp_path, PGPORT="1")
    assert code != 0
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_back_up_is_refused_and_nothing_is_lost(
    stopped_server, backed_up, tables, tmp_path
):
    before = tables()
    damaged = shutil.copytree(backed_up, tmp_path / "damaged")
    dump = damaged / "database.dump"
    body = bytearray(dump.read_bytes())
    body[len(body) // 2] ^= 1
    dump.write_bytes(body)
    code, said = stopped_server.operate("restore.sh", damaged, "--replace")
    assert code != 0
    assert "is damaged" in said
    assert tables() == before


def test_a_database_in_use_is_replaced_only_on_request(stopped_server, backed_up, tables, database):
    before = tables()
    later = (
        "INSERT INTO registered_model_tags (name, key, value)"
        " VALUES ('vitpose-plus', 'later', 'than the back-up')"
    )
    subprocess.run(["psql", "--quiet", "--command", later], check=True, env=database)
    changed = tables()
    code, said = stopped_server.operate("restore.sh", backed_up)
    assert code != 0
    assert "say --replace" in said
    assert tables() == changed != before
    code, said = stopped_server.operate("restore.sh", backed_up, "--replace")
    assert code == 0, said
    assert tables() == before


def test_an_upgrade_of_current_tables_changes_nothing_and_backs_up(
    stopped_server, logged, tables, tmp_path
):
    before = tables()
    code, said = stopped_server.operate("upgrade.sh", tmp_path)
    assert code == 0, said
    assert tables() == before
    (made,) = tmp_path.iterdir()
    assert {path.name for path in made.iterdir()} == {
        *("database.dump", "mlflow_version", "SHA256SUMS")
    }

"""Back-up, loss, restoration and upgrade of the tracking server, by the operator's scripts."""

import shutil
import subprocess

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
    assert said == f"restored {backed_up}, of MLflow {mlflow.__version__}"
    server.start()
    assert memory() == before
    assert objects(s3) == files
    assert requests.get(server.address, timeout=10).status_code == 401


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

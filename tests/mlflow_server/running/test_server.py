"""The tracking server as mlflow/compose.yaml starts it, with several people at once."""

import signal
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.slow


def test_two_people_at_once_lose_no_run_and_share_no_version(logged, as_user):
    client = as_user("alice")
    mine, others = logged["alice"], logged["bob"]
    both = len(mine) + len(others)
    assert sorted(map(int, [*mine, *others])) == list(range(1, both + 1))
    experiment = client.get_experiment_by_name("vitpose-plus").experiment_id
    runs = {run.info.run_id: run for run in client.search_runs([experiment])}
    assert set(mine.values()) | set(others.values()) == set(runs)
    assert all(run.info.status == "FINISHED" for run in runs.values())
    for name, versions in logged.items():
        for number, run in enumerate(versions.values()):
            assert runs[run].data.params == {"who": name, "number": str(number)}
            assert runs[run].data.metrics == {"coco/AP": number / 10}


def test_versions_know_their_runs_and_aliases_their_versions(logged, as_user):
    client = as_user("alice")
    found = {v.version: v.run_id for v in client.search_model_versions("name='vitpose-plus'")}
    expected = {version: run for versions in logged.values() for version, run in versions.items()}
    assert {str(version): run for version, run in found.items()} == expected
    aliases = client.get_registered_model("vitpose-plus").aliases
    last = {name: max(map(int, versions)) for name, versions in logged.items()}
    assert {name: int(aliases[f"of_{name}"]) for name in last} == last
    assert int(aliases["challenger"]) in last.values()


def test_artifacts_lie_in_the_bucket_and_come_back_by_the_server(logged, as_user, s3, tmp_path):
    listed = s3.list_objects_v2(Bucket="vitpose-mlflow")["Contents"]
    (run, *_) = logged["bob"].values()
    (key,) = [one["Key"] for one in listed if run in one["Key"]]
    assert key.startswith("runs/")
    assert len([one for one in listed if one["Key"].endswith("weights.txt")]) == sum(
        map(len, logged.values())
    )
    back = as_user("alice").download_artifacts(run, "model/weights.txt", str(tmp_path))
    stored = s3.get_object(Bucket="vitpose-mlflow", Key=key)["Body"].read()
    assert stored == Path(back).read_bytes() == b"weights of bob 0"


@pytest.mark.parametrize("direct", [True, False])
def test_files_pass_through_the_server_where_it_is_asked(
    logged, as_user, s3, monkeypatch, caplog, tmp_path, direct
):
    if not direct:
        monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "false")
    (run, *_) = logged["alice"].values()
    with caplog.at_level("INFO", logger="werkzeug"):  # moto's, in this process
        as_user("alice").download_artifacts(run, "model/weights.txt", str(tmp_path))
    assert f"{run}/artifacts/model/weights.txt" in caplog.text
    assert ("X-Amz-Signature" in caplog.text) == direct


@pytest.mark.parametrize("who", [None, ("alice", "wrong"), ("nobody", "x" * 12), ("admin", "")])
@pytest.mark.parametrize(
    "path",
    [
        "api/2.0/mlflow/experiments/search?max_results=1",
        "api/2.0/mlflow/registered-models/search",
        "api/2.0/mlflow-artifacts/artifacts?path=1",
        "",
    ],
)
def test_without_a_right_password_nothing_is_told(server, who, path):
    assert requests.get(f"{server.address}/{path}", auth=who, timeout=10).status_code == 401


def test_a_right_password_is_let_in_and_health_needs_none(server):
    path = f"{server.address}/api/2.0/mlflow/experiments/search?max_results=1"
    mine = ("alice", server.users["alice"])
    assert requests.get(path, auth=mine, timeout=10).status_code == 200
    assert requests.get(f"{server.address}/health", timeout=10).text == "OK"


def test_another_name_of_the_server_is_refused(server):
    path = f"{server.address}/api/2.0/mlflow/experiments/search?max_results=1"
    mine = ("alice", server.users["alice"])
    got = requests.get(path, auth=mine, headers={"Host": "rebound.example"}, timeout=10)
    assert got.status_code == 403


def test_a_member_logs_but_promotes_nothing(server, logged, as_user):
    from mlflow.exceptions import MlflowException

    carol = as_user("carol")
    experiment = carol.get_experiment_by_name("vitpose-plus").experiment_id
    run = carol.create_run(experiment, run_name="carol").info.run_id
    carol.log_metric(run, "coco/AP", 0.5)
    carol.set_terminated(run)
    with pytest.raises(MlflowException, match="Permission denied"):
        carol.delete_run(run)
    try:
        with pytest.raises(MlflowException, match="Permission denied"):
            carol.create_model_version("vitpose-plus", f"runs:/{run}/model", run)
        with pytest.raises(MlflowException, match="Permission denied"):
            carol.set_registered_model_alias("vitpose-plus", "champion", "1")
        assert "champion" not in carol.get_registered_model("vitpose-plus").aliases
    finally:
        as_user("admin").delete_run(run)


def test_a_new_password_lets_in(server):
    code, said = server.operate("people.py", "password", "carol")
    assert code == 0, said
    assert said != server.users["carol"]
    server.users["carol"] = said
    path = f"{server.address}/api/2.0/mlflow/experiments/search?max_results=1"
    assert requests.get(path, auth=("carol", said), timeout=10).status_code == 200


@pytest.mark.parametrize("what", ["password", "remove"])
def test_the_admin_by_whom_people_are_changed_stays(server, what):
    code, said = server.operate("people.py", what, "admin")
    assert code != 0
    assert "locked out" in said
    path = f"{server.address}/api/2.0/mlflow/experiments/search?max_results=1"
    admin = ("admin", server.users["admin"])
    assert requests.get(path, auth=admin, timeout=10).status_code == 200


def test_secrets_of_another_time_than_the_databases_are_named(server, tmp_path):
    (tmp_path / "admin_password").write_text("of another server")
    file = {"MLFLOW_AUTH_ADMIN_PASSWORD_FILE": str(tmp_path / "admin_password")}
    code, said = server.operate("people.py", "add", "dora", **file)
    assert code != 0
    assert "put back the secrets/admin_password" in said.splitlines()[-1]


def test_a_killed_server_goes_on_where_it_was(server, logged, as_user, memory):
    before = memory()
    server.stop(signal.SIGKILL)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{server.address}/health", timeout=5)
    server.start()
    assert memory() == before
    as_user("bob").set_registered_model_alias("vitpose-plus", "checked", "1")
    as_user("bob").delete_registered_model_alias("vitpose-plus", "checked")

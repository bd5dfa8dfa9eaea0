"""`mlflow models serve`, as a process, over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

MLFLOW = Path(sys.executable).with_name("mlflow")


@pytest.fixture(scope="module")
def address(stored, tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [MLFLOW, "models", "serve", "-m", "models:/pose@champion", "--env-manager", "local"]
    path = f"{MLFLOW.parent}:{os.environ['PATH']}"  # `uvicorn` is looked up there.
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with log.open("w") as out:
        server = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=log.parent,
            env=os.environ | {"MLFLOW_TRACKING_URI": stored.store, "PATH": path},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/ping", server, log)
            yield f"http://127.0.0.1:{port}/invocations"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


def wait_for(ping, server, log):
    for _ in range(120):
        assert server.poll() is None, log.read_text()
        try:
            if requests.get(ping, timeout=1).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.5)
    pytest.fail(f"no server: {log.read_text()}")


def asked(address, text):
    rows = [{"image": text, "boxes": [[20, 20, 60, 80]]}, {"image": text}]
    content = {"dataframe_records": rows, "params": {"task": "mpii", "flip": False}}
    return requests.post(address, json=content, timeout=60)


@pytest.mark.slow
def test_the_server_answers_and_survives_all_malformed_requests(address, text, malformed):
    before = asked(address, text)
    assert before.status_code == 200, before.text
    first, second = before.json()["predictions"]
    assert [len(pose) for pose in first["keypoints"]] == [16]
    assert second["boxes"] == [[0, 0, 100, 120]]
    assert len(malformed) >= 60
    for name, sent in malformed.items():
        headers = {} if sent.kind is None else {"Content-Type": sent.kind}
        url = address.removesuffix("/invocations") + quote(sent.path)
        answer = requests.post(url, data=sent.body, headers=headers, timeout=60)
        assert 400 <= answer.status_code < 500, (name, answer.text)
        assert answer.json()["message"], name
    assert asked(address, text).json() == before.json()


@pytest.mark.slow
def test_a_body_in_pieces_without_a_length_is_bounded_too(address):
    def pieces():
        for _ in range(40):
            yield b" " * 2**20

    headers = {"Content-Type": "application/json"}
    answer = requests.post(address, data=pieces(), headers=headers, timeout=60)
    assert answer.status_code == 413
    assert "longer than" in answer.json()["message"]


@pytest.mark.slow
def test_curl_as_the_documentation_prints_it(address, stored, tmp_path):
    page = Path(__file__).parents[3] / "docs/serving.md"
    command = page.read_text().split("```bash\n# ask\n")[1].split("```")[0]
    command = command.replace("http://127.0.0.1:5001/invocations", address)
    (tmp_path / "photo.jpg").write_bytes(stored.picture.read_bytes())
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.startswith('{"predictions": [{"boxes": [[0.0, 0.0, 100.0, 120.0]]'), done

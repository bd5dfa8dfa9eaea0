"""MLflow's scoring server behind the guard, in this process."""

import asyncio
import json
import sys
from types import ModuleType
from typing import Any, NamedTuple

import fastapi
import pytest
from mlflow.pyfunc import scoring_server

from pipelines.serving.guard import SERVER, RequestGuard, guard_scoring_server
from pipelines.serving.request import BYTES


class Answer(NamedTuple):
    status: int
    content: Any


@pytest.fixture
def ask(loaded, monkeypatch):
    """Send one request to the server's application and give back its answer."""
    monkeypatch.setenv("_MLFLOW_IS_IN_SERVING_ENVIRONMENT", "true")  # which `init` leaves behind
    application = scoring_server.init(loaded)
    application.add_middleware(RequestGuard)

    def send(body=b"", kind="application/json", method="POST", path="/invocations") -> Answer:
        headers = [] if kind is None else [(b"content-type", kind.encode())]
        messages = asyncio.run(talk(application, method, path, headers, body))
        content = b"".join(message.get("body", b"") for message in messages)
        status = messages[0]["status"]
        return Answer(status, json.loads(content) if path == "/invocations" else content)

    return send


async def talk(application, method, path, headers, body):
    sent = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    more = {"query_string": b"", "http_version": "1.1", "scheme": "http", "server": ("here", 80)}
    await application(scope | more, receive, send)
    return sent


def test_every_malformed_request_gets_a_reason_in_one_line(ask, malformed):
    for name, sent in malformed.items():
        answer = ask(sent.body, sent.kind)
        assert 400 <= answer.status < 500, (name, answer)
        reason = answer.content["message"]
        assert reason, name
        assert "\n" not in reason, (name, reason)
        assert len(reason) <= 500, (name, reason)
        assert set(answer.content) == {"error_code", "message"}


def test_statuses_tell_too_long_and_no_json_apart(ask, malformed):
    statuses = {name: ask(*malformed[name][::-1]).status for name in ("too long", "CSV", "no JSON")}
    assert statuses == {"too long": 413, "CSV": 415, "no JSON": 400}


def test_reasons_name_row_and_fault(ask, malformed):
    assert ask(malformed["image: cut jpeg"].body).content["message"] == (
        "row 0: image cannot be decoded: it is damaged or cut off"
    )
    reason = ask(malformed["an unknown task"].body).content["message"]
    assert reason == "task 'cats' is unknown: this model serves coco, mpii"


def test_a_good_request_passes(ask, text):
    rows = [{"image": text}, {"image": text, "boxes": [[20, 20, 60, 80], [5, 5, 40, 40]]}]
    answer = ask(json.dumps({"dataframe_records": rows}).encode())
    assert answer.status == 200, answer
    first, second = answer.content["predictions"]
    assert first["boxes"] == [[0, 0, 100, 120]]
    assert [len(pose) for pose in second["keypoints"]] == [17, 17]


def test_other_addresses_are_mlflows_own(ask):
    assert ask(method="GET", path="/ping").status == 200
    assert ask(method="GET").status == 405
    assert ask(b"x", path="/elsewhere").status == 404


def test_an_unexpected_error_is_logged_and_not_told(ask, text, loaded, monkeypatch, caplog):
    model = loaded.unwrap_python_model()
    monkeypatch.setattr(model.network, "estimate", lambda *_: 1 // 0)
    answer = ask(json.dumps({"dataframe_records": [{"image": text}]}).encode())
    assert answer.status == 400  # MLflow's choice
    assert "ZeroDivisionError" not in str(answer.content)
    assert "ZeroDivisionError" in caplog.text


def test_an_endless_body_is_cut_off_and_not_kept():
    sent, read = [], []

    async def receive():
        read.append(2**20)
        assert len(read) < 200
        return {"type": "http.request", "body": bytes(read[-1]), "more_body": True}

    async def send(message):
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/invocations", "headers": headers}
    asyncio.run(RequestGuard(pytest.fail)(scope, receive, send))
    assert sent[0]["status"] == 413
    assert f"{BYTES:,}".encode() in sent[1]["body"]


def test_only_a_scoring_server_that_is_being_built_gets_the_guard(monkeypatch):
    constructor = fastapi.FastAPI
    monkeypatch.setattr(fastapi, "FastAPI", constructor)
    monkeypatch.delitem(sys.modules, SERVER, raising=False)
    guard_scoring_server()
    assert fastapi.FastAPI is constructor
    module = ModuleType(SERVER)
    monkeypatch.setitem(sys.modules, SERVER, module)
    module.app = constructor()
    guard_scoring_server()
    assert fastapi.FastAPI is constructor
    del module.app
    guard_scoring_server()
    assert [one.cls for one in fastapi.FastAPI().user_middleware] == [RequestGuard]

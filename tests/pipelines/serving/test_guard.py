"""MLflow's scoring server behind the guard, in this process."""

import asyncio
import json
import sys
import time
from types import ModuleType
from typing import Any, NamedTuple

import fastapi
import numpy as np
import pytest
from mlflow.pyfunc import scoring_server

from pipelines.serving.guard import SERVER, RequestGuard, guard_scoring_server
from pipelines.serving.request import BYTES

JSON = "application/json"


class Answer(NamedTuple):
    status: int
    content: Any


@pytest.fixture
def application(loaded, monkeypatch):
    """The server's, built as `mlflow models serve` builds it."""
    monkeypatch.setenv("_MLFLOW_IS_IN_SERVING_ENVIRONMENT", "true")  # which `init` leaves behind
    monkeypatch.setattr(fastapi, "FastAPI", fastapi.FastAPI)
    monkeypatch.setitem(sys.modules, SERVER, ModuleType(SERVER))
    guard_scoring_server()
    return scoring_server.init(loaded)


@pytest.fixture
def ask(application):
    """Send one request to the server's application and give back its answer."""

    def send(body=b"", *kinds, method="POST", path="/invocations", root="") -> Answer:
        headers = [(b"content-type", kind.encode()) for kind in kinds or [JSON] if kind]
        messages = asyncio.run(talk(application, method, path, headers, body, root))
        content = b"".join(message.get("body", b"") for message in messages)
        return Answer(messages[0]["status"], json.loads(content.strip() or "null"))

    return send


async def talk(application, method, path, headers, body, root):
    sent = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    more = {"query_string": b"", "http_version": "1.1", "scheme": "http", "server": ("here", 80)}
    more["root_path"] = root
    await application(scope | more, receive, send)
    return sent


def test_every_malformed_request_gets_a_reason_in_one_line(ask, malformed):
    for name, sent in malformed.items():
        answer = ask(sent.body, sent.kind, path=sent.path)
        assert 400 <= answer.status < 500, (name, answer)
        reason = answer.content["message"]
        assert reason, name
        assert "\n" not in reason, (name, reason)
        assert len(reason) <= 500, (name, reason)
        assert set(answer.content) == {"error_code", "message"}


def test_statuses_tell_too_long_and_no_json_apart(ask, malformed):
    wanted = {"too long": 413, "CSV": 415, "a newline behind the address": 415, "no JSON": 400}
    sent = {name: malformed[name] for name in wanted}
    assert {name: ask(s.body, s.kind, path=s.path).status for name, s in sent.items()} == wanted


@pytest.mark.parametrize(
    "address",
    [
        {"path": "/invocations\n"},
        {"path": "/root/invocations", "root": "/root"},
        {"path": "/root/invocations\n", "root": "/root"},
        {"method": "PUT"},
        {"path": "//invocations"},
    ],
    ids=str,
)
def test_no_address_leads_around_the_guard(ask, malformed, address):
    assert ask(b"image\nabc\n", "text/csv", **address).status == 415
    answer = ask(malformed["deep nesting"].body, **address)
    assert (answer.status, set(answer.content)) == (400, {"error_code", "message"})


@pytest.mark.parametrize("kinds", [(JSON, "text/csv"), ("text/csv", JSON), (JSON, JSON)])
def test_two_content_types_are_refused(ask, text, kinds):
    body = json.dumps({"dataframe_records": [{"image": text}]}).encode()
    assert ask(body).status == 200
    assert ask(body, *kinds).status == 415


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
    assert ask(method="HEAD", path="/elsewhere").status == 404


def test_good_requests_at_wrong_addresses_are_told(ask, text):
    body = json.dumps({"dataframe_records": [{"image": text}]}).encode()
    assert ask(body, path="/elsewhere").status == 404
    assert ask(body, method="PUT").status == 405
    assert ask(body, path="/root/invocations", root="/root").status == 200


def test_a_row_is_not_decoded_when_nobody_waits_any_more(ask, text, monkeypatch):
    decoded = []

    def slowly(_):
        decoded.append(1)
        time.sleep(0.7)
        return np.zeros((120, 100, 3), np.uint8)

    monkeypatch.setattr("pipelines.serving.rows.read_image", slowly)
    body = json.dumps({"dataframe_records": [{"image": text}] * 5}).encode()
    monkeypatch.setenv("MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT", "1")
    answer = ask(body)
    assert (answer.status, "time" in str(answer.content)) == (504, True)
    assert len(decoded) == 2


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


def test_behind_the_guard_fastapi_bounds_bodies_too(application):
    assert 4 * BYTES < application.max_body_size <= 8 * BYTES

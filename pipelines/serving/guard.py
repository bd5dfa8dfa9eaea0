"""Stands before MLflow's scoring server: bounds what it reads, shortens what it says of errors."""

import json
import logging
import sys
from functools import partial
from typing import TYPE_CHECKING

from pipelines.serving.deadline import set_deadline
from pipelines.serving.request import BYTES, check_request

if TYPE_CHECKING:
    from starlette.responses import JSONResponse
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

SERVER = "mlflow.pyfunc.scoring_server.app"
UPLOAD = 4 * BYTES  # So far a too long body is read on, unkept, for the client to hear why.
REASON = 500  # characters


def guard_scoring_server() -> None:
    """Put `RequestGuard` around the scoring server, if this process is just becoming one.

    MLflow has no setting for it. Its server loads the model, which is where we are, and then builds
    its application with FastAPI's constructor, which takes middleware; so it gets ours.
    """
    server = sys.modules.get(SERVER)
    if server is None or hasattr(server, "app"):
        return
    import fastapi
    from starlette.middleware import Middleware

    # A second belt: FastAPI's own limit, which says less.
    guarded = partial(
        fastapi.FastAPI, middleware=[Middleware(RequestGuard)], max_body_size=2 * UPLOAD
    )
    fastapi.FastAPI = guarded  # type: ignore[misc, assignment]


class RequestGuard:
    """ASGI middleware: a request that `check_request` refuses does not reach MLflow."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request. Only what can have no body for MLflow passes as it is.

        Its path is no matter: more than one reaches /invocations (`%0A` behind it, a root path
        before it).
        """
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        refusal = _refusal(scope, body)
        if refusal is None:
            await self._pass(scope, body or b"", send)
        else:
            await refusal(scope, receive, send)

    async def _pass(self, scope: "Scope", body: bytes, send: "Send") -> None:
        from mlflow.environment_variables import MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT

        answer: list[Message] = []
        set_deadline(MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT.get())

        async def replay() -> "Message":
            return {"type": "http.request", "body": body}

        async def hold(message: "Message") -> None:
            answer.append(message)

        await self.app(scope, replay, hold)
        if answer[0]["status"] >= 400:
            said = b"".join(message.get("body", b"") for message in answer)
            await _error(answer[0]["status"], _reason(said))(scope, replay, send)
            return
        for message in answer:
            await send(message)


async def _read(receive: "Receive") -> bytes | None:
    """The body; None: it is too long."""
    body, size, more = bytearray(), 0, True
    while more and size <= UPLOAD:
        message = await receive()
        size += len(message.get("body", b""))
        if size <= BYTES:
            body += message.get("body", b"")
        else:
            body.clear()
        more = message.get("more_body", False)
    return bytes(body) if size <= BYTES else None


def _refusal(scope: "Scope", body: bytes | None) -> "JSONResponse | None":
    headers = [value for name, value in scope["headers"] if name == b"content-type"]
    # Of several headers, each reader has its own favourite.
    if [one.split(b";")[0].strip().lower() for one in headers] != [b"application/json"]:
        return _error(415, "send JSON, with one header Content-Type: application/json")
    if body is None:
        return _error(413, f"the body is longer than {BYTES:,} bytes")
    try:
        check_request(body)
    except ValueError as error:
        return _error(400, str(error))
    return None


def _reason(said: bytes) -> str:
    """MLflow's message without the data that it repeats and the traceback, which is logged."""
    try:
        answer = json.loads(said)
        message, trace = str(answer["message"]), answer.get("stack_trace")
    except (ValueError, TypeError, KeyError, AttributeError):  # MLflow says some things plainly.
        message, trace = said.decode(errors="replace"), None
    if trace:
        log.error("a request failed:\n%s", trace)
    return message.rpartition("Error: ")[2]


def _error(status: int, reason: str) -> "JSONResponse":
    from mlflow.exceptions import HTTP_STATUS_TO_ERROR_CODE
    from starlette.responses import JSONResponse

    code = HTTP_STATUS_TO_ERROR_CODE.get(status, "BAD_REQUEST")
    line = " ".join(reason.split())[:REASON]
    return JSONResponse({"error_code": code, "message": line}, status)

"""The operators' listener: the table of operations over HTTP, for officers and nobody else.

    GET  /operations          names, and JSON schemas of arguments and results
    POST /operations/{name}   arguments in JSON; the reply is one JSON object a line (NDJSON)

A reply is any number of {"progress": {"step", "done", "total"}}, then exactly one {"result": {...}}
or {"error": {"code", "params"}}. Refusals before an operation starts have the same form.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from comity.api import Progress
from comity.core.canonical import model
from comity.edge.logs import place
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, OPERATIONS_AT_ONCE, PROGRESS_WAITING
from comity.operations.registry import Caller, Model, Operation

if TYPE_CHECKING:
    from comity.node import Node

NDJSON: Final = "application/x-ndjson"
AnyOperation: TypeAlias = Operation[Any, Any]
_STATUS: Final = {
    Code.LOGIN_FAILED: 401,
    Code.HOST_NOT_ALLOWED: 421,
    Code.OPERATION_UNKNOWN: 404,
    Code.BODY_TOO_LARGE: 413,
    Code.HTTP_INVALID: 415,
}
_log = structlog.get_logger()


def operators_app(
    node: "Node",
    operations: Iterable[AnyOperation],
    authenticate: Callable[[str], Caller],
    hosts: Collection[str],
) -> Starlette:
    """Return the ASGI application of the operators' listener.

    `authenticate` takes the token of an officer and raises LOGIN_FAILED; it and the operations run
    in worker threads. `hosts` are the names and addresses, without ports, that a request may give
    as its host: without that, any web page could reach a listener on loopback by pointing a name
    of its own at 127.0.0.1.
    """
    surface = _Surface(node, operations, authenticate)
    routes = [
        Route("/operations", surface.describe, methods=["GET"]),
        Route("/operations/{name}", surface.call, methods=["POST"]),
    ]
    handlers: dict[Any, Any] = {
        ComityError: _refused,
        HTTPException: _no_route,
        Exception: _failed,
    }
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=surface.lifespan)
    app.router.redirect_slashes = False
    app.add_middleware(_OnlyHosts, hosts=frozenset(hosts))
    return app


class _Surface:
    """The two endpoints and what they share."""

    def __init__(
        self,
        node: "Node",
        operations: Iterable[AnyOperation],
        authenticate: Callable[[str], Caller],
    ) -> None:
        self._node = node
        self._operations = {each.name: each for each in operations}
        self._authenticate = authenticate
        self._workers = ThreadPoolExecutor(OPERATIONS_AT_ONCE, "operation")

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """At the stop, wait for the operations in threads."""
        yield
        await asyncio.to_thread(self._workers.shutdown)

    async def describe(self, request: Request) -> Response:
        """Answer GET /operations."""
        await self._login(request)
        listed = [
            {
                "name": name,
                "serving": each.serving,
                "args": each.args.model_json_schema(mode="validation"),
                "result": each.result.model_json_schema(mode="serialization"),
            }
            for name, each in sorted(self._operations.items())
        ]
        return Response(json.dumps({"operations": listed}), media_type="application/json")

    async def call(self, request: Request) -> Response:
        """Answer POST /operations/{name}."""
        caller = await self._login(request)
        name = request.path_params["name"]
        found = self._operations.get(name)
        if found is None:
            raise ComityError(Code.OPERATION_UNKNOWN, name=name[:100])
        # A type that no form of a web page can send: the browser then asks first, and hears no.
        if request.headers.get("content-type") != "application/json":
            raise ComityError(Code.HTTP_INVALID)
        args = _arguments(found, await _body(request))
        return _Lines(self._run(found, caller, args))

    async def _login(self, request: Request) -> Caller:
        """Find out who asks. Raises LOGIN_FAILED."""
        given = request.headers.getlist("authorization")
        scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ComityError(Code.LOGIN_FAILED)
        return await asyncio.to_thread(self._authenticate, token)

    async def _run(self, found: AnyOperation, caller: Caller, args: Model) -> AsyncIterator[bytes]:
        """Run an operation in a thread, and give its progress and its end as lines."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[bytes] = asyncio.Queue(PROGRESS_WAITING)

        def offer(line: bytes) -> None:
            if waiting.full():
                # The newest report is worth more than the oldest.
                waiting.get_nowait()
            waiting.put_nowait(line)

        def progress(step: str, done: int, total: int) -> None:
            line = _line({"progress": {"step": step, "done": done, "total": total}})
            # The loop may have been closed over our head; the operation goes on all the same.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(offer, line)

        work = partial(_outcome, found, self._node, caller, args, progress)
        ending = loop.run_in_executor(self._workers, work)
        while not ending.done() or not waiting.empty():
            taking = asyncio.ensure_future(waiting.get())
            await asyncio.wait({taking, ending}, return_when=asyncio.FIRST_COMPLETED)
            if taking.done():
                yield taking.result()
            else:
                taking.cancel()
        yield await ending


class _Lines(Response):
    """Sends lines as they come, and goes on to the end when the client has hung up.

    Nothing is sent to a client that has gone, but the request stays under way until the operation
    is over, so that a stop of the server waits for it.
    """

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        super().__init__(media_type=NDJSON)
        del self.headers["content-length"]
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, each line, and the end."""
        gone = False
        await send(
            {"type": "http.response.start", "status": 200, "headers": list(self.raw_headers)}
        )
        async for line in self._lines:
            if not gone:
                try:
                    await send({"type": "http.response.body", "body": line, "more_body": True})
                except OSError:
                    gone = True
        with suppress(OSError):
            await send({"type": "http.response.body"})


class _OnlyHosts:
    """Refuses requests whose Host header is not one of ours, before anything else."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for this listener."""
        if scope["type"] == "http":
            given = [value for key, value in scope["headers"] if key == b"host"]
            host = given[0].decode("latin-1").lower() if len(given) == 1 else ""
            if _without_port(host) not in self._hosts:
                await _error(ComityError(Code.HOST_NOT_ALLOWED))(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _without_port(host: str) -> str:
    """Return the host of a Host header, an IPv6 address without its brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


async def _body(request: Request) -> bytes:
    """Read the arguments. Raises BODY_TOO_LARGE."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES:
            raise ComityError(Code.BODY_TOO_LARGE, size=len(body), limit=BODY_BYTES)
    return bytes(body)


def _arguments(found: AnyOperation, body: bytes) -> Model:
    """Parse the arguments of an operation. Raises ARGUMENT_INVALID (where)."""
    try:
        args: Model = model(found.args, body or b"{}", BODY_BYTES)
    except ComityError as error:
        where = error.params.get("where", "")
        raise ComityError(Code.ARGUMENT_INVALID, where=where) from None
    return args


def _outcome(
    found: AnyOperation,
    node: "Node",
    caller: Caller,
    args: Model,
    progress: Progress,
) -> bytes:
    """Run an operation and return its last line."""
    try:
        result: Model = found.run(node, caller, args, progress)
        return b'{"result":' + result.model_dump_json().encode() + b"}\n"
    except ComityError as error:
        return _error_line(error)
    except Exception as error:
        _log.error(
            "operation-failed",
            operation=found.name,
            incident=secrets.token_hex(8),
            error=type(error).__name__,
            place=place(error),
        )
        return _error_line(ComityError(Code.INTERNAL))


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _error_line(error: ComityError) -> bytes:
    return _line({"error": {"code": error.code, "params": error.params}})


def _error(error: ComityError) -> Response:
    return Response(_error_line(error), _STATUS.get(error.code, 400), media_type=NDJSON)


def _refused(_request: Request, error: ComityError) -> Response:
    return _error(error)


def _failed(_request: Request, _error_of_ours: Exception) -> Response:
    response = _error(ComityError(Code.INTERNAL))
    response.status_code = 500
    return response


def _no_route(_request: Request, error: HTTPException) -> Response:
    response = _error(ComityError(Code.OPERATION_UNKNOWN, name=""))
    response.status_code = error.status_code
    return response

"""Operations over HTTP: who may call, what they get, and that nothing else is there."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import pytest

from comity.api import Progress, Request, Response
from comity.edge import serve
from comity.edge.operators_listener import operators_app
from comity.edge.peer_listener import VERSION_PATH, peer_app
from comity.edge.remote import Remote
from comity.edge.serve import Listener
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, OPERATIONS_AT_ONCE, PROGRESS_WAITING
from comity.operations.registry import Caller, Model, Operation
from edge.loopback import HOST, Echo, Pair, pair, plain_http, running

TOKEN = "officer-1-token"


class Args(Model):
    """Arguments of every operation here."""

    name: str
    count: int = 1


class Result(Model):
    """Results of every operation here."""

    officer: str
    items: tuple[str, ...]


@dataclass
class Seen:
    """What the operations did; it stands in the place of the node."""

    finished: list[str] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)
    at_once: int = 0
    most: int = 0


def echo(_node: Any, caller: Caller, args: Args, progress: Progress) -> Result:
    for done in range(args.count):
        progress("copying", done, args.count)
    return Result(officer=caller.officer, items=(args.name,) * args.count)


def refuse(_node: Any, _caller: Caller, args: Args, progress: Progress) -> Result:
    progress("trying", 0, 1)
    raise ComityError(Code.PEER_UNKNOWN, peer=args.name)


def crash(_node: Any, _caller: Caller, _args: Args, _progress: Progress) -> Result:
    raise RuntimeError("a secret that stays inside")


def wait(given: Any, _caller: Caller, args: Args, progress: Progress) -> Result:
    node: Seen = given
    node.at_once += 1
    node.most = max(node.most, node.at_once)
    progress("waiting", 0, 1)
    node.go_on.wait(10)
    progress("waiting", 1, 1)
    node.at_once -= 1
    node.finished.append(args.name)
    return Result(officer="", items=())


OPERATIONS = {
    run.__name__: Operation(run.__name__, Args, Result, run, False)
    for run in (echo, refuse, crash, wait)
}


def authenticate(token: str) -> Caller:
    if token != TOKEN:
        raise ComityError(Code.LOGIN_FAILED)
    return Caller("officer-1")


@pytest.fixture
def seen(serving: tuple[Seen, int]) -> Seen:
    return serving[0]


@pytest.fixture(scope="module")
def serving() -> Iterator[tuple[Seen, int]]:
    node = Seen()
    app = operators_app(
        cast("Any", node), OPERATIONS.values(), authenticate, {"127.0.0.1", "localhost", "::1"}
    )
    with running([Listener(app, HOST, 0)]) as ready:
        yield node, ready.addresses[0][1]


@pytest.fixture
def http(serving: tuple[Seen, int]) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    with plain_http(serving[1]) as made:
        made.headers.update(headers)
        yield made


@pytest.fixture
def remote(serving: tuple[Seen, int]) -> Iterator[Remote]:
    with Remote(f"http://{HOST}:{serving[1]}", TOKEN) as made:
        yield made


def nothing(step: str, done: int, total: int) -> None:
    """Report no progress."""


def lines(reply: httpx.Response) -> list[Any]:
    return [json.loads(line) for line in reply.text.splitlines()]


def test_progress_and_then_one_result(http: httpx.Client) -> None:
    reply = http.post("/operations/echo", json={"name": "a", "count": 2})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert lines(reply) == [
        {"progress": {"step": "copying", "done": 0, "total": 2}},
        {"progress": {"step": "copying", "done": 1, "total": 2}},
        {"result": {"officer": "officer-1", "items": ["a", "a"]}},
    ]


def test_a_refusal_is_one_error(http: httpx.Client) -> None:
    reply = http.post("/operations/refuse", json={"name": "did:web:x"})
    assert lines(reply)[1:] == [
        {"error": {"code": "peer-unknown", "params": {"peer": "did:web:x"}}}
    ]


def test_a_defect_of_ours_gives_no_contents(
    http: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = http.post("/operations/crash", json={"name": "a"})
    assert lines(reply) == [{"error": {"code": "internal", "params": {}}}]
    said = capsys.readouterr()
    assert "RuntimeError" in said.out + said.err
    assert "a secret that stays inside" not in reply.text + said.out + said.err


@pytest.mark.parametrize(
    ("flaw", "headers"),
    [
        ("no-token", {"Authorization": ""}),
        ("wrong-token", {"Authorization": f"Bearer {TOKEN}x"}),
        ("empty-token", {"Authorization": "Bearer"}),
        ("other-scheme", {"Authorization": f"Basic {TOKEN}"}),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/operations"), ("POST", "/operations/echo"), ("POST", "/operations/none")],
)
def test_no_login_no_answer(
    http: httpx.Client, method: str, path: str, flaw: str, headers: dict[str, str]
) -> None:
    reply = http.request(method, path, headers=headers, content=b"{}")
    assert reply.status_code == 401, flaw
    assert lines(reply) == [{"error": {"code": "login-failed", "params": {}}}]


def test_two_logins_are_none(serving: tuple[Seen, int]) -> None:
    twice = [("Authorization", f"Bearer {TOKEN}")] * 2
    with plain_http(serving[1]) as http:
        assert http.get("/operations", headers=twice).status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8700", "127.0.0.1.evil.example", "[::2]:8700", ""]
)
def test_a_page_that_rebinds_its_name_is_refused(http: httpx.Client, host: str) -> None:
    reply = http.get("/operations", headers={"Host": host})
    assert reply.status_code == 421
    assert lines(reply) == [{"error": {"code": "host-not-allowed", "params": {}}}]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8700", "[::1]:8700"])
def test_names_of_our_own(http: httpx.Client, host: str) -> None:
    assert http.get("/operations", headers={"Host": host}).status_code == 200


def test_browsers_get_no_leave_to_read(http: httpx.Client) -> None:
    origin = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for reply in (
        http.options("/operations/echo", headers=origin),
        http.post("/operations/echo", headers=origin, json={"name": "a"}),
    ):
        assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_a_form_can_send_is_refused(http: httpx.Client, kind: str) -> None:
    reply = http.post("/operations/echo", headers={"Content-Type": kind}, content=b'{"name":"a"}')
    assert (reply.status_code, lines(reply)[0]["error"]["code"]) == (415, "http-invalid")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "name"),
        (b'{"name":1}', "name"),
        (b'{"name":"a","count":"2"}', "count"),
        (b'{"name":"a","more":1}', "*"),
        (b'{"name":"a","name":"b"}', ""),
        (b"[]", ""),
        (b"\xff", ""),
    ],
)
def test_arguments_that_do_not_fit(http: httpx.Client, body: bytes, where: str) -> None:
    reply = http.post("/operations/echo", content=body)
    assert reply.status_code == 400
    assert lines(reply) == [{"error": {"code": "argument-invalid", "params": {"where": where}}}]


def test_arguments_over_the_cap(http: httpx.Client) -> None:
    reply = http.post("/operations/echo", content=b" " * (BODY_BYTES + 1))
    assert (reply.status_code, lines(reply)[0]["error"]["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("name", ["none", "echo2", "ECHO", "..", "a" * 500])
def test_operations_that_are_none(http: httpx.Client, name: str) -> None:
    reply = http.post(f"/operations/{name}x", json={})
    assert (reply.status_code, lines(reply)[0]["error"]["code"]) == (404, "operation-unknown")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/operations/", 404),
        ("GET", "/operations/echo", 405),
        ("POST", "/operations", 405),
        ("POST", "/operations/echo/more", 404),
    ],
)
def test_there_is_nothing_else(http: httpx.Client, method: str, path: str, status: int) -> None:
    assert http.request(method, path).status_code == status


def test_the_list_describes_arguments_and_results(http: httpx.Client) -> None:
    listed = {each["name"]: each for each in http.get("/operations").json()["operations"]}
    assert sorted(listed) == ["crash", "echo", "refuse", "wait"]
    assert listed["echo"]["args"]["required"] == ["name"]
    assert listed["echo"]["args"]["additionalProperties"] is False
    assert set(listed["echo"]["result"]["properties"]) == {"officer", "items"}
    assert listed["echo"]["serving"] is False


def test_a_client_that_hangs_up_kills_nothing(http: httpx.Client, seen: Seen) -> None:
    seen.go_on.clear()
    seen.finished.clear()
    with http.stream("POST", "/operations/wait", json={"name": "left-alone"}) as reply:
        assert "waiting" in next(reply.iter_lines())
    seen.go_on.set()
    ends = time.monotonic() + 5
    while not seen.finished and time.monotonic() < ends:
        time.sleep(0.01)
    assert seen.finished == ["left-alone"]


def test_only_so_many_at_once(http: httpx.Client, seen: Seen) -> None:
    seen.go_on.clear()
    seen.finished.clear()
    seen.most = 0
    count = OPERATIONS_AT_ONCE + 2
    threads = [
        threading.Thread(target=http.post, args=("/operations/wait",), kwargs={"json": {"name": n}})
        for n in map(str, range(count))
    ]
    for thread in threads:
        thread.start()
    while seen.at_once < OPERATIONS_AT_ONCE:
        time.sleep(0.01)
    seen.go_on.set()
    for thread in threads:
        thread.join(10)
    assert len(seen.finished) == count
    assert seen.most == OPERATIONS_AT_ONCE


@pytest.mark.parametrize("patience", [30, 0.1])
def test_a_stop_waits_for_operations_under_way(
    monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(serve, "SHUTDOWN_SECONDS", patience)
    node = Seen()
    app = operators_app(cast("Any", node), OPERATIONS.values(), authenticate, {HOST})
    with running([Listener(app, HOST, 0)]) as ready:
        with plain_http(ready.addresses[0][1]) as http:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            body = {"name": "late"}
            with http.stream("POST", "/operations/wait", headers=headers, json=body) as reply:
                next(reply.iter_lines())
        threading.Timer(0.4, node.go_on.set).start()
    assert node.finished == ["late"]


def test_remote_gives_typed_results_and_progress(remote: Remote) -> None:
    told: list[tuple[str, int, int]] = []
    result = remote.call(OPERATIONS["echo"], Args(name="ñ", count=3), lambda *a: told.append(a))
    assert result == Result(officer="officer-1", items=("ñ", "ñ", "ñ"))
    assert told == [("copying", 0, 3), ("copying", 1, 3), ("copying", 2, 3)]


def test_remote_gets_the_end_of_a_flood_of_progress(remote: Remote) -> None:
    told: list[int] = []
    count = 100 * PROGRESS_WAITING
    args = Args(name="", count=count)
    remote.call(OPERATIONS["echo"], args, lambda _step, done, _total: told.append(done))
    assert told == sorted(set(told))
    assert told[-1] == count - 1


def test_remote_raises_what_was_raised_there(remote: Remote) -> None:
    with pytest.raises(ComityError) as caught:
        remote.call(OPERATIONS["refuse"], Args(name="did:web:x"), nothing)
    assert (caught.value.code, caught.value.params) == (Code.PEER_UNKNOWN, {"peer": "did:web:x"})


def test_remote_without_login(serving: tuple[Seen, int]) -> None:
    address = f"http://{HOST}:{serving[1]}"
    with Remote(address, "wrong") as stranger, pytest.raises(ComityError) as caught:
        stranger.call(OPERATIONS["echo"], Args(name=""), nothing)
    assert caught.value.code is Code.LOGIN_FAILED


@pytest.mark.parametrize("token", ["", "two words", "line\n", "ñ"])
def test_remote_with_what_is_no_token(token: str) -> None:
    with pytest.raises(ComityError) as caught:
        Remote(f"http://{HOST}:1", token)
    assert caught.value.code is Code.LOGIN_FAILED


def test_remote_where_nobody_serves() -> None:
    with running([Listener(peer_app(Echo(), b"{}"), HOST, 0)]) as ready:
        address = f"http://{HOST}:{ready.addresses[0][1]}"
    with Remote(address, TOKEN) as late, pytest.raises(ComityError) as caught:
        late.call(OPERATIONS["echo"], Args(name=""), nothing)
    assert caught.value.code is Code.NODE_NOT_SERVING


def test_remote_where_something_else_serves() -> None:
    with running([Listener(peer_app(Echo(), b"{}"), HOST, 0)]) as ready:
        address = f"http://{HOST}:{ready.addresses[0][1]}"
        with Remote(address, TOKEN) as lost, pytest.raises(ComityError) as caught:
            lost.call(OPERATIONS["echo"], Args(name=""), nothing)
    assert caught.value.code is Code.INTERNAL


def test_remote_over_tls(tmp_path_factory: pytest.TempPathFactory) -> None:
    made: Pair = pair(tmp_path_factory.mktemp("tls"))
    app = operators_app(cast("Any", Seen()), OPERATIONS.values(), authenticate, {HOST})
    with running([Listener(app, HOST, 0, made.server)]) as ready:
        address = f"https://{HOST}:{ready.addresses[0][1]}"
        with Remote(address, TOKEN, made.certificate) as far:
            assert far.call(OPERATIONS["echo"], Args(name="a"), nothing).items == ("a",)


@pytest.mark.parametrize("address", ["http://192.0.2.1:8700", "https://127.0.0.1:8700", "ftp://x"])
def test_remote_never_shows_the_token_to_the_network(address: str) -> None:
    with pytest.raises(ComityError) as caught:
        Remote(address, TOKEN)
    assert caught.value.code is Code.ADDRESS_INVALID


def test_no_route_is_on_both_listeners(http: httpx.Client) -> None:
    walk = Echo(Response(401))
    ours = operators_app(cast("Any", Seen()), OPERATIONS.values(), authenticate, {HOST})
    paths = [getattr(route, "path", "").replace("{name}", "echo") for route in ours.routes]
    assert paths == ["/operations", "/operations/echo"]
    # The operators' routes on the peer listener: only the walk sees them, and it knows no such.
    app = peer_app(walk, b"{}")
    with running([Listener(app, HOST, 0)]) as ready, plain_http(ready.addresses[0][1]) as peer:
        for path in paths:
            for method in ("GET", "POST"):
                reply = peer.request(method, path, headers={"Authorization": f"Bearer {TOKEN}"})
                assert (reply.status_code, reply.content) == (401, b"")
                assert walk.asked[-1] == Request(method, path, TOKEN)
    # What peers may ask for, on the operators' listener.
    for path in (VERSION_PATH, "/dsp/2025-1/catalog/request", "/comity/1/manifests/x"):
        for method in ("GET", "POST"):
            assert http.request(method, path).status_code == 404

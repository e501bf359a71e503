"""A node that serves: two listeners, one process, and a stop that nothing can hold up."""

import json
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from comity import serving
from comity.core import identity
from comity.core.canonical import unb64url
from comity.edge import lock
from comity.edge.config import CONFIG_FILE
from comity.edge.tls import client_context
from comity.errors import Code
from commands import Officer, make_node, quiet_logs, served
from refusals import refuses


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with quiet_logs():
        yield


@pytest.fixture
def mx(tmp_path: Path) -> Officer:
    return make_node(tmp_path, "mx", "MX", "--peer-port", "0")


def certificate_of(officer: Officer) -> bytes:
    document = (officer.folder / "identity.comity").read_text()
    return unb64url(identity.read(document).certificate)


def set_operators_host(officer: Officer, host: str) -> None:
    path = officer.folder / CONFIG_FILE
    path.write_text(
        path.read_text().replace('operators_host = "127.0.0.1"', f'operators_host = "{host}"')
    )


def test_peers_and_officers_have_a_listener_each(mx: Officer) -> None:
    with served(mx) as (started,):
        context = client_context(certificate_of(mx))
        peers = f"https://127.0.0.1:{started.peer_port}"
        with httpx.Client(verify=context, trust_env=False) as client:
            said = client.get(f"{peers}/.well-known/dspace-version").json()
            assert said["protocolVersions"][0]["path"] == "/dsp/2025-1"
            assert client.get(f"{peers}/operations").json() == {"code": "not-authentic"}
        officers = httpx.get(f"{started.operators}/.well-known/dspace-version", trust_env=False)
        assert officers.status_code == 404
        assert lock.find_serving(mx.folder) == lock.Serving(started.operators, started.pid)
    assert lock.find_serving(mx.folder) is None


def test_a_peer_that_keeps_a_connection_does_not_hold_up_the_stop(mx: Officer) -> None:
    context = client_context(certificate_of(mx))
    with served(mx) as (started,):
        plain = socket.create_connection(("127.0.0.1", started.peer_port), timeout=10)
        idle = context.wrap_socket(plain, server_hostname="127.0.0.1")
        idle.sendall(b"GET /.well-known/dspace-version HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while b"protocolVersions" not in answer:
            answer += idle.recv(65_536)
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    with idle:
        # The end was said, so the peer can tell it from a broken connection.
        assert idle.recv(1) == b""


def test_a_port_in_use_is_named_and_the_folder_let_go(mx: Officer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        path = mx.folder / CONFIG_FILE
        path.write_text(path.read_text().replace("peer_port = 0", f"peer_port = {port}"))
        with refuses(Code.PORT_IN_USE, host="127.0.0.1", port=port):
            serving.run(mx.folder, lambda _: None)
        ran = mx.run("serve", "--json")
        assert ran.json["error"]["params"] == {"host": "127.0.0.1", "port": port}
    assert mx.run("officer", "list").code == 0


def test_officers_off_loopback_are_served_over_tls(mx: Officer) -> None:
    # Every address of 127/8 is this machine; only three names of it count as loopback here.
    set_operators_host(mx, "127.0.0.2")
    with served(mx) as (started,):
        assert started.operators.startswith("https://127.0.0.2:")
        assert mx.run("officer", "list", "--json").json == {"officers": ["ana"]}
        plain = started.operators.replace("https", "http")
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{plain}/operations", trust_env=False)
    with served(mx):
        # The certificate stays the same from one start to the next.
        assert mx.run("officer", "list").code == 0


def test_officers_are_not_served_on_every_address(mx: Officer) -> None:
    set_operators_host(mx, "0.0.0.0")
    with refuses(Code.SETTING_INVALID, setting="operators_host", where="comity.toml"):
        serving.run(mx.folder, lambda _: None)


def test_what_on_ready_raises_ends_the_node(mx: Officer) -> None:
    def refuse(_: serving.Started) -> None:
        raise RuntimeError("not now")

    with pytest.raises(RuntimeError, match="not now"):
        serving.run(mx.folder, refuse)
    assert lock.find_serving(mx.folder) is None
    assert mx.run("officer", "list").code == 0


def test_the_version_document_names_the_path_below_the_address() -> None:
    said = json.loads(serving.version_document("/node"))
    assert said["protocolVersions"][0]["path"] == "/node/dsp/2025-1"


def test_no_other_tls_is_spoken(mx: Officer) -> None:
    with served(mx) as (started,):
        context = client_context(certificate_of(mx))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with (
            socket.create_connection(("127.0.0.1", started.peer_port), timeout=10) as plain,
            pytest.raises(ssl.SSLError),
        ):
            context.wrap_socket(plain, server_hostname="127.0.0.1")

"""The check-up of a node and its machine. It changes nothing, and uses the network only when told.

Each finding is data: which check, how it went, and either an error of ours or a word and parameters
for the texts.
"""

import errno
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection

from comity import kernel
from comity.api import Request
from comity.core import identity
from comity.core.canonical import unb64url
from comity.core.identity import Identity
from comity.edge import keyfiles, keyring, lock, tls
from comity.edge.client import PeerClient
from comity.edge.config import NodeConfig, read_config
from comity.edge.peer_listener import VERSION_PATH
from comity.errors import Code, ComityError
from comity.kernel.native import Native
from comity.limits import CLOCK_SKEW_SECONDS, MIB
from comity.node import IDENTITY_FILE, WRAP_KEYS
from comity.store import links, peers
from comity.store import standing as frozen
from comity.store.engine import Store
from comity.store.rows.moving import many
from comity.store.rows.node import Unsettled
from comity.store.vault import Vault

ROOM_MIB: Final = 1024
"""Free space below which a node is warned: a large list and its tag set take some hundred MiB."""
CONTACT_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    outcome: Literal["ok", "warn", "fail"]
    said: str = "ok"
    """Which sentence of the check."""
    params: dict[str, str | int] = field(default_factory=dict)
    error: ComityError | None = None


def examine(folder: Path, *, contact: bool = False) -> tuple[Finding, ...]:
    """Look at everything. With `contact`, the pinned peers are contacted, too."""
    found = [_version(), *_guarded("kernel", _kernel), *_guarded("folder", lambda: _folder(folder))]
    if not folder.is_dir():
        return tuple(found)
    try:
        config = read_config(folder)
        own = identity.read((folder / IDENTITY_FILE).read_text("ascii"))
    except ComityError as error:
        return (*found, Finding("settings", "fail", error=error))
    except (OSError, UnicodeDecodeError):
        missing = ComityError(Code.NODE_MISSING, folder=str(folder))
        return (*found, Finding("settings", "fail", error=missing))
    found.append(Finding("settings", "ok", params={"id": own.id}))
    found += _guarded("keys", lambda: _keys(folder, config, own))
    found.append(_clock(own))
    found.append(_room(folder))
    found += _guarded("database", lambda: _database(folder, config))
    found += _guarded("ports", lambda: _ports(folder, config))
    if contact:
        found += _guarded("peers", lambda: _peers(folder, config))
    return tuple(found)


def _guarded(check: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Return what a look finds, its error as the last finding."""
    found: list[Finding] = []
    try:
        found.extend(look())
    except ComityError as error:
        found.append(Finding(check, "fail", error=error))
    return found


def _version() -> Finding:
    try:
        version = metadata.version("comity")
    except metadata.PackageNotFoundError:
        version = "?"
    python = ".".join(map(str, sys.version_info[:3]))
    return Finding("version", "ok", params={"version": version, "python": python})


def _kernel() -> Iterator[Finding]:
    about = kernel.describe()
    yield Finding(
        "kernel",
        "ok",
        "native" if about.kernel == Native.name else "ok",
        params={
            "kernel": about.kernel,
            "library": about.library,
            "version": about.version,
            "origin": about.origin,
            "path": about.path,
        },
    )


def _folder(folder: Path) -> Iterator[Finding]:
    try:
        found = folder.stat()
    except OSError:
        raise ComityError(Code.NODE_MISSING, folder=str(folder)) from None
    shown: dict[str, str | int] = {"folder": str(folder)}
    is_open = bool(found.st_mode & 0o077)
    yield Finding("folder", "warn" if is_open else "ok", "open" if is_open else "ok", shown)


def _keys(folder: Path, config: NodeConfig, own: Identity) -> Iterator[Finding]:
    keyring.open_keys(folder, own, config.pkcs11(folder))
    keyfiles.read_secret(folder / "keys" / "sealing.key")
    tls.server_context(*keyring.certificate_of(folder, own))
    yield Finding("keys", "ok")


def _clock(own: Identity) -> Finding:
    """Compare the clock with the one thing here that is known to be past."""
    now = datetime.now(UTC)
    shown: dict[str, str | int] = {
        "now": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "skew": CLOCK_SKEW_SECONDS,
    }
    if now.timestamp() < own.issued:
        return Finding("clock", "fail", "behind", shown)
    return Finding("clock", "ok", params=shown)


def _room(folder: Path) -> Finding:
    free_mib = shutil.disk_usage(folder).free // MIB
    little = free_mib < ROOM_MIB
    shown: dict[str, str | int] = {"free": free_mib}
    return Finding("room", "warn" if little else "ok", "little" if little else "ok", shown)


def _database(folder: Path, config: NodeConfig) -> Iterator[Finding]:
    try:
        with (
            lock.hold(folder),
            closing(Store(config.database_url(folder), Vault(folder / WRAP_KEYS))) as store,
            store.read() as tx,
        ):
            pinned = len(peers.everyone(tx))
            standing = list(_standing(tx))
    except ComityError as error:
        if error.code is not Code.NODE_BUSY:
            raise
        # Whoever holds the folder has the database open, and nobody else has a place in it.
        yield Finding("database", "ok", "busy", dict(error.params))
    else:
        yield Finding("database", "ok", params={"peers": pinned})
        yield from standing


def _standing(tx: Connection) -> Iterator[Finding]:
    """Tell whether the node says anything to its peers, and what waits since it was restored."""
    if why := frozen.of_node(tx):
        yield Finding("standing", "fail", "frozen", {"why": why})
        return
    for peer, why in frozen.of_peers(tx).items():
        yield Finding("standing", "warn", "peer", {"peer": peer, "why": why})
    if waiting := len(many(tx, Unsettled, officer="")):
        yield Finding("standing", "warn", "unsettled", {"count": waiting})
    elif not frozen.of_peers(tx):
        yield Finding("standing", "ok")


def _ports(folder: Path, config: NodeConfig) -> Iterator[Finding]:
    serving = lock.find_serving(folder)
    if serving is not None:
        shown: dict[str, str | int] = {"address": serving.address, "pid": serving.pid}
        yield Finding("ports", "ok", "serving", shown)
        return
    for host, port in (
        (config.peer_host, config.peer_port),
        (config.operators_host, config.operators_port),
    ):
        if port == 0:
            # The system chooses, and never one that is in use.
            continue
        try:
            _try_port(host, port)
        except ComityError as error:
            yield Finding("ports", "fail", error=error)
        else:
            yield Finding("ports", "ok", params={"host": host, "port": port})


def _peers(folder: Path, config: NodeConfig) -> Iterator[Finding]:
    """Ask each pinned listener for its version: no message of ours, and nothing for the record."""
    with (
        closing(Store(config.database_url(folder), Vault(folder / WRAP_KEYS))) as store,
        store.read() as tx,
    ):
        pinned = peers.everyone(tx)
        called = [peer for peer in pinned if links.of(tx, peer.id).kind == links.Kind.HTTP]
    if not pinned:
        yield Finding("peers", "warn", "none")
    for peer in called:
        who = peer.identity
        try:
            client = PeerClient(who.address, unb64url(who.certificate), CONTACT_SECONDS)
            with closing(client):
                reply = client.handle(Request("GET", VERSION_PATH, ""))
            if reply.status != 200:
                raise ComityError(Code.PEER_ANSWER_INVALID, peer=who.id, reason="status")
        except ComityError as error:
            yield Finding("peers", "fail", error=error)
        else:
            yield Finding("peers", "ok", params={"name": who.name, "address": who.address})


def _try_port(host: str, port: int) -> None:
    """Listen for an instant. Raises PORT_IN_USE or ADDRESS_INVALID."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        code = Code.PORT_IN_USE if error.errno == errno.EADDRINUSE else Code.ADDRESS_INVALID
        raise ComityError(code, host=host, port=port) from None

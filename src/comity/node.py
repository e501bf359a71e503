"""A node: its folder, identity, store, and the two ways messages take. Nothing else hangs on it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock
from typing import Final

from comity import kernel
from comity.api import Clock, Endpoint, Entropy, Kernel
from comity.contacts import Contacts
from comity.core import identity
from comity.core.canonical import unb64url
from comity.core.identity import Pinned
from comity.delivery import Delivery
from comity.edge import keyfiles
from comity.edge.client import PeerClient
from comity.edge.config import NodeConfig, read_config
from comity.errors import Code, ComityError
from comity.exchange import Exchange
from comity.protocol.authentication import TokenAuthenticator
from comity.protocol.base import Local, Signers
from comity.protocol.replies import REPLIES
from comity.pushing import Pusher
from comity.resuming import Resuming
from comity.store import journal, standing
from comity.store.engine import Store

HEIGHT_FILE: Final = "height"
"""How far the database was, kept beside it: an older database in its place is noticed."""
KEYS: Final = ("message", "checkpoint", "cosignature")
IDENTITY_FILE: Final = "identity.comity"


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Node:
    """One participant's node."""

    folder: Path
    config: NodeConfig
    document: str
    """The signed identity document, as peers get it."""
    local: Local
    store: Store
    exchange: Exchange
    delivery: Delivery
    contacts: Contacts
    resuming: Resuming
    pusher: Pusher
    clients: "Clients"
    wake: Event
    """Set when the outbox may have something to send."""

    @property
    def id(self) -> str:
        """The participant id."""
        return self.local.identity.id

    def close(self) -> None:
        """Give up the database, and the connections to peers."""
        self.clients.close()
        self.store.close()


class Clients:
    """One client for each pinned document, which keeps its connections until the node closes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._clients: dict[str, PeerClient] = {}

    def of(self, peer: Pinned) -> Endpoint:
        """Return the client of a peer; a new version of its document gets a new one."""
        address, certificate = peer.identity.address, unb64url(peer.identity.certificate)
        with self._lock:
            if peer.document not in self._clients:
                self._clients[peer.document] = PeerClient(address, certificate)
            return self._clients[peer.document]

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()


def open_node(
    folder: Path,
    *,
    clock: Clock | None = None,
    entropy: Entropy = secrets.token_bytes,
    group: Kernel | None = None,
    endpoint: Callable[[Pinned], Endpoint] | None = None,
) -> Node:
    """Open a node's folder. The caller holds the folder's lock.

    Raises NODE_MISSING, SETTING_INVALID, KEY_FILE_OPEN, KEY_FILE_INVALID, IDENTITY_INVALID and
    what the store raises.
    """
    config = read_config(folder)
    try:
        document = (folder / IDENTITY_FILE).read_text("ascii", "replace").strip()
    except OSError:
        raise ComityError(Code.NODE_MISSING, folder=str(folder)) from None
    own = identity.read(document)
    signers = {use: keyfiles.read_signer(folder / "keys" / f"{use}.key") for use in KEYS}
    if signers["message"].public != unb64url(own.keys.message):
        raise ComityError(Code.IDENTITY_INVALID)
    local = Local(
        identity=own,
        signers=Signers(signers["message"], signers["checkpoint"], signers["cosignature"]),
        kernel=group or kernel.load(),
        clock=clock or SystemClock(),
        entropy=entropy,
        folder=folder,
        sealing_key=keyfiles.read_secret(folder / "keys" / "sealing.key"),
        decryption_key=keyfiles.read_decryption(folder / "keys" / "encryption.key"),
    )
    store = Store(config.database_url(folder))
    _check_height(folder, store, local)
    believed = TokenAuthenticator(local, store)
    wake = Event()
    clients = Clients()
    contacts = Contacts(local, store, endpoint or clients.of)
    return Node(
        folder=folder,
        config=config,
        document=document,
        local=local,
        store=store,
        exchange=Exchange(local, store, believed, wake.set, contacts),
        delivery=Delivery(local, store, believed, endpoint or clients.of, REPLIES),
        contacts=contacts,
        resuming=Resuming(local, store, contacts, REPLIES),
        pusher=Pusher(local, store),
        clients=clients,
        wake=wake,
    )


def _check_height(folder: Path, store: Store, local: Local) -> None:
    """Freeze a node whose database is older than its folder."""
    try:
        before = int((folder / HEIGHT_FILE).read_text("ascii"))
    except (OSError, ValueError):
        return
    with store.read() as tx:
        if standing.height(tx) >= before or standing.of_node(tx):
            return
    with store.write() as tx:
        standing.freeze_node(tx, standing.Why.OLDER)
        journal.note(tx, local.now(), "", "node.frozen", reason=str(standing.Why.OLDER))


def mark_height(node: Node) -> None:
    """Write beside the database how far it is. Raises DISK_FULL, STORE_FAILED."""
    path = node.folder / HEIGHT_FILE
    with node.store.read() as tx:
        height = str(standing.height(tx)).encode()
    if not path.exists() or path.read_bytes() != height:
        keyfiles.replace(path, height)

"""A node: its folder, identity, store, and the two ways messages take. Nothing else hangs on it."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock
from typing import Final

from comity import kernel
from comity.api import Clock, Endpoint, Entropy, Kernel
from comity.contacts import Contacts
from comity.core import identity
from comity.core.agreement import IN_FORCE
from comity.core.canonical import unb64url
from comity.core.identity import Identity, Pinned
from comity.core.machines import Role
from comity.delivery import Delivery
from comity.edge import keyfiles, keyring
from comity.edge.client import PeerClient
from comity.edge.config import NodeConfig, read_config
from comity.edge.pkcs11 import Pkcs11
from comity.errors import Code, ComityError
from comity.exchange import Exchange
from comity.limits import COURIER_LIFETIME_SECONDS
from comity.meeting import Meetings
from comity.protocol import ended_sets, outbox
from comity.protocol.authentication import TokenAuthenticator
from comity.protocol.base import InForce, Local, Own, Signers
from comity.protocol.mailboxes import POLLS, Mailboxes
from comity.protocol.replies import REPLIES
from comity.protocol.watching import Watch
from comity.pushing import Pusher
from comity.reaching import Reach
from comity.resuming import Resuming
from comity.store import building, identities, journal, keysets, peers, standing
from comity.store.engine import Store
from comity.store.rows.agreements import Agreement
from comity.store.rows.moving import many
from comity.store.rows.peers import IdentityRow
from comity.store.schema.agreements import agreements
from comity.store.vault import Vault

HEIGHT_FILE: Final = "height"
"""How far the database was, kept beside it: an older database in its place is noticed."""
KEYS: Final = keyring.SIGNING
WRAP_KEYS: Final = "keys/wrap"
"""Folder of the wrap keys below the node's folder; it goes into no backup."""
IDENTITY_FILE: Final = "identity.comity"
IDENTITY_MODE: Final = 0o644
"""Everybody may read it."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)


Renewed = Callable[[Path, Path], None]
"""Takes the files of a new certificate and of its key."""


@dataclass(frozen=True, slots=True)
class Node:
    """One participant's node."""

    folder: Path
    config: NodeConfig
    local: Local
    store: Store
    exchange: Exchange
    delivery: Delivery
    contacts: Contacts
    resuming: Resuming
    meetings: Meetings
    pusher: Pusher
    clients: "Clients"
    reach: Reach
    wake: Event
    """Set when the outbox may have something to send."""
    renewed: "list[Renewed]" = field(default_factory=list)
    """Who is told when the listener gets another certificate."""

    @property
    def document(self) -> str:
        """The signed identity document, as peers get it."""
        return self.local.in_force.own.document

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

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes
        self._lock = Lock()
        self._clients: dict[str, PeerClient] = {}

    def of(self, peer: Pinned) -> Endpoint:
        """Return the client of a peer; a new version of its document gets a new one.

        For one that accepts no connection, its mailbox here.
        """
        if peer.identity.reach == POLLS:
            return self._mailboxes.of(peer.id)
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
    document = read_document(folder)
    identity.read(document)
    sealing_key = keyfiles.read_secret(folder / "keys" / "sealing.key")
    store = Store(config.database_url(folder), Vault(folder / WRAP_KEYS))
    try:
        now = (clock or SystemClock()).now()
        own = open_own(folder, store, document, now, config.pkcs11(folder))
    except BaseException:
        store.close()
        raise
    local = Local(
        in_force=InForce(own),
        kernel=group or kernel.load(),
        clock=clock or SystemClock(),
        entropy=entropy,
        folder=folder,
        sealing_key=sealing_key,
    )
    _check_height(folder, store, local)
    building.clear(folder, store)
    _clear(folder, store, local)
    with store.write() as tx:
        outbox.take_back(tx)
    believed = TokenAuthenticator(local, store)
    wake = Event()
    clients = Clients(local.mailboxes)
    reach = Reach(store, endpoint or clients.of)
    contacts, watch = Contacts(local, store, reach.of), Watch(local)
    return Node(
        folder=folder,
        config=config,
        local=local,
        store=store,
        exchange=Exchange(local, store, believed, wake.set, contacts, watch),
        delivery=Delivery(local, store, believed, reach.of, REPLIES, watch),
        contacts=contacts,
        resuming=Resuming(local, store, contacts, REPLIES),
        meetings=Meetings(local, store, contacts, watch),
        pusher=Pusher(local, store),
        clients=clients,
        reach=reach,
        wake=wake,
    )


def read_document(folder: Path) -> str:
    """Return the identity document in a node's folder. Raises NODE_MISSING."""
    try:
        return (folder / IDENTITY_FILE).read_text("ascii", "replace").strip()
    except OSError:
        raise ComityError(Code.NODE_MISSING, folder=str(folder)) from None


def open_own(
    folder: Path, store: Store, document: str, now: datetime, hardware: Pkcs11 | None
) -> Own:
    """Return the document in force and its keys.

    A rotation is in force once the database has it; where a crash came before the file had it, too,
    the file follows now. Raises IDENTITY_INVALID and what `keyring.open_keys` raises.
    """
    first = identity.read(document)
    with store.read() as tx:
        known = peers.history(tx, first.id)
    if not known:
        with store.write() as tx:
            identities.begin(tx, first.id, document, first.issued, "")
    elif known[-1].document != document:
        if document not in {row.document for row in known}:
            raise ComityError(Code.IDENTITY_INVALID)
        document = known[-1].document
        keyfiles.replace(folder / IDENTITY_FILE, document.encode() + b"\n", IDENTITY_MODE)
    return own_of(folder, document, former(known, now), hardware)


def own_of(folder: Path, document: str, before: Sequence[Identity], hardware: Pkcs11 | None) -> Own:
    """Return a document with its keys, and the decryption keys of some before it."""
    named = identity.read(document)
    opened = keyring.open_keys(folder, named, hardware)
    return Own(
        identity=named,
        document=document,
        signers=Signers(**opened.signers),
        decryption_keys=(opened.decryption, *keyring.open_former(folder, named, before)),
    )


def former(known: Sequence[IdentityRow], now: datetime) -> list[Identity]:
    """Return documents before the one in force under which files may still be on their way."""
    since = now.timestamp() - COURIER_LIFETIME_SECONDS
    return [identity.read(row.document) for row in known[:-1] if row.until > since]


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


def _clear(folder: Path, store: Store, local: Local) -> None:
    """Let go what has ended while no process was there, or was left by one that ended."""
    in_force = agreements.c.state.in_(IN_FORCE)
    with store.read() as tx:
        known = {row.id for row in many(tx, Agreement, in_force, role=Role.PROVIDER)}
        ended_sets.let_go(local, tx)
    keysets.clear(folder, known, local.now())


def mark_height(node: Node) -> None:
    """Write beside the database how far it is. Raises DISK_FULL, STORE_FAILED."""
    path = node.folder / HEIGHT_FILE
    with node.store.read() as tx:
        height = str(standing.height(tx)).encode()
    if not path.exists() or path.read_bytes() != height:
        keyfiles.replace(path, height)

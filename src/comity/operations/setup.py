"""Making a node, and its officers. `init` runs before there is a node, so it is no operation."""

import re
import secrets
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from comity.api import Progress
from comity.core.canonical import b64url
from comity.core.identity import (
    Identity,
    Keys,
    check_address,
    check_id,
    check_territory,
    fingerprint,
    issue,
)
from comity.core.keys import Signer
from comity.edge import keyfiles, pkcs11, tls
from comity.edge.config import NodeConfig, write_config
from comity.errors import Code, ComityError
from comity.node import IDENTITY_FILE, KEYS, WRAP_KEYS, Node, SystemClock
from comity.operations.registry import Caller, Model, operation
from comity.store import journal, standing
from comity.store.engine import Store
from comity.store.rows.moving import add, many, one
from comity.store.rows.node import Officer, Unsettled
from comity.store.vault import Vault

OFFICERS: Final = "officers"
"""Folder of officers' token files below the node's folder."""
_OFFICER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Created(Model):
    """A new node."""

    id: str
    name: str
    territory: str
    folder: str
    fingerprint: str
    identity_file: str
    recovery_file: str
    officer: str
    officer_token_file: str


def init(folder: Path, config: NodeConfig, officer: str, recovery: Path) -> Created:
    """Make a node: keys, certificate, identity document, database and a first officer.

    The recovery key is written to `recovery` and nowhere else; only its digest is in the
    document. Raises NODE_EXISTS, FILE_EXISTS, ID_INVALID, TERRITORY_INVALID, ADDRESS_INVALID,
    DISK_FULL. A folder that init could not finish holds no identity and is refused as a node.
    """
    if (folder / IDENTITY_FILE).exists():
        raise ComityError(Code.NODE_EXISTS, folder=str(folder))
    if recovery.exists():
        raise ComityError(Code.FILE_EXISTS, file=str(recovery))
    check_officer(officer)
    check_id(config.id)
    check_territory(config.territory)
    check_address(config.address)
    # Made one by one: what is above a node's folder keeps the permissions people gave it.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = folder / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    hardware = config.pkcs11(folder)
    signers: dict[str, Signer] = {}
    for use in KEYS:
        kept = hardware if use == "message" else None
        path = keys / f"{use}.key"
        signers[use] = pkcs11.make_signer(kept) if kept else keyfiles.make_signer(path)
    keyfiles.make_secret(keys / "sealing.key")
    encryption = keyfiles.make_decryption(keys / "encryption.key").public_key()
    host = urlsplit(config.address).hostname or ""
    now = SystemClock().now()
    certificate = tls.make_certificate(host, keys / "tls.key", keys / "tls.pem", now)
    recovery_key = keyfiles.make_signer(recovery).public
    document = issue(
        Identity(
            id=config.id,
            name=config.name,
            territory=config.territory,
            version=1,
            issued=int(now.timestamp()),
            address=config.address,
            certificate=b64url(certificate),
            keys=Keys(
                **{use: b64url(signer.public) for use, signer in signers.items()},
                encryption=b64url(encryption.public_bytes_raw()),
            ),
            recovery=b64url(sha256(recovery_key).digest()),
            reach="polls" if config.listen == "none" else "listens",
        ),
        signers["message"],
    )
    write_config(folder, config)
    store = Store(config.database_url(folder), Vault(folder / WRAP_KEYS))
    try:
        token_file = add_officer(folder, store, officer, officer)
    finally:
        store.close()
    # The identity comes last: without it the folder is not a node.
    keyfiles.write_once(folder / IDENTITY_FILE, document.encode() + b"\n", 0o644)
    return Created(
        id=config.id,
        name=config.name,
        territory=config.territory,
        folder=str(folder),
        fingerprint=fingerprint(document),
        identity_file=str(folder / IDENTITY_FILE),
        recovery_file=str(recovery),
        officer=officer,
        officer_token_file=str(token_file),
    )


def check_officer(officer: str) -> None:
    """Refuse a name that could not name a file. Raises ARGUMENT_INVALID."""
    if not _OFFICER.fullmatch(officer):
        raise ComityError(Code.ARGUMENT_INVALID, where="officer")


def add_officer(folder: Path, store: Store, officer: str, by: str) -> Path:
    """Add an officer and write the token file; returns where. Raises OFFICER_EXISTS."""
    token = secrets.token_urlsafe(32)
    now = int(SystemClock().now().timestamp())
    path = folder / OFFICERS / f"{officer}.token"
    with store.write() as tx:
        if one(tx, Officer, id=officer):
            raise ComityError(Code.OFFICER_EXISTS, officer=officer)
        add(tx, Officer(officer, sha256(token.encode()).digest(), now))
        journal.note(tx, now, by, "officer.add", added=officer)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        keyfiles.write_once(path, token.encode() + b"\n", 0o600)
    return path


def authenticate(store: Store, token: str) -> Caller:
    """Return whose token this is. Raises LOGIN_FAILED."""
    given = sha256(token.encode()).digest()
    found = ""
    with store.read() as tx:
        for officer in many(tx, Officer):
            # Every secret is compared, so that time does not tell whose it nearly was.
            if compare_digest(officer.secret, given):
                found = officer.id
    if not found:
        raise ComityError(Code.LOGIN_FAILED)
    return Caller(found)


class Nothing(Model):
    """No arguments."""


class NodeShown(Model):
    """This node."""

    id: str
    name: str
    territory: str
    address: str
    version: int
    fingerprint: str
    document: str
    kernel: str
    folder: str
    frozen: str
    """Why this node says nothing to anybody; empty where it does."""
    frozen_peers: dict[str, str]
    """Peers to whom it says nothing, and why."""
    unsettled: int
    """Messages that an officer has to look at, since this node was restored."""


@operation("node.show", Nothing, NodeShown)
def show(node: Node, caller: Caller, args: Nothing, progress: Progress) -> NodeShown:
    """Show this node's identity and the fingerprint that peers compare."""
    own = node.local.identity
    with node.store.read() as tx:
        frozen, frozen_peers = standing.of_node(tx), standing.of_peers(tx)
        unsettled = len(many(tx, Unsettled, officer=""))
    return NodeShown(
        id=own.id,
        name=own.name,
        territory=own.territory,
        address=own.address,
        version=own.version,
        fingerprint=fingerprint(node.document),
        document=node.document,
        kernel=node.local.kernel.name,
        folder=str(node.folder),
        frozen=frozen,
        frozen_peers=frozen_peers,
        unsettled=unsettled,
    )


class OfficerAdd(Model):
    """Whom to add."""

    officer: str


class OfficerAdded(Model):
    """A new officer, and where the token is."""

    officer: str
    token_file: str


class Officers(Model):
    """Who may operate this node."""

    officers: tuple[str, ...]


@operation("officer.add", OfficerAdd, OfficerAdded)
def officer_add(node: Node, caller: Caller, args: OfficerAdd, progress: Progress) -> OfficerAdded:
    """Add an officer. Raises OFFICER_EXISTS, ARGUMENT_INVALID."""
    check_officer(args.officer)
    path = add_officer(node.folder, node.store, args.officer, caller.officer)
    return OfficerAdded(officer=args.officer, token_file=str(path))


@operation("officer.list", Nothing, Officers)
def officer_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Officers:
    """List the officers."""
    with node.store.read() as tx:
        return Officers(officers=tuple(row.id for row in many(tx, Officer, order="id")))

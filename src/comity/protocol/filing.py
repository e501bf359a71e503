"""Plain file transfer: what the giver grants, and where bytes are to be had or to be sent.

`HttpData-PULL` and `HttpData-PUSH` need nothing of Comity at the other side: an HTTP address, a
bearer token, and a file. The token is made here for one start of one transfer; only its SHA-256
is kept. An address of the peer's is kept sealed, since it carries a credential.
"""

from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import Connection

from comity.core.canonical import b64url, model
from comity.core.decision import Decision, ReceiveQuestion
from comity.core.dsp.transfer import DataAddress, EndpointProperty, TransferRequestMessage
from comity.core.identity import Identity, Pinned
from comity.core.statement import FileStatement
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from comity.protocol.addresses import pinned_path
from comity.protocol.agreed import decide_again, decide_receive
from comity.protocol.base import DATA, Local, fill_path, match_path
from comity.protocol.catalog import PULL, PUSH
from comity.protocol.mailboxes import POLLS
from comity.store import record
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.files import DatasetFile, FileToken, Grant, SealedAddress
from comity.store.rows.moving import add, change, one, remove
from comity.store.rows.record import Message

FORMATS: Final = frozenset({PULL, PUSH})
HTTP: Final = "https://w3id.org/idsa/v4.1/HTTP"
"""The `endpointType` of a plain HTTP address."""
FILES: Final = f"{DATA}/files/{{}}"
"""Where a file is pulled from: GET, below the address of the provider."""
INBOX: Final = f"{DATA}/inbox/{{}}"
"""Where a file is pushed to: POST, below the address of the consumer."""
PATHS: Final = ((PULL, "GET", FILES), (PULL, "HEAD", FILES), (PUSH, "POST", INBOX))
"""What can be reached with a token of a transfer instead of a message token."""
ENDPOINT, AUTH_TYPE, AUTHORIZATION = "endpoint", "authType", "authorization"
_BASE_URL: Final = "baseUrl"
_OTHER_MAKE: Final = "https://w3id.org/edc/v0.0.1/ns/"
"""Before the names of properties in the addresses of the Eclipse connector."""
SHA256, SIZE, STATEMENT = "comity:sha256", "comity:size", "comity:statement"
"""Ours: what the file is, and the signed statement of it. Other makes ignore them."""
BEARER: Final = "bearer"
_URN: Final = "urn:uuid:"
_TOKEN_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def decide(
    local: Local, tx: Connection, peer: Pinned, agreement: Agreement, jti: str = ""
) -> Decision:
    """Say what the terms say to a transfer of the dataset's file.

    With the `jti` of the request, its quotas are looked at; later, everything else has to hold
    still. The protocol's request names neither purpose nor legal basis.
    """
    question = ReceiveQuestion(purpose="", legal_basis="", territory=peer.identity.territory)
    if jti:
        return decide_receive(local, tx, agreement, question, jti)
    return decide_again(local, agreement, question)


def check_request(
    local: Local,
    tx: Connection,
    peer: Pinned,
    agreement: Agreement,
    message: TransferRequestMessage,
    jti: str,
) -> None:
    """Check a request for a file before anything is kept of it.

    Raises TRANSFER_FORMAT_UNKNOWN where the dataset has no file or the address does not belong to
    the format, SCHEMA_INVALID or ADDRESS_NOT_PINNED for an address to push to, and what the terms
    refuse it for.
    """
    check_way(message.format, local.identity, peer.identity)
    address = message.data_address
    if one(tx, DatasetFile, dataset=agreement.dataset) is None:
        raise ComityError(Code.TRANSFER_FORMAT_UNKNOWN)
    if message.format == PULL and address is not None:
        raise ComityError(Code.TRANSFER_FORMAT_UNKNOWN)
    if message.format == PUSH:
        if address is None or not endpoint_of(address):
            raise ComityError(Code.SCHEMA_INVALID, where="dataAddress")
        pinned_path(peer, endpoint_of(address))
    decide(local, tx, peer, agreement, jti).check()


def check_way(format: str, provider: Identity, consumer: Identity) -> None:
    """Refuse a transfer whose receiver, or giver, would have to be reached and cannot be.

    A file is pulled from its provider, or pushed to its consumer. Raises FILE_NO_WAY (format).
    """
    reached = {PULL: provider, PUSH: consumer}.get(format)
    if reached is not None and reached.reach == POLLS:
        raise ComityError(Code.FILE_NO_WAY, format=format)


def grant(local: Local, tx: Connection, peer: Pinned, row: Transfer) -> DataAddress | None:
    """Grant the dataset's file to a transfer that starts; returns the address to pull it from.

    A new start gives a new token, and the file as it is now. Raises TRANSFER_FORMAT_UNKNOWN where
    there is no file any more.
    """
    agreement = one(tx, Agreement, id=row.agreement)
    file = one(tx, DatasetFile, dataset=agreement.dataset) if agreement else None
    if agreement is None or file is None:
        raise ComityError(Code.TRANSFER_FORMAT_UNKNOWN)
    statement = FileStatement(
        provider=local.identity.id,
        consumer=peer.id,
        agreement=row.agreement,
        transfer=row.pid,
        dataset=file.dataset,
        sha256=file.digest,
        size=file.size,
        media_type=file.media_type,
        at=local.now(),
    ).sign(local.signers.message)
    before = one(tx, Grant, transfer=row.pid)
    push = "waiting" if row.format == PUSH else ""
    if before and before.push in ("done", "over") and before.digest == file.digest:
        push = before.push
    remove(tx, Grant, transfer=row.pid)
    made = Grant(
        transfer=row.pid,
        peer=peer.id,
        dataset=file.dataset,
        digest=file.digest,
        size=file.size,
        media_type=file.media_type,
        statement=statement,
        push=push,
        attempts=0,
        not_before=0,
        error="",
        at=local.now(),
    )
    add(tx, made)
    if row.format == PUSH:
        return None
    given = (
        EndpointProperty(name=SHA256, value=file.digest),
        EndpointProperty(name=SIZE, value=str(file.size)),
        EndpointProperty(name=STATEMENT, value=statement),
    )
    return address_of(local, tx, FILES, row.pid, given)


def address_of(
    local: Local,
    tx: Connection,
    path: str,
    pid: str,
    more: tuple[EndpointProperty, ...] = (),
) -> DataAddress:
    """Return an address of ours for one transfer, with a fresh token that opens it."""
    token = b64url(local.entropy(_TOKEN_BYTES))
    remove(tx, FileToken, transfer=pid)
    add(tx, FileToken(pid, secret_of(token), 0))
    # A colon is no part of an address that a peer can compare with the pinned one.
    endpoint = local.identity.address + fill_path(path, pid.removeprefix(_URN))
    return DataAddress(
        endpoint_type=HTTP,
        endpoint=endpoint,
        endpoint_properties=(
            # Said again, for a make that looks only here:
            # docs/decisions/0023-a-connector-of-another-make.
            EndpointProperty(name=ENDPOINT, value=endpoint),
            EndpointProperty(name=AUTH_TYPE, value=BEARER),
            EndpointProperty(name=AUTHORIZATION, value=token),
            *more,
        ),
    )


def pid_in(template: str, path: str) -> str | None:
    """Return the id of the transfer that a raw path below our address is for."""
    found = match_path(template, path)
    return _URN + found[0] if found else None


def secret_of(token: str) -> bytes:
    """Return what is kept of a bearer token: its SHA-256."""
    return sha256(token.encode()).digest()


def keep_address(local: Local, tx: Connection, pid: str, address: DataAddress) -> None:
    """Keep a peer's data address, sealed. Nothing here says that it may be used."""
    nonce = local.entropy(_NONCE_BYTES)
    sealed = ChaCha20Poly1305(local.sealing_key).encrypt(nonce, address.to_json(), pid.encode())
    remove(tx, SealedAddress, transfer=pid)
    add(tx, SealedAddress(pid, nonce + sealed))


def kept_address(local: Local, tx: Connection, pid: str) -> DataAddress | None:
    """Return the data address that was kept for a transfer."""
    found = one(tx, SealedAddress, transfer=pid)
    if found is None:
        return None
    nonce, sealed = found.sealed[:_NONCE_BYTES], found.sealed[_NONCE_BYTES:]
    plain = ChaCha20Poly1305(local.sealing_key).decrypt(nonce, sealed, pid.encode())
    return model(DataAddress, plain, BODY_BYTES)


def endpoint_of(address: DataAddress) -> str:
    """Return where an address says that data is, or is to go; nothing says that it may be used."""
    return (
        address.endpoint or property_of(address, ENDPOINT) or property_of(address, _BASE_URL) or ""
    )


def property_of(address: DataAddress, name: str) -> str:
    """Return a property that stands there once, or an empty string."""
    names = (name, _OTHER_MAKE + name)
    found = [item.value for item in address.endpoint_properties or () if item.name in names]
    return found[0] if len(found) == 1 else ""


def forget_body(tx: Connection, peer: str, direction: str, jti: str) -> None:
    """Drop the body of a message that carries a credential; its token still commits to it."""
    where = {"peer": peer, "direction": direction, "jti": jti}
    change(tx, Message, where, body=b"")


def forget_sent(tx: Connection, peer: str, jti: str) -> None:
    """Drop the body of a message of ours that the peer has taken."""
    forget_body(tx, peer, record.OUT, jti)

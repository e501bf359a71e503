"""How asking begins: whom, under which terms, in a transfer that is started, by which manifest."""

import time
from typing import Final

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.canonical import b64url
from comity.core.fuzzy.bands import Band
from comity.core.identity import Pinned
from comity.core.machines import Role, TransferState
from comity.core.records import Family
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import asking
from comity.operations.asking import Session
from comity.operations.peering import finish, is_carried
from comity.operations.registry import Model
from comity.operations.tagging import agreement_with
from comity.protocol import transferring
from comity.protocol.agreed import terms_of
from comity.protocol.catalog import MATCH, REQUEST
from comity.store import peers
from comity.store.links import Kind as LinkKind
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.moving import many

_POLL_SECONDS: Final = 0.05


class Asking(Model):
    """Whom to ask about what, and what to show of it."""

    peer: str
    dataset: str
    families: tuple[Family, ...] = ()
    """Only these, of those that are agreed; empty: all of them."""
    purpose: str = ""
    """Empty where the terms name only one."""
    legal_basis: str = ""
    least: Band = Band.POSSIBLY
    one_to_one: bool = False
    """Of each record of ours, and of theirs, only the best."""
    wait_seconds: int = 60


def begin_session(node: Node, peer: Pinned, args: Asking, progress: Progress) -> Session:
    """Return a started transfer with the manifest in force and, but by courier, its tag set.

    Raises AGREEMENT_UNKNOWN, AGREEMENT_SUSPENDED, ACTION_NOT_AGREED, PURPOSE_NOT_AGREED,
    LEGAL_BASIS_NOT_AGREED, and what `started_transfer`, `fetch_manifest` and `fetch_set` raise.
    """
    with node.store.read() as tx:
        agreement = agreement_with(tx, peer.id, args.dataset, Role.CONSUMER)
    grant = terms_of(agreement).match
    if grant is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action="match")
    transfer = started_transfer(node, agreement, MATCH, args.wait_seconds)
    manifest = asking.fetch_manifest(node, peer, agreement, transfer)
    session = Session(
        peer=peer,
        agreement=agreement,
        transfer=transfer,
        manifest=manifest,
        digest=b64url(manifest.digest()),
        purpose=args.purpose or only(grant.purposes, Code.PURPOSE_NOT_AGREED),
        legal_basis=args.legal_basis or only(grant.legal_bases, Code.LEGAL_BASIS_NOT_AGREED),
    )
    if not is_carried(node, peer):
        asking.fetch_set(node, session, progress)
    return session


def started_transfer(node: Node, agreement: Agreement, format: str, wait: int) -> Transfer:
    """Return a started transfer of an agreement, asking for one where there is none.

    Raises AGREEMENT_SUSPENDED where the peer suspended it, WAIT_ENDED where it does not start,
    TRANSFER_NOT_STARTED where it ended instead, PEER_REFUSED, PEER_UNREACHABLE.
    """
    ends, asked = time.monotonic() + wait, False
    while True:
        with node.store.read() as tx:
            found = many(
                tx,
                Transfer,
                agreement=agreement.id,
                format=format,
                role=Role.CONSUMER,
                order="updated",
            )
        under_way = [row for row in found if not transferring.is_over(row)]
        for row in under_way:
            if row.state == TransferState.STARTED:
                return row
            if row.state == TransferState.SUSPENDED:
                raise ComityError(Code.AGREEMENT_SUSPENDED, agreement=agreement.id)
        if not under_way:
            if asked:
                # What the peer ended is not asked for again by ourselves.
                raise ComityError(Code.TRANSFER_NOT_STARTED, state=found[-1].state)
            with node.store.write() as tx:
                peer = peers.pinned(tx, agreement.peer)
                jti = transferring.request(node.local, tx, peer, agreement, format)
                _request_ahead(node, tx, peer, agreement, format)
            asked = True
            finish(node, peer, jti)
            continue
        if node.reach.kind(agreement.peer) == LinkKind.COURIER:
            # The start is still to come, and nothing comes while somebody waits here.
            raise ComityError(Code.COURIER_WAITS, peer=agreement.peer)
        node.delivery.run(agreement.peer)
        if time.monotonic() >= ends:
            raise ComityError(Code.WAIT_ENDED, agreement=agreement.id)
        time.sleep(_POLL_SECONDS)


def _request_ahead(
    node: Node, tx: Connection, peer: Pinned, agreement: Agreement, format: str
) -> None:
    """Ask for the transfer that details are asked in, too, where a courier goes: it saves one."""
    if not is_carried(node, peer) or format != MATCH or terms_of(agreement).request is None:
        return
    found = many(tx, Transfer, agreement=agreement.id, format=REQUEST, role=Role.CONSUMER)
    if all(transferring.is_over(row) for row in found):
        transferring.request(node.local, tx, peer, agreement, REQUEST)


def only(values: tuple[str, ...], code: Code) -> str:
    """Return the only value. Raises the code where there are several, or none."""
    if len(values) != 1:
        raise ComityError(code)
    return values[0]

"""How asking begins: whom, under which terms, in a transfer that is started, by which manifest."""

import time
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.canonical import b64url
from comity.core.fuzzy.bands import Band
from comity.core.identity import Pinned
from comity.core.machines import Role, TransferState
from comity.core.records import Family
from comity.core.terms import MatchTerms
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.agreements import agreement_with
from comity.operations.fetching import Session, fetch_manifest, fetch_set
from comity.operations.peering import finish, is_carried
from comity.operations.registry import Model
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

    Raises AGREEMENT_UNKNOWN, AGREEMENT_SUSPENDED, ACTION_NOT_AGREED, FAMILY_NOT_AGREED,
    PURPOSE_NOT_AGREED, LEGAL_BASIS_NOT_AGREED before anything is sent, and then what
    `started_transfer`, `fetch_manifest` and `fetch_set` raise.
    """
    with node.store.read() as tx:
        agreement = agreement_with(tx, peer.id, args.dataset, Role.CONSUMER)
    grant = terms_of(agreement).match
    if grant is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action="match")
    families = agreed_families(args.families, grant)
    purpose, legal_basis = agreed_reasons(args.purpose, args.legal_basis, grant)
    transfer = started_transfer(node, agreement, MATCH, args.wait_seconds)
    manifest = fetch_manifest(node, peer, agreement, transfer)
    session = Session(
        peer=peer,
        agreement=agreement,
        transfer=transfer,
        manifest=manifest,
        digest=b64url(manifest.digest()),
        families=families,
        purpose=purpose,
        legal_basis=legal_basis,
    )
    if not is_carried(node, peer):
        fetch_set(node, session, progress)
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
            _request(node, agreement, format)
            asked = True
            continue
        if node.reach.kind(agreement.peer) == LinkKind.COURIER:
            # The start is still to come, and nothing comes while somebody waits here.
            raise ComityError(Code.COURIER_WAITS, peer=agreement.peer)
        node.delivery.run(agreement.peer)
        if time.monotonic() >= ends:
            raise ComityError(Code.WAIT_ENDED, agreement=agreement.id)
        time.sleep(_POLL_SECONDS)


def _request(node: Node, agreement: Agreement, format: str) -> None:
    """Ask for a transfer. Raises PEER_REFUSED, PEER_UNREACHABLE."""
    with node.store.write() as tx:
        peer = peers.pinned(tx, agreement.peer)
        jti = transferring.request(node.local, tx, peer, agreement, format)
        if format == MATCH and is_carried(node, peer):
            _request_for_details(node, tx, peer, agreement)
    finish(node, peer, jti)


def _request_for_details(node: Node, tx: Connection, peer: Pinned, agreement: Agreement) -> None:
    """Ask for the transfer of details, too: that saves a courier's way there and back."""
    if terms_of(agreement).request is None:
        return
    found = many(tx, Transfer, agreement=agreement.id, format=REQUEST, role=Role.CONSUMER)
    if all(transferring.is_over(row) for row in found):
        transferring.request(node.local, tx, peer, agreement, REQUEST)


def agreed_families(wanted: Collection[Family], grant: MatchTerms) -> frozenset[Family]:
    """Return the families to ask: those wanted, or all. Raises FAMILY_NOT_AGREED (family)."""
    for family in wanted:
        if family not in grant.families:
            raise ComityError(Code.FAMILY_NOT_AGREED, family=family.value)
    return frozenset(wanted or grant.families)


def agreed_reasons(purpose: str, legal_basis: str, grant: MatchTerms) -> tuple[str, str]:
    """Return the purpose and the legal basis to state: those given, or the only ones agreed.

    Raises PURPOSE_NOT_AGREED, LEGAL_BASIS_NOT_AGREED.
    """
    return (
        _agreed(purpose, grant.purposes, Code.PURPOSE_NOT_AGREED),
        _agreed(legal_basis, grant.legal_bases, Code.LEGAL_BASIS_NOT_AGREED),
    )


def _agreed(given: str, agreed: tuple[str, ...], code: Code) -> str:
    """Return what is given, or the only value that is agreed. Where none is, any will do."""
    if not given and len(agreed) == 1:
        return agreed[0]
    if not given or (agreed and given not in agreed):
        raise ComityError(code)
    return given

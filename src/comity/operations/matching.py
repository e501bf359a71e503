"""`match` for a whole list, `check` for one subject, and what their hits mean."""

import time
from collections import defaultdict
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.canonical import b64url
from comity.core.derivation import derive, derive_one
from comity.core.holdings import decode
from comity.core.identity import Pinned
from comity.core.machines import Role, TransferState
from comity.core.merkle import leaf_hash
from comity.core.records import Family, Kind
from comity.core.terms import MatchTerms
from comity.core.tokens import Token
from comity.errors import Code, ComityError
from comity.limits import ID_CHARS
from comity.node import Node
from comity.operations import asking, asking_ahead
from comity.operations.asking import Session, Settled, Sources
from comity.operations.finding import HitShown, shown
from comity.operations.peering import find_peer, finish, is_carried, resumed
from comity.operations.registry import Caller, Model, operation
from comity.operations.tagging import agreement_with
from comity.protocol import transferring
from comity.protocol.agreed import terms_of
from comity.protocol.catalog import MATCH, REQUEST
from comity.store import journal, peers
from comity.store.links import Kind as LinkKind
from comity.store.rows import (
    Agreement,
    Dataset,
    Held,
    Transfer,
    many,
    one,
)

_POLL_SECONDS: Final = 0.05


class Match(Model):
    """A list of ours to ask about: whose dataset, and which holdings (empty: the only ones)."""

    peer: str
    dataset: str
    holdings: str = ""
    purpose: str = ""
    """Empty where the terms name only one."""
    legal_basis: str = ""
    wait_seconds: int = 60


class Check(Model):
    """One subject, typed in: at least one fact."""

    peer: str
    dataset: str
    kind: Kind = Kind.ORGANISATION
    name: str = ""
    rfc: str = ""
    curp: str = ""
    passport: str = ""
    tax_id: str = ""
    country: str = ""
    imo: str = ""
    wallet: str = ""
    purpose: str = ""
    legal_basis: str = ""
    wait_seconds: int = 60


class Matched(Model):
    """What a run asked and found."""

    peer: str
    dataset: str
    agreement: str
    manifest: str
    epoch: int
    asked: dict[str, int]
    """Tokens by family, canaries included: what the quota counts."""
    hits: tuple[HitShown, ...]


@operation("match.run", Match, Matched, serving=True)
def match(node: Node, caller: Caller, args: Match, progress: Progress) -> Matched:
    """Ask a peer which records of a list it has, too.

    Raises what `comity.operations.asking` raises, DATASET_UNKNOWN, NOTHING_TO_ASK, WAIT_ENDED.
    """
    with node.store.read() as tx:
        dataset = _holdings(tx, args.holdings)
        held = [
            decode(row.body, withheld=row.withheld)
            for row in many(tx, Held, dataset=dataset.id, order="n")
        ]
        peer = find_peer(tx, args.peer)
    with resumed(node, peer, f"match.run {args.dataset}"[:ID_CHARS]):
        session = _session(node, peer, args, progress)
        wanted = {entry.family for entry in session.manifest.family_keys}
        tokens = [(token, record.id) for record in held for token in derive(record)]
        sources = _sources(dataset.id, b64url(dataset.root), tokens, wanted)
        return _run(node, caller, session, sources, progress)


@operation("match.check", Check, Matched, serving=True)
def check(node: Node, caller: Caller, args: Check, progress: Progress) -> Matched:
    """Ask a peer about one subject. Raises INPUT_INVALID and what `match` raises."""
    tokens = [(token, "") for token in _typed(args)]
    if not tokens:
        raise ComityError(Code.NOTHING_TO_ASK)
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
    with resumed(node, peer, f"match.check {args.dataset}"[:ID_CHARS]):
        session = _session(node, peer, args, progress)
        wanted = {entry.family for entry in session.manifest.family_keys}
        salted = node.local.entropy(16) + b"".join(token.input() for token, _ in tokens)
        root = b64url(leaf_hash(sha256(salted).digest()))
        return _run(node, caller, session, _sources("", root, tokens, wanted), progress)


def _session(node: Node, peer: Pinned, args: Match | Check, progress: Progress) -> Session:
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
        purpose=args.purpose or _only(grant.purposes, Code.PURPOSE_NOT_AGREED),
        legal_basis=args.legal_basis or _only(grant.legal_bases, Code.LEGAL_BASIS_NOT_AGREED),
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


def _run(
    node: Node, caller: Caller, session: Session, sources: Sources, progress: Progress
) -> Matched:
    asked: dict[str, int] = defaultdict(int)
    if not any(sources.records.values()):
        raise ComityError(Code.NOTHING_TO_ASK)
    run = node.local.new_urn()
    if is_carried(node, session.peer):
        settled = asking_ahead.ask(node, session, sources, run, _check_quota)
    else:
        settled = _ask(node, session, sources, run, progress)
    for batch in settled:
        asked[batch.family] += len(batch.inputs)
    with node.store.write() as tx:
        journal.note(
            tx,
            node.local.now(),
            caller.officer,
            "match.run",
            peer=session.peer.id,
            run=run,
            tokens=sum(asked.values()),
        )
    with node.store.read() as tx:
        found = shown(tx, [hit for batch in settled for hit in batch.hits])
    return Matched(
        peer=session.peer.id,
        dataset=session.agreement.dataset,
        agreement=session.agreement.id,
        manifest=session.digest,
        epoch=session.manifest.epoch,
        asked=dict(asked),
        hits=found,
    )


def _ask(
    node: Node, session: Session, sources: Sources, run: str, progress: Progress
) -> list[Settled]:
    """Ask batch by batch, and look each up before the next."""
    # What a run before this one asked and did not live to look up is not asked again.
    settled = [
        asking.settle(node, session, sources, row)
        for row in asking.unsettled(node, session, sources)
    ]
    waiting = sources.without(settled)
    _check_quota(session, waiting)
    total = sum(len(inputs) for inputs in sources.records.values())
    done = total - sum(len(inputs) for inputs in waiting.records.values())
    for family, inputs in asking.batches(node, session, waiting):
        settled.append(asking.ask(node, session, sources, family, inputs, run))
        done = min(done + len(inputs), total)
        progress("ask", done, total)
    return settled


def _check_quota(session: Session, sources: Sources) -> None:
    """Refuse what can never fit, before anything is sent; the holder counts exactly."""
    grant = terms_of(session.agreement).match
    asked = sum(len(inputs) for inputs in sources.records.values())
    for limit in _limits(grant):
        if asked > limit:
            raise ComityError(Code.QUOTA_EXCEEDED, limit=limit, used=0, asked=asked, period="all")


def _limits(grant: MatchTerms | None) -> list[int]:
    if grant is None:
        return []
    period = grant.tokens_per_period.count if grant.tokens_per_period else None
    return [limit for limit in (period, grant.tokens_in_all) if limit is not None]


def _sources(
    dataset: str, root: str, tokens: list[tuple[Token, str]], wanted: set[Family]
) -> Sources:
    records: dict[Family, dict[bytes, list[str]]] = {family: {} for family in sorted(wanted)}
    for token, source in tokens:
        if token.family in wanted:
            records[token.family].setdefault(token.input(), []).append(source)
    return Sources(dataset, root, records)


def _typed(args: Check) -> list[Token]:
    facts = (
        (Family.RFC, args.rfc),
        (Family.CURP, args.curp),
        (Family.PASSPORT, args.passport),
        (Family.TAX_ID, args.tax_id),
        (Family.IMO, args.imo),
        (Family.WALLET, args.wallet),
        (Family.NAME, args.name),
    )
    return [derive_one(family, text, args.kind, args.country) for family, text in facts if text]


def _holdings(tx: Connection, dataset: str) -> Dataset:
    found = [one(tx, Dataset, id=dataset)] if dataset else list(many(tx, Dataset))
    if len(found) != 1 or found[0] is None:
        raise ComityError(Code.DATASET_UNKNOWN, dataset=dataset)
    return found[0]


def _only(values: tuple[str, ...], code: Code) -> str:
    if len(values) != 1:
        raise ComityError(code)
    return values[0]

"""`match` for a whole list, `check` for one subject, and what came of them."""

import time
from collections import Counter, defaultdict
from typing import Final

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.canonical import b64url
from comity.core.fuzzy.bands import Band, Chance
from comity.core.fuzzy.families import FUZZY
from comity.core.fuzzy.question import Question as Derived
from comity.core.identity import Pinned
from comity.core.machines import Role, TransferState
from comity.core.padding import padded_count
from comity.core.records import Family
from comity.core.terms import MatchTerms
from comity.errors import Code, ComityError
from comity.limits import ID_CHARS
from comity.node import Node
from comity.operations import asking, asking_ahead, assessing, subjects
from comity.operations.asking import Session, Settled, Sources
from comity.operations.assessing import Basis
from comity.operations.finding import HitShown, selected, shown
from comity.operations.peering import find_peer, finish, is_carried, resumed
from comity.operations.registry import Caller, Model, operation
from comity.operations.subjects import Typed
from comity.operations.tagging import agreement_with
from comity.protocol import transferring
from comity.protocol.agreed import terms_of
from comity.protocol.catalog import MATCH, REQUEST
from comity.store import journal, peers
from comity.store.links import Kind as LinkKind
from comity.store.rows import Agreement, Dataset, Transfer, many, one

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


class Match(Asking):
    """A list of ours to ask about; empty: the only one."""

    holdings: str = ""


class Check(Asking, Typed):
    """One subject, typed in: at least one fact."""


class Expected(Model):
    """How far to trust a band, by our own list and the size of theirs (`core.fuzzy.own_pairs`)."""

    band: Band
    hits: int
    wrong: float
    """The share of them that at most is expected to be wrong, from 0 to 1."""


class Matched(Model):
    """What a run asked and found."""

    peer: str
    dataset: str
    agreement: str
    manifest: str
    epoch: int
    asked: dict[str, int]
    """Tokens by family, canaries and padding included: what the quota counts."""
    hits: tuple[HitShown, ...]
    below: int
    """Pairs that are not shown, since they do not reach the band that was asked for."""
    expected: tuple[Expected, ...]
    """Empty for a typed-in subject, and where no fuzzy family was asked."""


@operation("match.run", Match, Matched, serving=True)
def match(node: Node, caller: Caller, args: Match, progress: Progress) -> Matched:
    """Ask a peer which records of a list it has, too.

    Raises what `comity.operations.asking` raises, DATASET_UNKNOWN, NOTHING_TO_ASK,
    FAMILY_NOT_AGREED, WAIT_ENDED.
    """
    with node.store.read() as tx:
        dataset = _holdings(tx, args.holdings)
        peer = find_peer(tx, args.peer)
    with resumed(node, peer, f"match.run {args.dataset}"[:ID_CHARS]):
        session = _session(node, peer, args, progress)
        wanted = _families(session, args)
        with node.store.read() as tx:
            dataset = _holdings(tx, dataset.id)
            sources = subjects.from_list(tx, dataset, wanted, progress)
            known = assessing.frequencies(tx, dataset.id)
        basis = Basis(wanted, known, session.manifest.records)
        found = _run(node, caller, session, sources, basis, args, progress)
        if wanted.isdisjoint(FUZZY):
            return found
        with node.store.read() as tx:
            chance = assessing.own_chance(tx, dataset.id, basis)
        return found.model_copy(
            update={"expected": _expected(found, chance, dataset.records, basis.held)}
        )


@operation("match.check", Check, Matched, serving=True)
def check(node: Node, caller: Caller, args: Check, progress: Progress) -> Matched:
    """Ask a peer about one subject. Raises INPUT_INVALID and what `match` raises."""
    record = subjects.record_of(args)
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
    with resumed(node, peer, f"match.check {args.dataset}"[:ID_CHARS]):
        session = _session(node, peer, args, progress)
        question = Derived.of(record, _families(session, args))
        with node.store.read() as tx:
            known = assessing.frequencies(tx)
        basis = Basis(question.families, known, session.manifest.records, question)
        sources = subjects.from_typed(node, question)
        return _run(node, caller, session, sources, basis, args, progress)


def _families(session: Session, args: Asking) -> frozenset[Family]:
    """Return the families to ask. Raises FAMILY_NOT_AGREED."""
    agreed = {entry.family for entry in session.manifest.family_keys}
    for family in args.families:
        if family not in agreed:
            raise ComityError(Code.FAMILY_NOT_AGREED, family=family.value)
    return frozenset(args.families or agreed)


def _session(node: Node, peer: Pinned, args: Asking, progress: Progress) -> Session:
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
    node: Node,
    caller: Caller,
    session: Session,
    sources: Sources,
    basis: Basis,
    args: Asking,
    progress: Progress,
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
    hits = [hit for batch in settled for hit in batch.hits]
    assessing.assess(node, basis, hits)
    with node.store.read() as tx:
        found = shown(tx, hits)
    kept = selected(found, args.least, one_to_one=args.one_to_one)
    return Matched(
        peer=session.peer.id,
        dataset=session.agreement.dataset,
        agreement=session.agreement.id,
        manifest=session.digest,
        epoch=session.manifest.epoch,
        asked=dict(asked),
        hits=kept,
        below=len(found) - len(kept),
        expected=(),
    )


def _expected(found: Matched, chance: Chance, asked: int, held: int) -> tuple[Expected, ...]:
    hits = Counter(hit.band for hit in found.hits)
    return tuple(
        Expected(
            band=band,
            hits=hits[band],
            wrong=round(chance.error_rate(band, hits[band], asked, held), 4),
        )
        for band in (Band.SAME, Band.PROBABLY, Band.POSSIBLY)
        if hits[band]
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
    asked = sum(padded_count(len(inputs)) for inputs in sources.records.values())
    for limit in _limits(grant):
        if asked > limit:
            raise ComityError(Code.QUOTA_EXCEEDED, limit=limit, used=0, asked=asked, period="all")


def _limits(grant: MatchTerms | None) -> list[int]:
    if grant is None:
        return []
    period = grant.tokens_per_period.count if grant.tokens_per_period else None
    return [limit for limit in (period, grant.tokens_in_all) if limit is not None]


def _holdings(tx: Connection, dataset: str) -> Dataset:
    found = [one(tx, Dataset, id=dataset)] if dataset else list(many(tx, Dataset))
    if len(found) != 1 or found[0] is None:
        raise ComityError(Code.DATASET_UNKNOWN, dataset=dataset)
    return found[0]


def _only(values: tuple[str, ...], code: Code) -> str:
    if len(values) != 1:
        raise ComityError(code)
    return values[0]

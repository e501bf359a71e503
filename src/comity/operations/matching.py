"""`match` for a whole list, `check` for one subject, and what their hits mean."""

import json
import time
from collections import defaultdict
from datetime import date
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from comity.api import Progress
from comity.core import jws
from comity.core.canonical import b64url
from comity.core.derivation import FAMILIES, Evidence, Presence, derive, derive_one, presence
from comity.core.holdings import decode
from comity.core.label import Label
from comity.core.machines import Role, TransferState
from comity.core.manifest import Manifest
from comity.core.merkle import leaf_hash
from comity.core.records import Family, Kind, Record
from comity.core.terms import MatchTerms
from comity.core.tokens import Token
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import asking
from comity.operations.asking import Session, Sources
from comity.operations.peering import find_peer, finish
from comity.operations.registry import Caller, Model, operation
from comity.operations.tagging import agreement_with
from comity.protocol import retention, transferring
from comity.protocol.agreed import terms_of
from comity.protocol.catalog import MATCH
from comity.store import journal, peers
from comity.store.rows import (
    Agreement,
    Dataset,
    Held,
    Hit,
    JournalEntry,
    ManifestRow,
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


class StatusShown(Model):
    """What the holder says of its record, and since when."""

    value: str
    as_of: date | None


class HitShown(Model):
    """One record of the holder that has something in common with one of ours."""

    peer: str
    handle: str
    manifest: str
    holdings: str
    record: str
    """Ours; empty for a typed-in subject."""
    families: tuple[str, ...]
    evidence: Evidence
    statuses: tuple[StatusShown, ...]
    more_statuses: bool
    statuses_conflict: bool
    conflicts: tuple[str, ...]
    """What both records have, in which none agrees."""
    handling: str
    """The TLP 2.0 label that stands with it: of the terms under which it was learned."""
    onward: bool
    """Whether those terms let it be passed on."""
    kept_until: int
    """When this node destroys it; 0 where those terms do not say."""


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


class Hits(Model):
    """Hits of all runs."""

    hits: tuple[HitShown, ...]
    retention_ended: int
    """Hits that were destroyed, since the terms let them be kept no longer."""


class HitsOf(Model):
    """Hits with one peer, or with all."""

    peer: str = ""


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
    session = _session(
        node, args.peer, args.dataset, args.purpose, args.legal_basis, args, progress
    )
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
    session = _session(
        node, args.peer, args.dataset, args.purpose, args.legal_basis, args, progress
    )
    wanted = {entry.family for entry in session.manifest.family_keys}
    salted = node.local.entropy(16) + b"".join(token.input() for token, _ in tokens)
    root = b64url(leaf_hash(sha256(salted).digest()))
    return _run(node, caller, session, _sources("", root, tokens, wanted), progress)


@operation("match.hits", HitsOf, Hits)
def hits(node: Node, caller: Caller, args: HitsOf, progress: Progress) -> Hits:
    """Show the hits of all runs. Raises PEER_UNKNOWN."""
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer).id if args.peer else ""
        found = many(tx, Hit, peer=peer) if peer else many(tx, Hit)
        return Hits(hits=_shown(tx, list(found)), retention_ended=_ended(tx, peer))


def _ended(tx: Connection, peer: str) -> int:
    notes = [json.loads(note.detail) for note in many(tx, JournalEntry, action=retention.ENDED)]
    return sum(note.get("hits", 0) for note in notes if peer in ("", note["peer"]))


def _session(
    node: Node,
    peer: str,
    dataset: str,
    purpose: str,
    legal_basis: str,
    args: Match | Check,
    progress: Progress,
) -> Session:
    with node.store.read() as tx:
        pinned = find_peer(tx, peer)
        agreement = agreement_with(tx, pinned.id, dataset, Role.CONSUMER)
    grant = terms_of(agreement).match
    if grant is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action="match")
    transfer = started_transfer(node, agreement, MATCH, args.wait_seconds)
    manifest = asking.fetch_manifest(node, pinned, agreement, transfer)
    session = Session(
        peer=pinned,
        agreement=agreement,
        transfer=transfer,
        manifest=manifest,
        digest=b64url(manifest.digest()),
        purpose=purpose or _only(grant.purposes, Code.PURPOSE_NOT_AGREED),
        legal_basis=legal_basis or _only(grant.legal_bases, Code.LEGAL_BASIS_NOT_AGREED),
    )
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
            asked = True
            finish(node, peer, jti)
            continue
        node.delivery.run(agreement.peer)
        if time.monotonic() >= ends:
            raise ComityError(Code.WAIT_ENDED, agreement=agreement.id)
        time.sleep(_POLL_SECONDS)


def _run(
    node: Node, caller: Caller, session: Session, sources: Sources, progress: Progress
) -> Matched:
    asked: dict[str, int] = defaultdict(int)
    if not any(sources.records.values()):
        raise ComityError(Code.NOTHING_TO_ASK)
    # What a run before this one asked and did not live to look up is not asked again.
    settled = [
        asking.settle(node, session, sources, row)
        for row in asking.unsettled(node, session, sources)
    ]
    waiting = sources.without(settled)
    _check_quota(session, waiting)
    run, total = node.local.new_urn(), sum(len(inputs) for inputs in sources.records.values())
    done = total - sum(len(inputs) for inputs in waiting.records.values())
    for family, inputs in asking.batches(node, session, waiting):
        settled.append(asking.ask(node, session, sources, family, inputs, run))
        done = min(done + len(inputs), total)
        progress("ask", done, total)
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
        found = _shown(tx, [hit for batch in settled for hit in batch.hits])
    return Matched(
        peer=session.peer.id,
        dataset=session.agreement.dataset,
        agreement=session.agreement.id,
        manifest=session.digest,
        epoch=session.manifest.epoch,
        asked=dict(asked),
        hits=found,
    )


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


def _shown(tx: Connection, found: list[Hit]) -> tuple[HitShown, ...]:
    """Group hits by pair: all families under one handle for one record of ours."""
    pairs: dict[tuple[str, str, str, str], list[Hit]] = defaultdict(list)
    for hit in found:
        pairs[hit.manifest, hit.dataset, hit.record, hit.handle].append(hit)
    manifests: dict[str, Manifest] = {}
    grants: dict[str, MatchTerms] = {}
    shown = []
    for (digest, dataset, source, handle), same in sorted(pairs.items()):
        if digest not in manifests:
            row = one(tx, ManifestRow, digest=digest)
            agreement = one(tx, Agreement, id=row.agreement) if row else None
            grant = terms_of(agreement).match if agreement else None
            if row is None or grant is None:
                continue
            grants[digest] = grant
            manifests[digest] = Manifest.read(jws.payload(row.signed))
        label = Label.decode(same[0].label)
        held = one(tx, Held, dataset=dataset, id=source)
        families = tuple(sorted({hit.family for hit in same}))
        statuses = tuple(
            StatusShown(value=manifests[digest].statuses[item.code], as_of=item.as_of)
            for item in label.statuses
        )
        shown.append(
            HitShown(
                peer=same[0].peer,
                handle=handle,
                manifest=digest,
                holdings=dataset,
                record=source,
                families=families,
                evidence=_evidence(families),
                statuses=statuses,
                more_statuses=label.more,
                statuses_conflict=len({item.value for item in statuses}) > 1 or label.more,
                conflicts=_conflicts(
                    decode(held.body, withheld=False) if held else None, label, families
                ),
                handling=grants[digest].handling,
                onward=grants[digest].onward,
                kept_until=retention.kept_until(grants[digest], min(hit.at for hit in same)),
            )
        )
    return tuple(shown)


def _evidence(families: tuple[str, ...]) -> Evidence:
    grades = {FAMILIES[Family(family)].evidence for family in families}
    return Evidence.IDENTIFIER if Evidence.IDENTIFIER in grades else Evidence.NAME_ONLY


def _conflicts(ours: Record | None, label: Label, families: tuple[str, ...]) -> tuple[str, ...]:
    """Return the families that both records have and in which nothing agrees."""
    if ours is None:
        return ()
    both = presence(ours) & label.presence
    return tuple(
        rule.family.value
        for rule in FAMILIES.values()
        if rule.presence is not Presence(0)
        and rule.presence in both
        and rule.family.value not in families
    )

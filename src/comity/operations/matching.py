"""`match` for a whole list, `check` for one subject, and what came of them."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.fuzzy.bands import Band, Chance
from comity.core.fuzzy.derived import Derived
from comity.core.fuzzy.families import FUZZY
from comity.core.fuzzy.own_pairs import chance
from comity.core.padding import padded_count
from comity.core.terms import MatchTerms
from comity.errors import Code, ComityError
from comity.limits import ID_CHARS
from comity.node import Node
from comity.operations import asking, asking_ahead, assessing, subjects, weighing
from comity.operations.asking import Settled, Sources
from comity.operations.assessing import Basis
from comity.operations.fetching import Session
from comity.operations.finding import selected
from comity.operations.hits import HitShown, shown
from comity.operations.peering import find_peer, is_carried, resumed
from comity.operations.registry import Caller, Model, operation
from comity.operations.sessions import Asking, begin_session
from comity.operations.subjects import Typed
from comity.protocol.agreed import terms_of
from comity.store import journal
from comity.store.rows.holdings import Dataset
from comity.store.rows.moving import many, one


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

    Raises what `begin_session` and `comity.operations.asking` raise, DATASET_UNKNOWN,
    NOTHING_TO_ASK.
    """
    with node.store.read() as tx:
        dataset = holdings_of(tx, args.holdings)
        peer = find_peer(tx, args.peer)
    with resumed(node, peer, f"match.run {args.dataset}"[:ID_CHARS]):
        session = begin_session(node, peer, args, progress)
        return ask_about(node, caller, session, args, dataset.id, progress)


@operation("match.check", Check, Matched, serving=True)
def check(node: Node, caller: Caller, args: Check, progress: Progress) -> Matched:
    """Ask a peer about one subject. Raises INPUT_INVALID and what `match` raises."""
    record = subjects.record_of(args)
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
    with resumed(node, peer, f"match.check {args.dataset}"[:ID_CHARS]):
        session = begin_session(node, peer, args, progress)
        question = Derived.of(record, session.families)
        with node.store.read() as tx:
            rare = weighing.frequencies(tx)
        basis = Basis(question.families, rare, session.manifest.records, question)
        sources = subjects.from_typed(node, question)
        return _run(node, caller, session, sources, basis, args, progress)


def ask_about(
    node: Node,
    caller: Caller,
    session: Session,
    args: Match,
    dataset: str,
    progress: Progress,
    *,
    again: bool = True,
) -> Matched:
    """Ask about a list of ours, and score what is found.

    Without `again`, what was asked about the same list under the same manifest is not asked twice,
    and counts as asked; how far to trust each band is left out. Raises what `match` raises.
    """
    trusted = again and not session.families.isdisjoint(FUZZY)
    with node.store.read() as tx:
        row = holdings_of(tx, dataset)
        ours = subjects.from_list(tx, row, session.families, progress, compare=trusted)
    basis = Basis(session.families, ours.frequencies, session.manifest.records)
    known = [] if again else asking.answered(node, session, ours.sources)
    found = _run(node, caller, session, ours.sources, basis, args, progress, known)
    if not trusted:
        return found
    by_chance = chance(ours.compared, basis.frequencies, basis.held)
    expected = _expected(found, by_chance, row.records, basis.held)
    return found.model_copy(update={"expected": expected})


def _run(
    node: Node,
    caller: Caller,
    session: Session,
    sources: Sources,
    basis: Basis,
    args: Asking,
    progress: Progress,
    known: Sequence[Settled] = (),
) -> Matched:
    asked: dict[str, int] = defaultdict(int)
    if not any(sources.records.values()):
        raise ComityError(Code.NOTHING_TO_ASK)
    run, left = node.local.new_urn(), sources.without(known)
    if is_carried(node, session.peer):
        settled = asking_ahead.ask(node, session, left, run, _check_quota)
    else:
        settled = _ask(node, session, left, run, progress)
    for batch in (*known, *settled):
        asked[batch.family] += len(batch.inputs)
    with node.store.write() as tx:
        journal.note(
            tx,
            node.local.now(),
            caller.officer,
            "match.run",
            peer=session.peer.id,
            run=run,
            tokens=sum(len(batch.inputs) for batch in settled),
        )
    hits = [hit for batch in (*known, *settled) for hit in batch.hits]
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


def holdings_of(tx: Connection, dataset: str) -> Dataset:
    """Return a dataset of ours; where none is named, the only one. Raises DATASET_UNKNOWN."""
    found = [one(tx, Dataset, id=dataset)] if dataset else list(many(tx, Dataset))
    if len(found) != 1 or found[0] is None:
        raise ComityError(Code.DATASET_UNKNOWN, dataset=dataset)
    return found[0]

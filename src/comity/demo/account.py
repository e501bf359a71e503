"""The account of a play, as data: what `comity demo --json` prints."""

from pydantic import BaseModel

from comity.core.records import Record
from comity.demo.asking import Asked
from comity.demo.hostile import Refused
from comity.demo.lists import Lists
from comity.demo.matching import Pair, warnings
from comity.demo.stage import Stage
from comity.operations.assessing import LineShown
from comity.operations.hits import StatusShown
from comity.operations.holdings import HoldingsShown
from comity.operations.records import RecordShown, RecordVerified
from comity.operations.requests import FieldShown


class ListUsed(BaseModel):
    """A list, as its side loaded it."""

    name: str
    title: str
    format: str
    sha256: str
    rows: int
    records: int


class PairFound(BaseModel):
    """Two records that matched. Either side knows its own id only; the play is both."""

    us_record: str
    us_name: str
    mx_record: str
    families: tuple[str, ...]
    evidence: str
    band: str
    score: float
    reasons: tuple[LineShown, ...]
    """Why: the weights add up to the score."""
    status: str
    """The holder's, as of now: the last one."""
    statuses: tuple[StatusShown, ...]
    warnings: tuple[str, ...]


class RequestMade(BaseModel):
    """A request for details, and what came of it."""

    us_record: str
    mx_record: str
    case_reference: str
    state: str
    reason: str
    handling: str
    fields: tuple[FieldShown, ...]


class RefusalShown(BaseModel):
    """An attempt, what came back, and what changed at the other side."""

    attempt: str
    tried: str
    status: int
    code: str
    recorded: bool
    changed: bool


class Crossed(BaseModel):
    """What went in one direction: messages, their bytes as signed, and bytes of TLS."""

    messages: int
    bytes: int
    tls_bytes: int


class Bytes(BaseModel):
    """Both directions."""

    us_to_mx: Crossed
    mx_to_us: Crossed


class LogVerified(BaseModel):
    """One side's log: how long it is, and the root that both sides hold."""

    sender: str
    entries: int
    root: str


class StepTaken(BaseModel):
    """A step, and how long it took."""

    step: str
    seconds: float


class ClaimMade(BaseModel):
    """What the play says has happened, and whether it has."""

    name: str
    text: str
    held: bool


class Account(BaseModel):
    """All of it."""

    ok: bool
    lists: dict[str, ListUsed]
    lists_kind: str
    pairs: tuple[PairFound, ...] = ()
    asked: dict[str, int] = {}
    """Tokens that the holder was asked about, by family, canaries included."""
    requests: tuple[RequestMade, ...] = ()
    refusals: tuple[RefusalShown, ...] = ()
    record: tuple[LogVerified, ...] = ()
    bytes: Bytes | None = None
    couriers: int = 0
    """Files that were carried, where no connection was."""
    steps: tuple[StepTaken, ...]
    seconds: float
    versions: dict[str, str]
    claims: tuple[ClaimMade, ...]
    failures: tuple[str, ...]
    """The claims that do not hold; the play fails where there is one."""
    stopped: str = ""
    """The code of the error that ended the play before its end."""


def list_used(lists: Lists, key: str, shown: HoldingsShown) -> ListUsed:
    """Return what is said of one list."""
    file, report = (lists.mx if key == "mx" else lists.us), shown.report
    return ListUsed(
        name=report.files[0].name,
        title=file.title,
        format=file.format,
        sha256=report.files[0].sha256,
        rows=report.rows,
        records=shown.records,
    )


def pair_found(pair: Pair, ours: Record) -> PairFound:
    """Return what is said of one pair."""
    hit = pair.hit
    return PairFound(
        us_record=hit.record,
        us_name=ours.names[0],
        mx_record=pair.mx_record,
        families=hit.families,
        evidence=hit.evidence.value,
        band=hit.band or "",
        score=hit.score,
        reasons=hit.lines,
        status=hit.statuses[-1].value if hit.statuses else "",
        statuses=hit.statuses,
        warnings=warnings(hit),
    )


def request_made(one: Asked) -> RequestMade:
    """Return what is said of one request."""
    shown = one.shown
    return RequestMade(
        us_record=one.pair.hit.record,
        mx_record=one.pair.mx_record,
        case_reference=shown.case_reference,
        state=shown.state,
        reason=shown.reason,
        handling=shown.handling,
        fields=shown.answer,
    )


def refusal_shown(one: Refused) -> RefusalShown:
    """Return what is said of one attempt."""
    return RefusalShown.model_validate(one, from_attributes=True)


def crossed(stage: Stage, shown: RecordShown) -> Bytes:
    """Count both directions. `shown` is the record as the United States side has it."""
    to_mx, to_us = stage.crossings["mx"], stage.crossings["us"]
    return Bytes(
        us_to_mx=Crossed(
            messages=shown.sent,
            bytes=shown.sent_bytes,
            tls_bytes=to_mx.inward + to_us.outward,
        ),
        mx_to_us=Crossed(
            messages=shown.received,
            bytes=shown.received_bytes,
            tls_bytes=to_us.inward + to_mx.outward,
        ),
    )


def verified(found: dict[str, RecordVerified]) -> tuple[LogVerified, ...]:
    """Return both logs, as they were last verified."""
    last = found["us"]
    return tuple(
        LogVerified(sender=part.sender, entries=part.size, root=part.root)
        for part in (last.received, last.sent)
    )

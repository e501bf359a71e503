"""Our own messages: one spelling each, nothing unknown, nothing converted."""

import pytest

from comity.core.canonical import b64url, canonical, parse
from comity.core.messages import (
    Answer,
    AnswerTaken,
    DetailRequest,
    Evaluation,
    Holds,
    ManifestReply,
    Question,
    RecordReply,
    RecordState,
    RequestState,
    Wire,
)
from comity.core.reading import Entries, EntriesAsked, Entry, Roots, RootsAsked
from comity.core.records import Family
from comity.errors import Code
from comity.limits import (
    BATCH_BODY_BYTES,
    BATCH_ELEMENTS,
    BODY_BYTES,
    ID_CHARS,
    JSON_DEPTH,
    TEXT_CHARS,
)
from refusals import refuses

HASH = b64url(bytes(32))
QUESTION = Question(
    manifest=HASH,
    family=Family.TAX_ID,
    elements=HASH,
    root=HASH,
    purpose="sanctions",
    legal_basis="treaty",
)
REQUEST = DetailRequest(
    id="urn:uuid:1",
    manifest=HASH,
    handle=b64url(bytes(12)),
    fields=("names",),
    purpose="sanctions",
    legal_basis="treaty",
    case_reference="CASE-1",
    urgency="routine",
)
ANSWER = Answer(
    request="urn:uuid:1",
    request_digest=HASH,
    agreement="urn:uuid:2",
    agreement_digest=HASH,
    case_reference="CASE-1",
    outcome="answered",
    handling="TLP:AMBER",
    digests=(HASH,),
)
EVERY: tuple[Wire, ...] = (
    QUESTION,
    REQUEST,
    ANSWER,
    ManifestReply(manifest="a.b.c"),
    Evaluation(manifest=HASH, elements=HASH, proof=b64url(bytes(64))),
    RequestState(id="urn:uuid:1", state="held", due=1),
    AnswerTaken(request="urn:uuid:1"),
    RecordState(
        checkpoint="a\nb\n",
        since=1,
        consistency=("A" * 43,),
        written=3,
        at=1,
        holds=Holds(size=2, root="A" * 43),
        cosigned="",
    ),
    RecordReply(
        checkpoint="a\n",
        since=0,
        consistency=(),
        written=0,
        at=1,
        holds=Holds(size=0, root="A" * 43),
        cosigned="b\n",
    ),
    RootsAsked(log="did:web:mx.example", sizes=(1, 2)),
    Roots(log="did:web:mx.example", size=1, next=2, roots=("A" * 43, "")),
    EntriesAsked(log="did:web:mx.example", start=1, count=1, leaves=True),
    Entries(log="did:web:mx.example", next=2, entries=(Entry(seq=1, leaf="A" * 43),)),
)


@pytest.mark.parametrize("message", EVERY, ids=lambda message: message.type)
def test_round_trip(message: Wire) -> None:
    assert type(message).read(message.encode()) == message
    assert type(message).read(message.encode()).digest() == message.digest()


@pytest.mark.parametrize("message", EVERY, ids=lambda message: message.type)
def test_nothing_unknown(message: Wire) -> None:
    value = parse(message.encode(), BODY_BYTES)
    with refuses(Code.SCHEMA_INVALID, where="*"):
        type(message).read(canonical({**value, "run": "id"}))
    for name in value.keys() - {"reason", "digests", "disclosures", "type"}:
        with refuses(Code.SCHEMA_INVALID):
            type(message).read(canonical({k: v for k, v in value.items() if k != name}))


def question(**changes: object) -> bytes:
    return canonical({**parse(QUESTION.encode(), BODY_BYTES), **changes})


@pytest.mark.parametrize(
    ("flaw", "body"),
    [
        ("python's spelling of a name", question().replace(b"legalBasis", b"legal_basis")),
        ("both spellings", question(legal_basis="treaty")),
        ("a family that there is not", question(family="shoe-size")),
        ("a number for text", question(purpose=1)),
        ("two lines", question(purpose="a\nb")),
        ("an empty purpose", question(purpose="")),
        ("a purpose past the limit", question(purpose="a" * (ID_CHARS + 1))),
        ("padding", question(root=HASH + "=")),
        ("no elements", question(elements="")),
        ("more elements than a batch", question(elements="A" * (BATCH_ELEMENTS * 43 + 1))),
        ("another type", question(type="comity-request-1")),
    ],
)
def test_hostile_questions(flaw: str, body: bytes) -> None:
    with refuses(Code.SCHEMA_INVALID):
        Question.read(body)


def test_json_that_two_parsers_could_read_in_two_ways() -> None:
    with refuses(Code.JSON_DUPLICATE_KEY):
        Question.read(question()[:-1] + b',"family":"rfc"}')
    with refuses(Code.JSON_TOO_DEEP):
        Question.read(question(purpose=0).replace(b":0", b":" + b"[" * JSON_DEPTH))
    with refuses(Code.JSON_INVALID):
        Question.read(question()[:-1])


def test_a_full_batch_fits_its_limit_and_nothing_more_does() -> None:
    full = QUESTION.model_copy(update={"elements": b64url(bytes(32 * BATCH_ELEMENTS))})
    assert Question.read(full.encode()) == full
    assert BODY_BYTES < len(full.encode()) < BATCH_BODY_BYTES
    with refuses(Code.BODY_TOO_LARGE):
        Question.read(b" " * (BATCH_BODY_BYTES + 1))
    with refuses(Code.BODY_TOO_LARGE):
        DetailRequest.read(b" " * (BODY_BYTES + 1))


@pytest.mark.parametrize("reason", ["a" * (TEXT_CHARS + 1), "a\0b"])
def test_reasons_that_are_too_long_or_no_text(reason: str) -> None:
    with refuses(Code.SCHEMA_INVALID, where="reason"):
        Answer.read(canonical({**parse(ANSWER.encode(), BODY_BYTES), "reason": reason}))


@pytest.mark.parametrize(
    ("where", "values"),
    [
        ("legal_basis", {"legal_basis": ""}),
        ("case_reference", {"case_reference": "a\nb"}),
        ("fields", {"fields": ()}),
        ("fields", {"fields": ("names",) * 65}),
        ("urgency", {"urgency": "whenever"}),
    ],
)
def test_what_operators_type_is_checked_with_a_word_to_them(
    where: str, values: dict[str, object]
) -> None:
    good = {name: getattr(REQUEST, name) for name in DetailRequest.model_fields}
    assert DetailRequest.make(**good) == REQUEST
    with refuses(Code.ARGUMENT_INVALID, where=where):
        DetailRequest.make(**{**good, **values})

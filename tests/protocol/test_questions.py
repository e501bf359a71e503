"""Questions with hand-written messages: what the holder's own node refuses, and what it counts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.core import jws
from comity.core.canonical import b64url, parse, unb64url
from comity.core.manifest import Manifest
from comity.core.messages import Evaluation, ManifestReply, Question
from comity.core.records import Family
from comity.errors import Code
from comity.kernel.portable import Portable
from comity.limits import BATCH_ELEMENTS, EPOCH_SECONDS
from comity.operations import agreements
from comity.protocol.base import DATA, fill_path
from comity.protocol.catalog import REQUEST
from comity.store import record
from comity.store.rows.agreements import Transfer
from comity.store.rows.matching import ManifestRow, Usage
from comity.store.rows.moving import many
from comity.store.rows.record import Message
from comity.worker import work
from dying import Killed, make_mortal
from nodes import MX, US, Pair, run
from stages import code, matching_terms, question, ready, say, seal, tag, transfer


def target(p: Pair, rest: str = "questions") -> str:
    return fill_path(f"{DATA}/transfers/{{}}/{rest}", transfer(p.mx).pid)


def ask(p: Pair, count: int = 1, **changes: Any) -> Message:
    return say(p.us, MX.id, target(p), question(p, count, **changes))


def used(p: Pair) -> list[int]:
    with p.mx.store.read() as tx:
        return [row.elements for row in many(tx, Usage, order="at")]


def test_a_question_is_evaluated_and_counted(tagged: Pair) -> None:
    reply = ask(tagged, 3)
    evaluation = Evaluation.read(reply.body)
    assert len(unb64url(evaluation.elements)) == 3 * 32
    assert evaluation.manifest == transfer(tagged.mx).manifest
    assert used(tagged) == [3]


def elements(data: bytes) -> Callable[[Pair], Question]:
    return lambda p: question(p, 1, elements=b64url(data))


def instead(**changes: Any) -> Callable[[Pair], Question]:
    return lambda p: question(p, 1, **changes)


ORDER = bytes.fromhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
REFUSED: dict[str, tuple[Code, Callable[[Pair], Question]]] = {
    "a purpose that was not agreed": (Code.PURPOSE_NOT_AGREED, instead(purpose="fishing")),
    "a purpose in other letters": (Code.PURPOSE_NOT_AGREED, instead(purpose="Sanctions")),
    "a legal basis that was not agreed": (Code.LEGAL_BASIS_NOT_AGREED, instead(legal_basis="none")),
    "another manifest": (Code.MANIFEST_CHANGED, instead(manifest=b64url(bytes(32)))),
    "the neutral element": (Code.ELEMENT_INVALID, elements(bytes(32))),
    "no element": (Code.ELEMENT_INVALID, elements(b"\xff" * 32)),
    "an element that is not in its canonical form": (Code.ELEMENT_INVALID, elements(ORDER)),
    "a bad element among good ones": (
        Code.ELEMENT_INVALID,
        lambda p: question(p, 1, elements=b64url(unb64url(question(p, 3).elements) + bytes(32))),
    ),
    "half an element": (Code.SCHEMA_INVALID, elements(bytes(48))),
    "elements in another spelling": (
        Code.JSON_INVALID,
        lambda p: question(p, 1, elements=question(p, 1).elements[:-1] + "B"),
    ),
}


@pytest.mark.parametrize("flaw", REFUSED)
def test_what_was_not_agreed_or_is_no_question(tagged: Pair, flaw: str) -> None:
    expected, make = REFUSED[flaw]
    assert code(say(tagged.us, MX.id, target(tagged), make(tagged))) == expected
    # Nothing was given, so nothing is counted; and of the message only the digest stays.
    assert used(tagged) == []
    with tagged.mx.store.read() as tx:
        assert record.entries(tx, US.id, record.IN)[-1].body == b""


def test_a_family_that_was_not_agreed(loaded: Pair) -> None:
    ready(loaded, matching_terms(families=["name"]))
    assert code(ask(loaded, family=Family.RFC)) == Code.FAMILY_NOT_AGREED
    assert used(loaded) == []


def test_a_territory_that_was_not_agreed(loaded: Pair) -> None:
    ready(loaded, {**matching_terms(), "territories": ["CA"]})
    assert code(ask(loaded)) == Code.TERRITORY_NOT_AGREED


def test_quota_in_all_to_the_last_token(loaded: Pair) -> None:
    ready(loaded, matching_terms(tokensInAll=10))
    assert ask(loaded, 7).status == 200
    reply = ask(loaded, 4)
    assert (reply.status, code(reply)) == (429, Code.QUOTA_EXCEEDED)
    assert ask(loaded, 3).status == 200
    assert code(ask(loaded, 1)) == Code.QUOTA_EXCEEDED
    assert used(loaded) == [7, 3]


def test_quota_in_a_period(loaded: Pair) -> None:
    ready(loaded, matching_terms(tokensPerPeriod={"count": 5, "period": "P1D"}, tokensInAll=8))
    assert ask(loaded, 5).status == 200
    assert code(ask(loaded, 1)) == Code.QUOTA_EXCEEDED
    loaded.clock.forward(hours=14, minutes=59, seconds=59)  # it was nine in the morning
    assert code(ask(loaded, 1)) == Code.QUOTA_EXCEEDED
    loaded.clock.forward(seconds=1)
    assert ask(loaded, 3).status == 200
    assert code(ask(loaded, 1)) == Code.QUOTA_EXCEEDED


def test_quota_counts_across_agreements(loaded: Pair) -> None:
    draft = matching_terms(tokensInAll=10)
    ready(loaded, draft)
    assert ask(loaded, 6).status == 200
    first = transfer(loaded.mx).agreement
    loaded.clock.forward(minutes=1)
    second = ready(loaded, draft)
    assert second != first
    with loaded.mx.store.read() as tx:
        pids = {row.agreement: row for row in many(tx, Transfer, format="Comity-Match")}
    row = pids[second]
    path = fill_path(f"{DATA}/transfers/{{}}/questions", row.pid)
    for count, status in ((5, 429), (4, 200)):
        message = question(loaded, count, manifest=row.manifest)
        assert say(loaded.us, MX.id, path, message).status == status


def test_officers_who_approve_matching_are_not_passed_by(loaded: Pair) -> None:
    """The frame of requests starts by itself; it is no frame for questions."""
    ready(loaded, matching_terms(approval="two-officers"))
    frame = transfer(loaded.mx, REQUEST)
    assert (frame.state, transfer(loaded.mx).state) == ("STARTED", "REQUESTED")
    with loaded.mx.store.read() as tx:
        (row,) = many(tx, ManifestRow)
    path = fill_path(f"{DATA}/transfers/{{}}", frame.pid)
    asked = say(loaded.us, MX.id, f"{path}/questions", question(loaded, 1, manifest=row.digest))
    assert code(asked) == Code.TRANSFER_UNKNOWN
    for rest in ("manifest", "set/0"):
        reply = say(loaded.us, MX.id, f"{path}/{rest}", method="GET")
        assert code(reply) == Code.TRANSFER_UNKNOWN
    assert code(ask(loaded, manifest=row.digest)) == Code.TRANSFER_NOT_STARTED
    assert used(loaded) == []


def test_after_a_suspension(tagged: Pair) -> None:
    run(agreements.suspend, tagged.mx, agreement=transfer(tagged.mx).agreement)
    assert code(ask(tagged)) == Code.AGREEMENT_SUSPENDED
    assert used(tagged) == []
    for rest in ("manifest", "set/0"):
        reply = say(tagged.us, MX.id, target(tagged, rest), method="GET")
        assert code(reply) == Code.AGREEMENT_SUSPENDED


def test_after_the_epoch(tagged: Pair) -> None:
    tagged.clock.forward(seconds=EPOCH_SECONDS - 1)
    assert ask(tagged).status == 200
    tagged.clock.forward(seconds=1)
    assert code(ask(tagged)) == Code.EPOCH_ENDED
    work(tagged.mx)
    assert list((tagged.mx.folder / "epochs").iterdir()) == []
    assert code(ask(tagged)) == Code.MANIFEST_UNKNOWN


def test_a_new_epoch_ends_the_one_before_it(tagged: Pair) -> None:
    old = question(tagged, 1)
    (before,) = filter(Path.is_file, (tagged.mx.folder / "epochs").iterdir())
    made = tag(tagged)
    (after,) = filter(Path.is_file, (tagged.mx.folder / "epochs").iterdir())
    assert (made.epoch, before.exists(), after.exists()) == (2, False, True)
    assert code(say(tagged.us, MX.id, target(tagged), old)) == Code.MANIFEST_CHANGED
    told = ManifestReply.read(say(tagged.us, MX.id, target(tagged, "manifest"), method="GET").body)
    assert b64url(Manifest.read(jws.payload(told.manifest)).digest()) == made.manifest


def test_a_full_batch_is_the_most(tagged: Pair) -> None:
    one = unb64url(question(tagged, 1).elements)
    full = question(tagged, 1, elements=b64url(one * (BATCH_ELEMENTS + 1)))
    assert code(say(tagged.us, MX.id, target(tagged), full)) == Code.SCHEMA_INVALID
    assert used(tagged) == []


class Dies(Portable):
    """A kernel in a process that ends while it works."""

    def evaluate(self, key: bytes, blinded: bytes, random: bytes) -> tuple[bytes, bytes]:
        """End."""
        raise Killed


def test_a_question_under_way_when_the_process_ends_is_counted_once(loaded: Pair) -> None:
    ready(loaded, matching_terms(tokensInAll=5))
    body = question(loaded, 4).encode()
    request = seal(loaded, seq=1_000, target=target(loaded), body=body)
    loaded.restart("mx", group=Dies())
    with pytest.raises(Killed):
        loaded.mx.exchange.handle(request)
    assert used(loaded) == [4]  # reserved, so that no other question has it meanwhile
    other = seal(loaded, seq=1_001, target=target(loaded), body=question(loaded, 2).encode())
    loaded.restart("mx")
    assert parse(loaded.mx.exchange.handle(other).body, 1_000)["code"] == Code.QUOTA_EXCEEDED
    response = loaded.mx.exchange.handle(request)
    assert response.status == 200
    assert loaded.mx.exchange.handle(request) == response
    assert used(loaded) == [4]


def test_a_question_admitted_while_suspended_is_counted_when_it_is_evaluated(loaded: Pair) -> None:
    agreement = ready(loaded, matching_terms(tokensInAll=5))
    request = seal(loaded, seq=1_000, target=target(loaded), body=question(loaded, 4).encode())
    run(agreements.suspend, loaded.mx, agreement=agreement)
    make_mortal(loaded, "mx", 2)  # it dies before it has said no
    with pytest.raises(Killed):
        loaded.mx.exchange.handle(request)
    loaded.restart("mx")
    run(agreements.resume, loaded.mx, agreement=agreement)
    # No contact is made: the other node never gave that number.
    loaded.mx.delivery.run(US.id)
    assert loaded.mx.exchange.handle(request).status == 200
    assert used(loaded) == [4]

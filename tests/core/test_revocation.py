"""Revocations: about one document, by a key that may say so."""

import pytest

from comity.core import jws, revocation
from comity.core.canonical import canonical
from comity.core.identity import issue
from comity.core.keys import Ed25519Signer
from comity.core.revocation import TYP, check, read, revoke
from comity.core.succession import Endorser
from comity.errors import Code
from core.test_succession import FIRST, OTHER, RECOVERY, V1, V2, identity
from refusals import refuses


@pytest.mark.parametrize(("by", "key"), [("message", FIRST), ("recovery", RECOVERY)])
def test_round_trip(by: Endorser, key: Ed25519Signer) -> None:
    statement = revoke(V1, by, "stolen", 5, key)
    said = read(f"{statement}\n")
    assert (said.by, said.reason, said.at) == (by, "stolen", 5)
    check(said, V1)


@pytest.mark.parametrize(
    ("flaw", "reason", "statement"),
    [
        ("a later version", "document", revoke(V2.document, "message", "lost", 5, FIRST)),
        ("another key", "key", revoke(V1, "message", "lost", 5, OTHER)),
        ("another recovery key", "key", revoke(V1, "recovery", "lost", 5, OTHER)),
        ("the message key as recovery key", "key", revoke(V1, "recovery", "lost", 5, FIRST)),
        ("the recovery key as message key", "key", revoke(V1, "message", "lost", 5, RECOVERY)),
        (
            "another participant",
            "document",
            revoke(
                issue(identity(1, FIRST, id="did:web:other.example"), FIRST),
                "message",
                "lost",
                5,
                FIRST,
            ),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_revocations_that_do_not_count(flaw: str, reason: str, statement: str) -> None:
    with refuses(Code.REVOCATION_INVALID, reason=reason):
        check(read(statement), V1)


GOOD = revoke(V1, "message", "stolen", 5, FIRST)


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "a.b.c",
        V1,
        GOOD[:-1],
        GOOD + "A" * 5_000,
        jws.sign("jwt", jws.payload(GOOD), FIRST),
        jws.sign(TYP, jws.payload(GOOD), OTHER),
        jws.sign(TYP, canonical({**read(GOOD).model_dump(), "reason": "bored"}), FIRST),
        jws.sign(TYP, canonical({**read(GOOD).model_dump(), "more": 1}), FIRST),
    ],
)
def test_what_is_no_revocation(statement: str) -> None:
    with refuses(Code.REVOCATION_INVALID, reason="form"):
        revocation.read(statement)

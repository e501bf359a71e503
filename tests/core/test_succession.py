"""How documents follow each other: endorsed by the one before, or by the recovery key."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core import jws, succession
from comity.core.canonical import b64url, canonical
from comity.core.identity import Identity, issue
from comity.core.keys import Ed25519Signer
from comity.core.succession import TYP, Step, commitment, digest, endorse, follow, read, write
from comity.errors import Code
from comity.limits import CLOCK_SKEW_SECONDS, IDENTITY_STEPS, UPDATE_BYTES
from core.test_identity import IDENTITY
from outcomes import outcome
from refusals import refuses

NOW = 1_800_000_000


def signer(n: int) -> Ed25519Signer:
    return Ed25519Signer(n.to_bytes(32, "big"))


FIRST, SECOND, THIRD, OTHER = (signer(n) for n in (1, 2, 3, 4))
RECOVERY, NEXT_RECOVERY = signer(11), signer(12)


def identity(version: int, key: Ed25519Signer, **changes: Any) -> Identity:
    keys = IDENTITY.keys.model_copy(update={"message": b64url(key.public)})
    said = {"version": version, "keys": keys, "recovery": commitment(RECOVERY.public), **changes}
    return IDENTITY.model_copy(update=said)


def step(
    before: str,
    after: Identity,
    key: Ed25519Signer,
    by: Ed25519Signer,
    how: succession.Endorser = "message",
) -> Step:
    document = issue(after, key)
    return Step(after, document, endorse(before, document, how, by))


V1 = issue(identity(1, FIRST), FIRST)
V2 = step(V1, identity(2, SECOND), SECOND, FIRST)
V3 = step(V2.document, identity(3, THIRD), THIRD, SECOND)
RECOVERED = step(
    V1,
    identity(2, OTHER, recovery=commitment(NEXT_RECOVERY.public)),
    OTHER,
    RECOVERY,
    "recovery",
)


def test_a_chain_is_followed_from_wherever_one_stands() -> None:
    chain = read(write((V2, V3)))
    assert follow(V1, chain, NOW) == (V2, V3)
    assert follow(V2.document, chain, NOW) == (V3,)
    assert follow(f"{V1}\n", chain, NOW) == (V2, V3)
    with refuses(Code.IDENTITY_OLD, version=3, pinned=3):
        follow(V3.document, chain, NOW)


def test_the_recovery_key_leads_on_from_any_version() -> None:
    for pinned in (V1, V2.document, V3.document):
        assert follow(pinned, (RECOVERED,), NOW) == (RECOVERED,)
        assert succession.check(pinned, RECOVERED, NOW) == "recovery"
    with refuses(Code.IDENTITY_OLD, version=2, pinned=2):
        follow(RECOVERED.document, (RECOVERED,), NOW)


def test_what_came_before_a_recovery_is_passed_over() -> None:
    # The thief brought V2 and V3; the owner's history has another second version.
    mine = step(V1, identity(2, OTHER), OTHER, FIRST)
    assert follow(V3.document, (mine, RECOVERED), NOW) == (RECOVERED,)


def test_a_break_after_the_first_step_refuses_all() -> None:
    loose = step(V1, identity(4, OTHER), OTHER, FIRST)
    with refuses(Code.ENDORSEMENT_INVALID, reason="key"):
        follow(V1, (V2, loose), NOW)


@pytest.mark.parametrize(
    ("flaw", "reason", "hostile"),
    [
        ("another key endorses", "key", step(V1, identity(2, SECOND), SECOND, OTHER)),
        ("it endorses itself", "key", step(V1, identity(2, SECOND), SECOND, SECOND)),
        (
            "another participant",
            "id",
            step(V1, identity(2, SECOND, id="did:web:other.example"), SECOND, FIRST),
        ),
        (
            "the recovery key is exchanged",
            "recovery",
            step(V1, identity(2, SECOND, recovery=commitment(OTHER.public)), SECOND, FIRST),
        ),
        (
            "another recovery key",
            "recovery",
            step(
                V1,
                identity(2, SECOND, recovery=commitment(NEXT_RECOVERY.public)),
                SECOND,
                OTHER,
                "recovery",
            ),
        ),
        (
            "the recovery key goes on",
            "recovery",
            step(V1, identity(2, SECOND), SECOND, RECOVERY, "recovery"),
        ),
        (
            "the message key passes for the recovery key",
            "recovery",
            step(
                V1,
                identity(2, SECOND, recovery=commitment(OTHER.public)),
                SECOND,
                FIRST,
                "recovery",
            ),
        ),
        ("about another document", "document", Step(V2.identity, V2.document, V3.endorsement)),
        (
            "after another document with the same key",
            "previous",
            step(issue(identity(1, FIRST, name="x"), FIRST), identity(2, SECOND), SECOND, FIRST),
        ),
        (
            "issued in the future",
            "issued",
            step(V1, identity(2, SECOND, issued=NOW + CLOCK_SKEW_SECONDS + 1), SECOND, FIRST),
        ),
        ("no endorsement", "form", Step(V2.identity, V2.document, "")),
        ("the document itself", "form", Step(V2.identity, V2.document, V2.document)),
        ("cut", "form", Step(V2.identity, V2.document, V2.endorsement[:-1])),
        ("overlong", "form", Step(V2.identity, V2.document, V2.endorsement + "A" * 5_000)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_steps(flaw: str, reason: str, hostile: Step) -> None:
    with refuses(Code.ENDORSEMENT_INVALID, reason=reason):
        follow(V1, (hostile,), NOW)


@pytest.mark.parametrize("version", [1, 2])
def test_no_way_back(version: int) -> None:
    """The key of the pinned version endorses one that is not later."""
    back = step(V2.document, identity(version, THIRD), THIRD, SECOND)
    with refuses(Code.IDENTITY_OLD, version=version, pinned=2):
        follow(V2.document, (back,), NOW)


def test_an_endorsement_with_other_members() -> None:
    for changes in ({"more": 1}, {"kind": "comity-endorsement-2"}, {"by": "officer"}):
        said = {
            "kind": "comity-endorsement-1",
            "id": IDENTITY.id,
            "by": "message",
            "key": b64url(FIRST.public),
            "previous": digest(V1),
            "document": digest(V2.document),
            **changes,
        }
        made = Step(V2.identity, V2.document, jws.sign(TYP, canonical(said), FIRST))
        with refuses(Code.ENDORSEMENT_INVALID, reason="form"):
            follow(V1, (made,), NOW)


def test_an_update_has_so_many_steps() -> None:
    steps, before, key = [], V1, FIRST
    for version in range(2, IDENTITY_STEPS + 3):
        following = signer(100 + version)
        steps.append(step(before, identity(version, following), following, key))
        before, key = steps[-1].document, following
    # The latest are the ones that anybody still needs.
    written = write(steps)
    assert read(written) == tuple(steps[-IDENTITY_STEPS:])
    assert len(written) < UPDATE_BYTES
    one = f"{steps[0].document}\n{steps[0].endorsement}\n"
    with refuses(Code.IDENTITY_INVALID, reason="update"):
        read(one + written)


@pytest.mark.parametrize("text", ["", "\n", V1, f"{V1}\n{V1}\n{V1}", " " * (UPDATE_BYTES + 2)])
def test_what_is_no_update(text: str) -> None:
    with refuses(Code.IDENTITY_INVALID):
        read(text)


@given(st.integers(0, len(V2.endorsement) - 1), st.sampled_from("AB"))
def test_every_altered_character_is_refused(at: int, other: str) -> None:
    altered = V2.endorsement[:at] + other + V2.endorsement[at + 1 :]
    if altered != V2.endorsement:
        with refuses(Code.ENDORSEMENT_INVALID):
            follow(V1, (Step(V2.identity, V2.document, altered),), NOW)


@given(st.permutations([V2, V3, RECOVERED]), st.sampled_from([V1, V2.document, V3.document]))
def test_no_order_of_steps_leads_back(steps: list[Step], pinned: str) -> None:
    """Whatever is in an update and in which order, who recovered stays there."""
    result = outcome(lambda: follow(pinned, steps, NOW))
    if isinstance(result, tuple) and RECOVERED in result:
        assert result[-1] is RECOVERED

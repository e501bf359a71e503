"""What becomes of an agreement: suspended, withdrawn, at its end, replaced by another."""

from typing import Any

import pytest

from comity.core.messages import Consent
from comity.errors import Code
from comity.limits import TEXT_CHARS
from comity.operations import agreeing, agreements
from comity.operations.proposals import NegotiationShown
from comity.protocol.base import DATA
from comity.store import files
from nodes import MX, Pair, run
from refusals import refuses
from stages import (
    TERMS,
    code,
    match,
    pin_third,
    question,
    ready,
    say,
    transfer,
)

CONSENT = f"{DATA}/agreements"


def ids(p: Pair) -> str:
    (agreed,) = run(agreements.agreement_list, p.mx).agreements
    return agreed.id


def standing(p: Pair) -> list[tuple[str, bool]]:
    found = (run(agreements.agreement_list, node).agreements[0] for node in (p.mx, p.us))
    return [(one.state, one.peer_suspended) for one in found]


def refused(p: Pair) -> str:
    """Ask a question whatever this side thinks of it; returns the code of the refusal."""
    pid = transfer(p.us).their_pid
    return code(say(p.us, MX.id, f"{DATA}/transfers/{pid}/questions", question(p, 1)))


def test_a_suspension_is_told_and_ended(tagged: Pair) -> None:
    run(agreements.suspend, tagged.mx, agreement=ids(tagged), reason="Under review.")
    assert refused(tagged) == Code.AGREEMENT_SUSPENDED
    tagged.pump()
    assert standing(tagged) == [("suspended", False), ("active", True)]
    run(agreements.resume, tagged.mx, agreement=ids(tagged))
    tagged.pump()
    assert standing(tagged) == [("active", False), ("active", False)]
    assert match(tagged).hits


def test_a_suspension_of_the_asker_binds_the_asker(tagged: Pair) -> None:
    run(agreements.suspend, tagged.us, agreement=ids(tagged))
    tagged.pump()
    assert standing(tagged) == [("active", True), ("suspended", False)]
    assert refused(tagged) == Code.AGREEMENT_SUSPENDED
    # The holder cannot end it, and its own is another one.
    with refuses(Code.AGREEMENT_UNKNOWN):
        run(agreements.resume, tagged.mx, agreement=ids(tagged))
    run(agreements.suspend, tagged.mx, agreement=ids(tagged))
    run(agreements.resume, tagged.us, agreement=ids(tagged))
    tagged.pump()
    assert standing(tagged) == [("suspended", False), ("active", True)]
    assert refused(tagged) == Code.AGREEMENT_SUSPENDED
    run(agreements.resume, tagged.mx, agreement=ids(tagged))
    tagged.pump()
    assert match(tagged).hits


@pytest.mark.parametrize("side", ["mx", "us"])
def test_a_withdrawal_is_for_good(tagged: Pair, side: str) -> None:
    node = getattr(tagged, side)
    manifest = transfer(tagged.mx).manifest
    run(agreements.withdraw, node, agreement=ids(tagged), reason="The law has changed.")
    if side == "mx":
        assert refused(tagged) == Code.AGREEMENT_UNKNOWN
    tagged.pump()
    assert standing(tagged) == [("withdrawn", False), ("withdrawn", False)]
    assert refused(tagged) == Code.AGREEMENT_UNKNOWN
    assert {transfer(each).state for each in (tagged.mx, tagged.us)} == {"TERMINATED"}
    with refuses(Code.EPOCH_ENDED):
        files.read_keys(tagged.mx.folder, manifest)
    for again in (agreements.withdraw, agreements.suspend, agreements.resume):
        with refuses(Code.AGREEMENT_UNKNOWN):
            run(again, node, agreement=ids(tagged))
    with refuses(Code.AGREEMENT_UNKNOWN):
        match(tagged)


def test_a_reason_is_one_page(tagged: Pair) -> None:
    with refuses(Code.ARGUMENT_INVALID):
        run(agreements.withdraw, tagged.mx, agreement=ids(tagged), reason="x" * (TEXT_CHARS + 1))
    assert standing(tagged) == [("active", False), ("active", False)]


def test_an_agreement_ends_with_its_last_grant(loaded: Pair) -> None:
    draft: dict[str, Any] = {**TERMS, "match": {**TERMS["match"], "expiry": "2026-12-01T00:00:00Z"}}
    ready(loaded, draft)
    loaded.clock.forward(days=40)
    loaded.pump()
    assert standing(loaded) == [("active", False), ("active", False)]
    loaded.clock.forward(days=40)
    loaded.pump()
    assert standing(loaded) == [("expired", False), ("expired", False)]
    assert transfer(loaded.us).state == "TERMINATED"


@pytest.mark.parametrize("side", ["mx", "us"])
def test_an_amendment_takes_the_place_of_the_agreement(tagged: Pair, side: str) -> None:
    node, other = (tagged.mx, tagged.us) if side == "mx" else (tagged.us, tagged.mx)
    old = ids(tagged)
    changes = {"match": {"tokensInAll": 50}}
    proposed = run(agreements.amend, node, agreement=old, terms=changes)
    assert proposed.replaces == old
    tagged.pump()
    # It holds until both have agreed to the new one.
    assert standing(tagged) == [("active", False), ("active", False)]
    (waits,) = (found for found in _negotiations(other) if found.waits)
    run(agreeing.accept, other, negotiation=waits.id)
    tagged.pump()
    for each in (tagged.mx, tagged.us):
        before, after = run(agreements.agreement_list, each).agreements
        assert (before.id, before.state) == (old, "superseded")
        assert (after.state, after.replaces, after.signed_by_both) == ("active", old, True)
        assert after.terms
        assert after.terms.match
        assert after.terms.match.tokens_in_all == 50
    assert transfer(tagged.us).state == "TERMINATED"
    assert refused(tagged) == Code.AGREEMENT_UNKNOWN


def test_an_amendment_that_is_declined_changes_nothing(tagged: Pair) -> None:
    run(agreements.amend, tagged.us, agreement=ids(tagged), terms={"onward": True})
    tagged.pump()
    (waits,) = (found for found in _negotiations(tagged.mx) if found.waits)
    run(agreeing.decline, tagged.mx, negotiation=waits.id, reason="No.")
    tagged.pump()
    assert standing(tagged) == [("active", False), ("active", False)]
    assert match(tagged).hits


def test_what_is_at_an_end_cannot_be_amended(tagged: Pair) -> None:
    run(agreements.withdraw, tagged.mx, agreement=ids(tagged))
    with refuses(Code.AGREEMENT_UNKNOWN):
        run(agreements.amend, tagged.mx, agreement=ids(tagged), terms={})


def test_words_about_agreements_that_are_not_the_peers(tagged: Pair) -> None:
    """Somebody else's agreement, and one that there is not, get the same answer."""
    pin_third(tagged)
    before = standing(tagged)
    for agreement in ("urn:uuid:none", "x"):
        message = Consent(agreement=agreement, state="withdrawn")
        reply = say(tagged.us, MX.id, CONSENT, message)
        assert (reply.status, code(reply)) == (404, Code.AGREEMENT_UNKNOWN)
    assert standing(tagged) == before


def test_a_state_that_there_is_not(tagged: Pair) -> None:
    body = Consent(agreement=ids(tagged), state="active").encode().replace(b"active", b"agreed")
    assert code(say(tagged.us, MX.id, CONSENT, body)) == Code.SCHEMA_INVALID
    assert standing(tagged) == [("active", False), ("active", False)]


def _negotiations(node: Any) -> tuple[NegotiationShown, ...]:
    return run(agreeing.negotiation_list, node).negotiations

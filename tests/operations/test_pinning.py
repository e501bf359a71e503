"""A peer's new documents are pinned by an officer or not at all; what is revoked counts no more."""

import pytest

from comity.core import revocation, succession
from comity.core.identity import fingerprint, issue
from comity.core.succession import Step, endorse
from comity.edge import keyfiles
from comity.errors import Code
from comity.node import Node
from comity.operations import agreements, identity, peers, pinning, records
from comity.store import journal, record
from comity.store.rows.moving import change
from comity.store.rows.record import Message
from nodes import MX, US, Pair, run
from operations.test_identity import same_record, say_later, waiting
from refusals import refuses
from stages import match
from successions import follow, recovered, versions


def update_of(node: Node) -> tuple[str, str]:
    return run(identity.update, node).text, fingerprint(node.document)


def test_an_update_is_shown_before_it_is_pinned(pinned: Pair) -> None:
    run(identity.rotate, pinned.us, keys=("message",))
    text, told = update_of(pinned.us)
    shown = run(pinning.update_read, pinned.mx, text=text)
    assert (shown.id, shown.before, shown.version, shown.fingerprint) == (US.id, 1, 2, told)
    assert [each.what for each in shown.changes] == ["key-message"]
    assert run(peers.peer_list, pinned.mx).peers[0].version == 1


@pytest.mark.parametrize("told", ["", "00000", "0" * 40])
def test_only_what_was_compared_is_pinned(pinned: Pair, told: str) -> None:
    before = fingerprint(pinned.us.document)
    run(identity.rotate, pinned.us)
    for wrong in (told, before):
        with refuses(Code.FINGERPRINT_MISMATCH, peer=US.id):
            run(pinning.update, pinned.mx, text=run(identity.update, pinned.us).text,
                fingerprint=wrong)  # fmt: skip
    assert len(versions(pinned.mx, US.id)) == 1


def test_an_officer_pins_it_and_the_journal_says_who(pinned: Pair) -> None:
    run(identity.rotate, pinned.us)
    follow(pinned.us, pinned.mx)
    with pinned.mx.store.read() as tx:
        entry, detail = journal.entries(tx)[-1]
    assert (entry.action, entry.officer) == ("peer.update", "officer-1")
    assert detail == {"peer": US.id, "version": 2}
    first, second = run(pinning.peer_history, pinned.mx, peer=US.id).versions
    assert (first.by, second.by, second.officer) == ("pin", "message", "officer-1")
    assert first.until > 0
    assert second.until == 0


def test_an_old_update_is_no_way_back(pinned: Pair) -> None:
    run(identity.rotate, pinned.us)
    text, told = update_of(pinned.us)
    follow(pinned.us, pinned.mx)
    run(identity.rotate, pinned.us)
    follow(pinned.us, pinned.mx)
    with refuses(Code.IDENTITY_OLD, version=2, pinned=3):
        run(pinning.update, pinned.mx, text=text, fingerprint=told)


def test_an_update_of_a_stranger(pinned: Pair) -> None:
    run(identity.rotate, pinned.mx)
    text, told = update_of(pinned.mx)
    with refuses(Code.PEER_UNKNOWN, peer=MX.id):
        run(pinning.update, pinned.mx, text=text, fingerprint=told)


def test_a_document_that_nobody_endorsed(pinned: Pair) -> None:
    """Whole, of the right participant and confirmed by an officer; and still not believed."""
    own = pinned.us.local.in_force.own
    after = own.identity.model_copy(update={"version": 2, "issued": 1})
    document = issue(after, own.signers.message)
    for signer in (own.signers.checkpoint, pinned.mx.local.signers.message):
        step = Step(after, document, endorse(own.document, document, "message", signer))
        with refuses(Code.ENDORSEMENT_INVALID, reason="key"):
            run(
                pinning.update,
                pinned.mx,
                text=succession.write([step]),
                fingerprint=fingerprint(document),
            )


def test_nothing_of_a_revoked_key_is_taken(matched: Pair) -> None:
    p = matched
    seen = len(p.to_us.seen)
    statement = run(identity.revoke, p.us, reason="stolen").statement
    made = run(pinning.revoke, p.mx, statement=statement)
    assert (made.reason, made.version) == ("stolen", 1)
    assert made.received > 0
    # Neither requests, nor messages about the record, nor anything from here to there.
    counted = p.mx.exchange.unauthentic
    say_later(p.us, MX.id)
    p.pump()
    with refuses(Code.PEER_REFUSED):
        run(records.verify, p.us, peer=MX.id)
    assert p.mx.exchange.unauthentic >= counted + 2
    with refuses(Code.KEY_REVOKED, peer=US.id):
        run(records.verify, p.mx, peer=US.id)
    say_later(p.mx, US.id)
    p.pump()
    assert len(p.to_us.seen) == seen
    with p.mx.store.read() as tx:
        size, _ = record.head(tx, US.id, record.IN)
        assert size == made.received
    # What was said before is as good as it was.
    found = run(pinning.check, p.mx, peer=US.id)
    assert (found.revoked, found.void) == (made.received, 0)


def test_an_entry_that_none_of_the_keys_signed(matched: Pair) -> None:
    p = matched
    with p.mx.store.write() as tx:
        entry = record.entries(tx, US.id, record.IN)[3]
        forged = f"{entry.token[:-2]}{'AA' if not entry.token.endswith('AA') else 'BB'}"
        change(tx, Message, {"peer": US.id, "direction": "in", "seq": 3}, token=forged)
    with refuses(Code.RECORD_DIFFERS, entry=3):
        run(pinning.check, p.mx, peer=US.id)


def test_what_runs_by_itself_stops_and_goes_on_with_new_keys(tagged: Pair) -> None:
    """Matching needs no officer under these terms: it stops at once."""
    p = tagged
    assert match(p).hits
    run(pinning.revoke, p.mx, statement=run(identity.revoke, p.us, reason="lost").statement)
    with refuses(Code.PEER_REFUSED):
        match(p)
    # A consent that an officer takes back here is told once there are new keys.
    agreement = run(agreements.agreement_list, p.mx).agreements[0].id
    run(agreements.suspend, p.mx, agreement=agreement, reason="Keys are lost.")
    p.pump()
    assert [row.error for row in waiting(p.mx)] != []
    recovered(p, "us")
    follow(p.us, p.mx)
    p.clock.forward(minutes=10)
    p.pump()
    assert run(agreements.agreement_list, p.us).agreements[0].peer_suspended
    run(agreements.resume, p.mx, agreement=agreement)
    p.pump()
    say_later(p.us, MX.id)
    same_record(p)


def test_after_a_revocation_only_the_recovery_key_leads_on(pinned: Pair) -> None:
    """Who stole the message key could go on endorsing."""
    own = pinned.us.local.in_force.own
    after = own.identity.model_copy(update={"version": 2, "issued": 1})
    document = issue(after, own.signers.message)
    endorsed = endorse(own.document, document, "message", own.signers.message)
    run(
        pinning.revoke,
        pinned.mx,
        statement=run(identity.revoke, pinned.us, reason="lost").statement,
    )
    with refuses(Code.KEY_REVOKED, peer=US.id):
        run(
            pinning.update,
            pinned.mx,
            text=succession.write([Step(after, document, endorsed)]),
            fingerprint=fingerprint(document),
        )
    with refuses(Code.KEY_REVOKED, peer=US.id):
        run(identity.rotate, pinned.us)
    recovered(pinned, "us")
    assert follow(pinned.us, pinned.mx).by == "recovery"
    run(records.verify, pinned.us, peer=MX.id)


def test_a_revoked_key_does_not_come_back_in_a_later_document(pinned: Pair) -> None:
    run(identity.rotate, pinned.us, keys=("checkpoint",))
    statement = run(identity.revoke, pinned.us, reason="stolen").statement
    follow(pinned.us, pinned.mx)
    run(pinning.revoke, pinned.mx, statement=statement)
    old = pinned.us.local.in_force.own
    recovery = pinned.folder / "us-recovery.key"
    after = old.identity.model_copy(update={"version": 3, "issued": 1, "recovery": "A" * 43})
    document = issue(after, old.signers.message)
    signer = keyfiles.read_signer(recovery)
    step = Step(after, document, endorse(old.document, document, "recovery", signer))
    with refuses(Code.KEY_REVOKED, peer=US.id):
        run(
            pinning.update,
            pinned.mx,
            text=succession.write([step]),
            fingerprint=fingerprint(document),
        )


def test_a_revocation_of_a_version_before_does_nothing(pinned: Pair) -> None:
    """Who has a key that was replaced must not end what it still has on its way."""
    p = pinned
    p.to_mx.cut = True
    say_later(p.us, MX.id)
    own = p.us.local.in_force.own
    statement = revocation.revoke(own.document, "message", "stolen", 5, own.signers.message)
    run(identity.rotate, p.us)
    follow(p.us, p.mx)
    with refuses(Code.REVOCATION_INVALID, reason="document"):
        run(pinning.revoke, p.mx, statement=statement)
    p.to_mx.mend()
    same_record(p)


def test_a_revocation_sent_again_after_a_recovery(pinned: Pair) -> None:
    statement = run(identity.revoke, pinned.us, reason="stolen").statement
    run(pinning.revoke, pinned.mx, statement=statement)
    recovered(pinned, "us")
    follow(pinned.us, pinned.mx)
    with refuses(Code.KEY_REVOKED, peer=US.id):
        run(pinning.revoke, pinned.mx, statement=statement)
    run(records.verify, pinned.us, peer=MX.id)


def test_a_revocation_by_the_recovery_key(pinned: Pair) -> None:
    path = str(pinned.folder / "us-recovery.key")
    statement = run(identity.revoke, pinned.us, reason="closed", recovery_key=path).statement
    assert run(pinning.revoke, pinned.mx, statement=statement).reason == "closed"
    other = str(pinned.folder / "mx-recovery.key")
    with refuses(Code.REVOCATION_INVALID, reason="key"):
        run(identity.revoke, pinned.us, reason="closed", recovery_key=other)
    with refuses(Code.KEY_REVOKED, peer=US.id):
        run(identity.revoke, pinned.us, reason="closed")


def test_an_officer_stops_a_peer_and_believes_it_again(pinned: Pair) -> None:
    made = run(pinning.revoke, pinned.mx, peer="us.example")
    assert (made.id, made.reason) == (US.id, "stopped")
    with refuses(Code.PEER_REFUSED):
        run(records.verify, pinned.us, peer=MX.id)
    document = pinned.us.document
    run(peers.peer_add, pinned.mx, document=document, fingerprint=fingerprint(document))
    run(records.verify, pinned.us, peer=MX.id)
    # What its owner revoked does not come back that way.
    statement = run(identity.revoke, pinned.us, reason="stolen").statement
    run(pinning.revoke, pinned.mx, statement=statement)
    with refuses(Code.PEER_EXISTS, peer=US.id):
        run(peers.peer_add, pinned.mx, document=document, fingerprint=fingerprint(document))

"""New keys of a node: nothing is lost by them, and nobody is fooled by them."""

import shutil
from pathlib import Path

import pytest

from comity.core import identity as identities
from comity.core.succession import commitment
from comity.edge import keyfiles
from comity.edge.config import write_config
from comity.edge.keyring import USES, Use
from comity.errors import Code, ComityError
from comity.limits import COURIER_LIFETIME_SECONDS
from comity.node import IDENTITY_FILE, Node, open_node
from comity.operations import agreeing, identity, pinning, records
from comity.operations.recovering import recover
from comity.protocol.sending import State, post
from comity.store import journal, peers, record
from comity.store.rows.agreements import Negotiation
from comity.store.rows.delivery import Outgoing
from comity.store.rows.evidence import Alarm
from comity.store.rows.moving import many
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import CATALOG, CATALOG_BODY, MX_LIST, TERMS, match, ready
from successions import follow, private_files, recovered, versions


def waiting(node: Node) -> list[Outgoing]:
    with node.store.read() as tx:
        return [row for row in many(tx, Outgoing, order="seq") if row.state != State.DONE]


def say_later(node: Node, to: str, count: int = 1) -> None:
    """Put messages that only read into the outbox."""
    for _ in range(count):
        with node.store.write() as tx:
            peer = peers.pinned(tx, to)
            post(tx, node.local, peer, "hand-written", "POST", CATALOG, CATALOG_BODY)


def same_record(p: Pair) -> None:
    """Check that both sides hold the same, and that nothing waits."""
    p.clock.forward(hours=1)
    p.pump()
    assert waiting(p.mx) == waiting(p.us) == []
    for node in (p.mx, p.us):
        # New keys must not look like a history that was written anew.
        with node.store.read() as tx:
            assert not many(tx, Alarm)
    run(records.verify, p.us, peer=MX.id)
    run(records.verify, p.mx, peer=US.id)
    run(pinning.check, p.us, peer=MX.id)
    run(pinning.check, p.mx, peer=US.id)


def test_all_keys_are_new_and_the_old_ones_are_gone(pinned: Pair) -> None:
    before = pinned.us.local.identity
    old = {path.read_bytes() for path in (pinned.us.folder / "keys").glob("*.key")}
    made = run(identity.rotate, pinned.us)
    after = pinned.us.local.identity
    assert (made.version, after.version, made.keys) == (2, 2, USES)
    assert made.fingerprint == identities.fingerprint(pinned.us.document)
    assert not set(before.keys.model_dump().values()) & set(after.keys.model_dump().values())
    assert before.certificate != after.certificate
    assert before.recovery == after.recovery
    # Of the old ones only that for files on their way is left, and the one that seals.
    left = {path.read_bytes() for path in (pinned.us.folder / "keys").glob("*.key")} & old
    assert len(left) == 2
    assert {"encryption.key", "sealing.key"} <= private_files(pinned.us)
    assert not {"message.key", "tls.key", "tls.pem"} & private_files(pinned.us)


@pytest.mark.parametrize("use", USES)
def test_one_key_is_new(pinned: Pair, use: Use) -> None:
    before = pinned.us.local.identity
    expected = {use} | ({"message"} if use in ("checkpoint", "cosignature") else set())
    assert set(run(identity.rotate, pinned.us, keys=(use,)).keys) == expected
    after = pinned.us.local.identity
    named, now = before.keys.model_dump(), after.keys.model_dump()
    changed = {name for name in named if named[name] != now[name]}
    changed |= {"certificate"} if before.certificate != after.certificate else set()
    assert changed == expected
    follow(pinned.us, pinned.mx)
    run(records.verify, pinned.us, peer=MX.id)
    run(records.verify, pinned.mx, peer=US.id)


def test_both_go_on_when_the_peer_has_followed(tagged: Pair) -> None:
    for node, other in ((tagged.us, tagged.mx), (tagged.mx, tagged.us)):
        run(identity.rotate, node)
        changed = follow(node, other)
        assert (changed.before, changed.version, changed.by) == (1, 2, "message")
        assert {each.what for each in changed.changes} == {
            *(f"key-{use}" for use in USES[:4]),
            "certificate",
        }
    # The manifest was signed with a key that was replaced since; it is as true as before.
    assert match(tagged).hits
    same_record(tagged)


def test_the_new_keys_are_there_after_a_restart(pinned: Pair) -> None:
    run(identity.rotate, pinned.us)
    document, keys = pinned.us.document, pinned.us.local.signers
    node = pinned.restart("us")
    assert node.document == document
    assert node.local.signers.message.public == keys.message.public
    assert len(node.local.in_force.own.decryption_keys) == 2
    follow(node, pinned.mx)
    run(records.verify, pinned.us, peer=MX.id)


def test_files_encrypted_to_the_old_key_open_as_long_as_they_may_come(pinned: Pair) -> None:
    old = pinned.us.local.decryption_key
    run(identity.rotate, pinned.us)
    keys = pinned.us.local.in_force.own.decryption_keys
    assert keys[0] is not old
    assert keys[1].private_bytes_raw() == old.private_bytes_raw()
    pinned.clock.forward(seconds=COURIER_LIFETIME_SECONDS)
    run(identity.rotate, pinned.us, keys=("certificate",))
    assert "encryption.key" not in private_files(pinned.us)
    assert len(pinned.us.local.in_force.own.decryption_keys) == 1


def test_nothing_that_waits_is_lost(pinned: Pair) -> None:
    """Signed with the old key, sent after the peer believes the new one."""
    pinned.to_mx.cut = True
    say_later(pinned.us, MX.id, 3)
    old = pinned.us.local.signers.message.public
    run(identity.rotate, pinned.us)
    say_later(pinned.us, MX.id, 2)
    pinned.to_mx.mend()
    pinned.clock.forward(minutes=10)
    follow(pinned.us, pinned.mx)
    pinned.pump()
    with pinned.mx.store.read() as tx:
        came = [entry for entry in record.entries(tx, US.id, record.IN) if entry.kind == "request"]
    assert [entry.refused for entry in came] == [""] * 5
    assert old != pinned.us.local.signers.message.public
    same_record(pinned)


def test_what_the_peer_refuses_until_it_follows_goes_then(pinned: Pair) -> None:
    run(identity.rotate, pinned.us)
    say_later(pinned.us, MX.id, 2)
    say_later(pinned.mx, US.id, 2)
    pinned.pump()
    # Mexico knows no such key: neither requests nor replies of it count.
    assert [row.error for row in waiting(pinned.us)] == ["peer-refused", ""]
    assert [row.error for row in waiting(pinned.mx)] == ["peer-answer-invalid", ""]
    follow(pinned.us, pinned.mx)
    pinned.clock.forward(minutes=10)
    pinned.pump()
    same_record(pinned)


def test_messages_that_cross_a_rotation(pinned: Pair) -> None:
    """The reply is made with the old key, is lost, and comes again when the new one is believed."""
    pinned.to_us.lose_replies()
    say_later(pinned.mx, US.id)
    pinned.pump()
    assert waiting(pinned.mx)
    run(identity.rotate, pinned.us)
    follow(pinned.us, pinned.mx)
    pinned.to_us.mend()
    same_record(pinned)


def test_the_old_key_signs_nothing_new(pinned: Pair) -> None:
    """A message by the key before, said to be of after its time, is of nobody."""
    old = pinned.us.local.in_force.own
    run(identity.rotate, pinned.us)
    follow(pinned.us, pinned.mx)
    now = pinned.us.local.in_force.own
    pinned.clock.forward(seconds=1)
    pinned.us.local.in_force.put(old)
    say_later(pinned.us, MX.id)
    pinned.us.local.in_force.put(now)
    counted = pinned.mx.exchange.unauthentic
    pinned.pump()
    assert pinned.mx.exchange.unauthentic == counted + 1
    assert [row.error for row in waiting(pinned.us)] == ["peer-refused"]


def test_a_clock_that_went_back_voids_nothing(pinned: Pair) -> None:
    pinned.to_mx.cut = True
    say_later(pinned.us, MX.id)
    pinned.clock.forward(seconds=-60)
    run(identity.rotate, pinned.us)
    pinned.to_mx.mend()
    follow(pinned.us, pinned.mx)
    same_record(pinned)


def test_a_whole_day_of_work_across_rotations(loaded: Pair) -> None:
    """Negotiation, tagging, matching and asking go on while both sides change their keys."""
    ready(loaded)
    run(identity.rotate, loaded.mx)
    follow(loaded.mx, loaded.us)
    hit = match(loaded).hits[0]
    run(identity.rotate, loaded.us, keys=("message", "checkpoint"))
    follow(loaded.us, loaded.mx)
    run(identity.rotate, loaded.us, keys=("message", "cosignature"))
    follow(loaded.us, loaded.mx)
    assert hit.handle
    assert match(loaded).hits
    same_record(loaded)
    assert [row.version for row in versions(loaded.mx, US.id)] == [1, 2, 3]
    found = run(pinning.check, loaded.us, peer=MX.id)
    assert (found.revoked, found.void) == (0, 0)
    assert min(found.in_force, found.replaced) > 0


def test_a_peer_follows_several_versions_at_once(pinned: Pair) -> None:
    for _ in range(3):
        pinned.clock.forward(days=1)
        run(identity.rotate, pinned.us)
    assert follow(pinned.us, pinned.mx).version == 4
    assert [row.version for row in versions(pinned.mx, US.id)] == [1, 2, 3, 4]
    with refuses(Code.IDENTITY_OLD, version=4, pinned=4):
        follow(pinned.us, pinned.mx)
    run(records.verify, pinned.us, peer=MX.id)


def test_a_node_that_has_moved_says_so(pinned: Pair) -> None:
    moved = pinned.us.config.model_copy(update={"address": "https://elsewhere.example:9443"})
    write_config(pinned.us.folder, moved)
    node = pinned.restart("us")
    made = run(identity.rotate, node, keys=("message",))
    # Another host needs another certificate.
    assert made.keys == ("message", "certificate")
    changed = follow(node, pinned.mx)
    address = next(each for each in changed.changes if each.what == "address")
    assert (address.before, address.after) == (US.address, moved.address)


def test_a_crash_before_the_new_keys_are_in_force(
    pinned: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise ComityError(Code.DISK_FULL)

    before = pinned.us.document
    with monkeypatch.context() as patched:
        patched.setattr(journal, "note", stop)
        with refuses(Code.DISK_FULL):
            run(identity.rotate, pinned.us)
    # What was made has no name in any document, and the node signs with what it had.
    assert pinned.us.document == before
    run(records.verify, pinned.us, peer=MX.id)
    node = pinned.restart("us")
    assert node.document == before
    run(identity.rotate, node)
    assert len([name for name in private_files(node) if name.startswith("message")]) == 1


def test_a_crash_after_the_new_keys_are_in_force(
    pinned: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise ComityError(Code.DISK_FULL)

    file = pinned.us.folder / IDENTITY_FILE
    before = file.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr("comity.operations.rotating.settle", stop)
        with refuses(Code.DISK_FULL):
            run(identity.rotate, pinned.us)
    assert file.read_bytes() == before
    node = pinned.restart("us")
    assert node.local.identity.version == 2
    assert file.read_text().strip() == node.document
    follow(node, pinned.mx)
    run(records.verify, node, peer=MX.id)


def test_keys_of_an_identity_that_was_never_in_force(pinned: Pair) -> None:
    run(identity.rotate, pinned.us)
    pinned.us.close()
    never = pinned.us.local.identity.model_copy(update={"version": 9})
    document = identities.issue(never, pinned.us.local.signers.message)
    (pinned.us.folder / IDENTITY_FILE).write_text(document)
    with refuses(Code.IDENTITY_INVALID):
        open_node(pinned.us.folder)
    (pinned.us.folder / IDENTITY_FILE).write_text(versions(pinned.mx, US.id)[0].document)
    pinned.restart("us")


def test_the_recovery_key_overrides(pinned: Pair) -> None:
    before = pinned.us.local.identity
    (pinned.us.folder / "keys" / "message.key").unlink()
    made = recovered(pinned, "us")
    after = pinned.us.local.identity
    assert (made.version, made.keys) == (2, USES)
    assert before.recovery != after.recovery
    following = keyfiles.read_signer(Path(made.recovery_file)).public
    assert commitment(following) == after.recovery
    changed = follow(pinned.us, pinned.mx)
    assert changed.by == "recovery"
    run(records.verify, pinned.us, peer=MX.id)
    row = versions(pinned.mx, US.id)[0]
    assert (row.reason, bool(row.revoked)) == ("recovered", True)


def test_it_overrides_what_a_thief_had_pinned(pinned: Pair, tmp_path: Path) -> None:
    """The thief has the message key: it may bring a later version, and does not keep it."""
    owners = tmp_path / "owners"
    shutil.copytree(pinned.us.folder, owners)
    for _ in range(3):
        run(identity.rotate, pinned.us)
    assert follow(pinned.us, pinned.mx).version == 4
    stolen = run(identity.update, pinned.us).text
    pinned.us.close()
    shutil.rmtree(pinned.us.folder)
    shutil.move(owners, pinned.us.folder)
    pinned.restart("us")
    # What the owner rotates to is old news there; the recovery key is the last word.
    run(identity.rotate, pinned.us)
    with refuses(Code.IDENTITY_OLD, version=2, pinned=4):
        follow(pinned.us, pinned.mx)
    recovered(pinned, "us")
    changed = follow(pinned.us, pinned.mx)
    assert (changed.before, changed.version, changed.by) == (4, 3, "recovery")
    # And nothing of the thief's leads on from it.
    last = identities.fingerprint(stolen.split("\n")[-3])
    with refuses(Code.ENDORSEMENT_INVALID, reason="key"):
        run(pinning.update, pinned.mx, text=stolen, fingerprint=last)
    run(records.verify, pinned.us, peer=MX.id)


def test_a_recovery_key_is_used_once(pinned: Pair) -> None:
    first = pinned.folder / "us-recovery.key"
    recovered(pinned, "us")
    follow(pinned.us, pinned.mx)
    old = run(identity.update, pinned.us).text
    folder, token = pinned.us.folder, pinned.us.folder / "officers" / "officer-1.token"
    pinned.us.close()
    with refuses(Code.ENDORSEMENT_INVALID, reason="recovery"):
        recover(folder, token.read_text().strip(), first, pinned.folder / "x.key", pinned.clock)
    with refuses(Code.LOGIN_FAILED):
        recover(folder, "nobody", first, pinned.folder / "x.key", pinned.clock)
    assert not (pinned.folder / "x.key").exists()
    pinned.restart("us")
    recovered(pinned, "us")
    assert follow(pinned.us, pinned.mx).version == 3
    with refuses(Code.ENDORSEMENT_INVALID, reason="recovery"):
        run(pinning.update, pinned.mx, text=old, fingerprint="")


def test_what_the_lost_key_signed_fills_its_place_and_nothing_else(loaded: Pair) -> None:
    """Requests that never arrived, and a reply that was lost, by a key that is void now."""
    p = loaded
    p.to_mx.lose_replies()
    say_later(p.us, MX.id)
    p.pump()
    p.to_us.cut = True
    begun = run(agreeing.propose, p.mx, peer=US.id, dataset=MX_LIST, terms=TERMS)
    say_later(p.mx, US.id)
    recovered(p, "mx")
    p.to_mx.mend()
    p.to_us.mend()
    follow(p.mx, p.us)
    p.clock.forward(minutes=10)
    # Something newer shows that what is before it is missed.
    say_later(p.mx, US.id)
    same_record(p)
    with p.us.store.read() as tx:
        came = record.entries(tx, MX.id, record.IN)
        assert not many(tx, Negotiation)
    assert [entry.refused for entry in came].count("key-revoked") == 3
    assert run(pinning.check, p.us, peer=MX.id).void == 3
    assert run(agreeing.show, p.mx, negotiation=begun.id).state == "TERMINATED"


def test_a_key_that_was_replaced_by_recovery_signs_nothing(pinned: Pair) -> None:
    old = pinned.us.local.in_force.own
    recovered(pinned, "us")
    follow(pinned.us, pinned.mx)
    now = pinned.us.local.in_force.own
    pinned.us.local.in_force.put(old)
    say_later(pinned.us, MX.id)
    pinned.us.local.in_force.put(now)
    counted = pinned.mx.exchange.unauthentic
    pinned.pump()
    assert pinned.mx.exchange.unauthentic == counted + 1
    with pinned.mx.store.read() as tx:
        assert not record.entries(tx, US.id, record.IN)

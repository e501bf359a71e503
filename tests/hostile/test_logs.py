"""Peers that cheat with the record: each does it really, and is found on the next contact.

Whatever it is, an alarm is raised with what shows it, and nothing of that peer goes by itself.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from comity.core import checkpoint
from comity.core.alarm import Kind
from comity.core.canonical import b64url, canonical, parse
from comity.core.checkpoint import Checkpoint
from comity.core.messages import Holds, RecordReply
from comity.core.reading import Entries, Entry
from comity.errors import Code
from comity.operations import posture, records, watching
from comity.protocol import incarnations, recording
from comity.protocol.reading import ENTRIES
from comity.protocol.recording import RECORD
from comity.protocol.sending import State
from comity.store import peers, record
from comity.store.checkpoints import cosigned_note, history
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import change
from comity.store.rows.record import Head
from comity.store.tiles import stored_tree
from hostile.cheating import (
    NOTHING,
    Earlier,
    deliver,
    found,
    kinds,
    lie,
    log,
    meet,
    rewrite,
    rolled_back,
    saved,
    say,
    sealed,
    send,
)
from nodes import MX, US, Pair, run
from refusals import refuses


@pytest.fixture
def known(pinned: Pair) -> Pair:
    """The peer was honest so far, and both have cosigned what was said."""
    say(pinned, 6)
    meet(pinned)
    assert found(pinned.mx) == found(pinned.us) == []
    with pinned.mx.store.read() as tx:
        newest = cosigned_note(tx, US.id, record.IN)
    assert newest is not None
    assert newest.size == 6
    return pinned


def stopped(p: Pair, kind: Kind, number: int | None = None) -> None:
    """Check that this was found, that it is shown, and that it holds after a restart."""
    (one,) = (each for each in found(p.mx) if each.kind == kind)
    assert one.settled == 0
    assert number is None or one.number == number
    # A copy that is rolled back has lost what it held of our log, too.
    assert set(kinds(p.mx)) <= {kind, Kind.UNCOSIGNED}
    p.restart("mx")
    shown = run(watching.alarm_list, p.mx).alarms
    assert run(posture.posture, p.mx, peer=US.id).alarms_open == len(shown)
    for each in shown:
        assert each.is_open
        assert all(each.evidence.values())


def deleted(p: Pair) -> None:
    rows = log(p)
    rewrite(p, [*rows[:3], *(replace(row, seq=row.seq - 1) for row in rows[4:])])


def deleted_and_signed_anew(p: Pair) -> None:
    rows = log(p)
    rewrite(p, [*rows[:3], *(sealed(p, row, row.seq - 1) for row in rows[4:])])


def reordered(p: Pair) -> None:
    rows = log(p)
    rewrite(p, [*rows[:2], sealed(p, rows[3], 2), sealed(p, rows[2], 3), *rows[4:]])


def exchanged(p: Pair) -> None:
    """Give two entries each other's places, with the tokens that they had."""
    rows = log(p)
    moved = [replace(rows[3], seq=2), replace(rows[2], seq=3)]
    rewrite(p, [*rows[:2], *moved, *rows[4:]])


def rewritten(p: Pair) -> None:
    rows = log(p)
    other = sealed(p, rows[3], 3, issued=p.us.local.now() - 60)
    rewrite(p, [*rows[:3], other, *rows[4:]])


@pytest.mark.parametrize(
    ("cheat", "kind", "number"),
    [
        (deleted, Kind.DELETED, 3),
        (deleted_and_signed_anew, Kind.FORKED, 3),
        (reordered, Kind.FORKED, 2),
        (exchanged, Kind.REORDERED, 2),
        (rewritten, Kind.FORKED, 3),
    ],
)
@pytest.mark.parametrize("asked", [True, False])
def test_a_log_that_is_not_the_one_it_was(
    known: Pair, cheat: Callable[[Pair], None], kind: Kind, number: int, asked: bool
) -> None:
    cheat(known)
    if not asked:
        # The cheater makes contact itself; what it is exactly, the next contact finds.
        known.clock.forward(minutes=5)
        known.us.meetings.run(MX.id)
    meet(known)
    stopped(known, kind, number)


def test_an_entry_that_is_deleted_and_grown_over(known: Pair) -> None:
    """It says more afterwards, so that its log is no shorter than it was."""
    rows = log(known)
    rewrite(known, [*rows[:3], *(replace(row, seq=row.seq - 1) for row in rows[4:])])
    say(known)  # it gives the number 5 a second time
    assert kinds(known.mx) == [Kind.EQUIVOCATED]
    say(known, 2)
    meet(known)
    assert kinds(known.mx) == [Kind.EQUIVOCATED, Kind.FORKED]
    assert found(known.mx)[1].number == 3


def test_the_evidence_of_a_fork_is_two_signed_notes(known: Pair) -> None:
    rewritten(known)
    meet(known)
    (one,) = found(known.mx)
    evidence = parse(one.evidence.encode(), 100_000)
    key = recording.log_key(known.us.local.identity, MX.id)
    held, shown = (
        checkpoint.verify(str(evidence[name]).encode(), key).checkpoint
        for name in ("held", "shown")
    )
    assert held.size == shown.size
    assert held.root != shown.root


def test_withholds_an_entry(known: Pair) -> None:
    """It never sends one, sends the next, and does not give it when it is asked for it."""
    hidden = send(known)
    with known.us.store.write() as tx:
        where = {"peer": MX.id, "jti": hidden}
        assert change(tx, Outgoing, where, state=State.DONE) == 1

    def without(body: bytes) -> Entries:
        honest = Entries.read(body)
        kept = tuple(entry for entry in honest.entries if entry.seq != 6)
        return honest.model_copy(update={"entries": kept})

    say(known)
    lie(known, ENTRIES, without)
    meet(known)
    stopped(known, Kind.WITHHELD, 6)


@pytest.mark.parametrize("how", ["another entry", "a number of its own", "no token", "an error"])
def test_gives_something_else_for_an_entry(known: Pair, how: str) -> None:
    hidden = send(known)
    with known.us.store.write() as tx:
        change(tx, Outgoing, {"peer": MX.id, "jti": hidden}, state=State.DONE)
    say(known)

    def other(body: bytes) -> Entries | bytes:
        first = Entries.read(body).entries[0]
        changed: dict[str, dict[str, object]] = {
            "another entry": {"token": log(known)[2].token},
            "a number of its own": {"seq": 6, "leaf": b64url(bytes(32))},
            "no token": {"token": ""},
        }
        if how == "an error":
            return canonical({"@type": "comity:Error", "code": "message-unknown"})
        entry = Entry.model_validate(first.model_dump() | changed[how])
        return Entries(log=US.id, next=8, entries=(entry,))

    lie(known, ENTRIES, other, 404 if how == "an error" else 200)
    meet(known)
    stopped(known, Kind.WITHHELD, 6)


def test_what_is_only_on_its_way_is_given_and_is_no_alarm(known: Pair) -> None:
    """The same, but honest: the message could not be delivered, and its entry is given."""
    hidden = send(known)
    with known.us.store.write() as tx:
        where = {"peer": MX.id, "jti": hidden}
        change(tx, Outgoing, where, state=State.LATE, not_before=2**40)
    say(known)
    meet(known)
    assert found(known.mx) == []
    with known.mx.store.read() as tx:
        entry = record.entry(tx, US.id, record.IN, hidden)
        assert record.missing(tx, US.id) == 0
    assert entry is not None
    assert (entry.refused, entry.body) == (Code.MESSAGE_FETCHED, b"")
    # And then it comes, and has its effect.
    with known.us.store.write() as tx:
        change(tx, Outgoing, {"peer": MX.id, "jti": hidden}, state=State.WAITING)
    assert known.us.delivery.reply(MX.id, hidden).status == 404
    with known.mx.store.read() as tx:
        entry = record.entry(tx, US.id, record.IN, hidden)
        assert record.reply(tx, US.id, record.OUT, hidden) is not None
    assert entry is not None
    assert entry.refused == Code.DATASET_UNKNOWN
    meet(known)
    assert found(known.mx) == found(known.us) == []


def test_backdates_an_entry(known: Pair) -> None:
    """Between the last two messages lie three days; it writes one that says it is of the first."""
    known.clock.forward(days=3)
    meet(known)
    send(known, replace(known.us.local, clock=Earlier(known, days=2)))
    deliver(known)
    stopped(known, Kind.BACKDATED, 6)


def test_backdates_an_entry_behind_another(known: Pair) -> None:
    known.clock.forward(days=3)
    say(known)
    send(known, replace(known.us.local, clock=Earlier(known, hours=1)))
    deliver(known)
    stopped(known, Kind.BACKDATED, 7)


def test_rolls_its_log_back(known: Pair, tmp_path: Path) -> None:
    saved(known, tmp_path / "old")
    say(known, 3)
    meet(known)
    rolled_back(known, tmp_path / "old")
    meet(known)
    stopped(known, Kind.DELETED, 6)


def test_rolls_its_log_back_and_only_makes_contact_itself(known: Pair, tmp_path: Path) -> None:
    saved(known, tmp_path / "old")
    say(known, 3)
    meet(known)
    rolled_back(known, tmp_path / "old")
    known.clock.forward(days=1)
    known.us.meetings.run(MX.id)
    assert kinds(known.mx) == [Kind.DELETED]


def test_shows_two_histories(known: Pair, tmp_path: Path) -> None:
    """It goes on with us in one way, and from an older state in another: to us, a year later."""
    saved(known, tmp_path / "old")
    say(known, 2)
    meet(known)
    rolled_back(known, tmp_path / "old")
    for _ in range(3):
        send(known)
    with known.us.store.write() as tx:
        change(tx, Outgoing, {"peer": MX.id, "state": "waiting"}, state=State.DONE)
    meet(known)
    stopped(known, Kind.FORKED, 6)
    with known.mx.store.read() as tx:
        kept = [(note.size, note.time > 0) for note in history(tx, US.id, record.IN)]
    # The checkpoint that came last is kept as evidence, and was not cosigned.
    assert kept == [(6, True), (8, True), (9, False)]


def test_gives_one_number_twice(known: Pair, tmp_path: Path) -> None:
    saved(known, tmp_path / "old")
    say(known)
    rolled_back(known, tmp_path / "old")
    say(known)
    stopped(known, Kind.EQUIVOCATED, 6)


def test_gives_a_number_twice_in_a_reply(
    known: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(known, tmp_path / "old")
    # An honest node would notice that it is an old copy; this one does not look.
    monkeypatch.setattr(incarnations, "check", lambda *_: None)
    say(known)
    rolled_back(known, tmp_path / "old")
    with known.mx.store.read() as tx:
        peer = peers.pinned(tx, US.id)
    with refuses(Code.SEQUENCE_REUSED, peer=US.id):
        known.mx.delivery.ask(peer, "hand-written", "GET", NOTHING)
    stopped(known, Kind.EQUIVOCATED, 6)


def test_refuses_to_cosign(known: Pair) -> None:
    say(known)

    def without(body: bytes) -> RecordReply:
        return RecordReply.read(body).model_copy(update={"cosigned": ""})

    lie(known, RECORD, without)
    with refuses(Code.RECORD_NOT_COSIGNED):
        run(records.verify, known.mx, peer=US.id)
    stopped(known, Kind.UNCOSIGNED)


def test_says_no_to_contact(known: Pair) -> None:
    say(known)
    lie(known, RECORD, lambda _: b'{"code":"message-unknown"}', 404)
    meet(known)
    stopped(known, Kind.UNCOSIGNED)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_not_now_is_no_alarm(known: Pair, status: int) -> None:
    lie(known, RECORD, lambda _: b'{"code":"store-failed"}', status)
    meet(known)
    assert found(known.mx) == []


def test_says_that_it_holds_less_than_it_held(known: Pair) -> None:
    say(known)

    def less(body: bytes) -> RecordReply:
        with known.us.store.read() as tx:
            root = recording.root_at(tx, MX.id, record.IN, 2)
        holds = Holds(size=2, root=b64url(root))
        return RecordReply.read(body).model_copy(update={"cosigned": "", "holds": holds})

    lie(known, RECORD, less)
    meet(known)
    stopped(known, Kind.UNCOSIGNED)


def test_cosigns_something_else(known: Pair) -> None:
    say(known)

    def other(body: bytes) -> RecordReply:
        made = Checkpoint(recording.origin(MX.id, US.id), 7, bytes(32))
        signed = checkpoint.sign(made, known.us.local.signers.checkpoint)
        cosigner = known.us.local.signers.cosignature
        cosigned = checkpoint.cosign(signed, US.id, cosigner, known.us.local.now())
        return RecordReply.read(body).model_copy(update={"cosigned": cosigned.encode().decode()})

    lie(known, RECORD, other)
    meet(known)
    stopped(known, Kind.MISSTATED)


def test_claims_a_root_of_ours_that_is_not(known: Pair) -> None:
    say(known)

    def other(body: bytes) -> RecordReply:
        holds = Holds(size=5, root=b64url(bytes(32)))
        return RecordReply.read(body).model_copy(update={"holds": holds})

    lie(known, RECORD, other)
    meet(known)
    stopped(known, Kind.MISSTATED, 5)


@pytest.mark.parametrize("size", [3, 6, 900])
def test_claims_in_a_message_what_our_log_never_was(known: Pair, size: int) -> None:
    with known.us.store.write() as tx:
        # Its mirror of our log is another one, or says that it is longer.
        tx.exec_driver_sql(
            "UPDATE heads SET size = ?, frontier = ? WHERE direction = 'in'",
            (size, bytes(32 * size.bit_count())),
        )
    say(known)
    stopped(known, Kind.MISSTATED, size)


def test_holds_less_in_a_later_message(known: Pair) -> None:
    say(known)
    say(known)
    with known.us.store.write() as tx:
        # Its own mirror goes back: to what our log really was, some messages ago.
        frontier = stored_tree(tx, MX.id, record.IN).frontier(4)
        change(tx, Head, {"peer": MX.id, "direction": "in"}, size=4, frontier=frontier.pack())
    say(known)
    stopped(known, Kind.REORDERED, 8)


def test_a_checkpoint_of_another_key_is_believed_by_nobody(known: Pair) -> None:
    def other(body: bytes) -> RecordReply:
        honest = RecordReply.read(body)
        made = Checkpoint.parse(honest.checkpoint.partition("\n\n")[0] + "\n")
        signed = checkpoint.sign(made, known.us.local.signers.message)
        return honest.model_copy(update={"checkpoint": signed.encode().decode()})

    lie(known, RECORD, other)
    meet(known)
    stopped(known, Kind.UNCOSIGNED)


def test_a_settled_alarm_lets_things_go_on_until_they_agree_again(
    known: Pair, tmp_path: Path
) -> None:
    saved(known, tmp_path / "old")
    say(known, 3)
    meet(known)
    saved(known, tmp_path / "new")
    rolled_back(known, tmp_path / "old")
    meet(known)
    alarm, other = run(watching.alarm_list, known.mx).alarms
    run(watching.settle, known.mx, alarm=other.id, reason="it was a backup")
    with refuses(Code.ARGUMENT_INVALID, where="reason"):
        run(watching.settle, known.mx, alarm=alarm.id, reason="")
    with refuses(Code.ALARM_UNKNOWN):
        run(watching.settle, known.mx, alarm="x", reason="it was a backup")
    settled = run(watching.settle, known.mx, alarm=alarm.id, reason="it was a backup")
    assert (settled.is_open, settled.officer) == (False, "officer-1")
    with refuses(Code.ALARM_SETTLED):
        run(watching.settle, known.mx, alarm=alarm.id, reason="again")
    meet(known)
    assert run(posture.posture, known.mx, peer=US.id).alarms_open == 0
    # It comes back with its whole log; from then on the same is news again.
    rolled_back(known, tmp_path / "new")
    meet(known)
    assert run(records.verify, known.mx, peer=US.id).received.size == 9
    rolled_back(known, tmp_path / "old")
    meet(known)
    assert run(posture.posture, known.mx, peer=US.id).alarms_open == 2

"""Contact about the record: when it is made, and what it fetches."""

import pytest

from comity import meeting
from comity.core.reading import Entries, EntriesAsked, RootsAsked
from comity.errors import Code
from comity.limits import (
    CONTACT_AT_LEAST_SECONDS,
    CONTACT_EVERY_SECONDS,
    RECORD_ENTRIES,
    RECORD_ENTRIES_BYTES,
    RECORD_FETCHED,
    RECORD_SIZES,
)
from comity.operations import records
from comity.protocol import reading
from comity.protocol.reading import ENTRIES, ROOTS
from comity.protocol.recording import RECORD
from comity.protocol.sending import State, post
from comity.store import peers, record
from comity.store.checkpoints import cosigned_note
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import change
from comity.worker import work
from hostile.cheating import found, lie, meet, say, send
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import contact


def contacts(p: Pair) -> int:
    return len([1 for request, _ in p.to_us.contacts if request.target.endswith(RECORD)])


def test_contact_is_made_so_often_and_no_more(pinned: Pair) -> None:
    work(pinned.mx)
    assert contacts(pinned) == 0  # nothing was ever said
    say(pinned)
    work(pinned.mx)
    assert contacts(pinned) == 2  # once to see, and once to bring the cosignature
    say(pinned)
    pinned.clock.forward(seconds=CONTACT_EVERY_SECONDS - 1)
    work(pinned.mx)
    assert contacts(pinned) == 2
    pinned.clock.forward(seconds=1)
    work(pinned.mx)
    assert contacts(pinned) == 4
    for node, other in ((pinned.mx, US.id), (pinned.us, MX.id)):
        with node.store.read() as tx:
            for way in (record.IN, record.OUT):
                cosigned = cosigned_note(tx, other, way)
                assert cosigned is not None
                assert cosigned.size == 2


def test_contact_is_made_where_nothing_is_said(pinned: Pair) -> None:
    say(pinned)
    work(pinned.mx)
    pinned.clock.forward(seconds=CONTACT_AT_LEAST_SECONDS - 1)
    work(pinned.mx)
    assert contacts(pinned) == 2
    pinned.clock.forward(seconds=1)
    work(pinned.mx)
    assert contacts(pinned) == 3
    pinned.restart("mx")
    work(pinned.mx)
    assert contacts(pinned) == 3


def test_a_peer_that_is_away_is_met_less_and_less(pinned: Pair) -> None:
    say(pinned)
    pinned.to_us.cut = True
    for wait in (120, 240, 480):
        work(pinned.mx)
        assert pinned.mx.meetings.due() == []
        pinned.clock.forward(seconds=wait - 1)
        assert pinned.mx.meetings.due() == []
        pinned.clock.forward(seconds=1)
        assert pinned.mx.meetings.due() == [US.id]
    assert found(pinned.mx) == []
    pinned.to_us.mend()
    work(pinned.mx)
    assert contacts(pinned) == 2


def hide(p: Pair, count: int, size: int = 150_000) -> None:
    """Let entries be on their way, for a long time, and one behind them arrive."""
    with p.us.store.write() as tx:
        peer = peers.pinned(tx, MX.id)
        for _ in range(count):
            jti = post(tx, p.us.local, peer, "hand-written", "POST", "/x", b"y" * size)
            where = {"peer": MX.id, "jti": jti}
            change(tx, Outgoing, where, state=State.LATE, not_before=2**40)
    say(p)


def test_entries_that_do_not_fit_are_asked_for_again(pinned: Pair) -> None:
    hide(pinned, 10)
    asked = EntriesAsked(log=US.id, start=0, count=10, leaves=False)
    given = contact(pinned.mx, US.id, ENTRIES, asked)
    entries = Entries.read(given).entries
    assert len(entries) == RECORD_ENTRIES_BYTES // (2 * 150_000)
    meet(pinned)
    with pinned.mx.store.read() as tx:
        assert record.missing(tx, US.id) == 0
    assert found(pinned.mx) == []
    assert len([1 for one, _ in pinned.to_us.contacts if one.target.endswith(ENTRIES)]) == 5


def test_one_contact_fetches_so_many(pinned: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is counted in messages of RECORD_ENTRIES; here each has one entry."""
    assert RECORD_FETCHED == 20 * RECORD_ENTRIES
    hide(pinned, 45, 10)
    monkeypatch.setattr(meeting, "RECORD_ENTRIES", 1)
    monkeypatch.setattr(meeting, "RECORD_FETCHED", 20)
    meet(pinned)
    with pinned.mx.store.read() as tx:
        assert record.missing(tx, US.id) == 45 - 2 * 20  # in its two rounds
    meet(pinned)
    with pinned.mx.store.read() as tx:
        assert record.missing(tx, US.id) == 0


def test_no_more_is_read_at_once(pinned: Pair) -> None:
    asked = RootsAsked(log=US.id, sizes=tuple(range(RECORD_SIZES)))
    contact(pinned.mx, US.id, ROOTS, asked)
    more = asked.encode().replace(b"[0,", b"[0,0,")
    entries = EntriesAsked(log=US.id, start=0, count=RECORD_ENTRIES, leaves=True).encode()
    contact(pinned.mx, US.id, ENTRIES, entries)
    for path, body in (
        (ROOTS, more),
        (ENTRIES, entries.replace(b"%d" % RECORD_ENTRIES, b"%d" % (RECORD_ENTRIES + 1))),
        (ENTRIES, entries.replace(US.id.encode(), b"did:web:ca.example")),
    ):
        with refuses(Code.PEER_REFUSED, peer=US.id, status=400, reason="schema-invalid"):
            contact(pinned.mx, US.id, path, body)


def test_what_is_read_is_what_is_kept(pinned: Pair) -> None:
    say(pinned, 3)
    asked = EntriesAsked(log=US.id, start=1, count=5, leaves=False)
    ours = Entries.read(contact(pinned.mx, US.id, ENTRIES, asked))
    with pinned.mx.store.read() as tx:
        assert reading.entries(tx, US.id, record.IN, asked).entries == tuple(
            entry.model_copy(update={"what": "DatasetRequestMessage"}) for entry in ours.entries
        )
    assert [entry.seq for entry in ours.entries] == [1, 2]


def test_the_same_reply_of_a_peer_that_nobody_signed_is_no_alarm(pinned: Pair) -> None:
    hide(pinned, 1)
    lie(pinned, ENTRIES, lambda _: b"{}", 401)
    honest = pinned.to_us.handle

    def unsigned(request: object) -> object:
        from comity.exchange import UNIFORM

        response = honest(request)  # type: ignore[arg-type]
        return UNIFORM if response.status == 401 else response

    pinned.to_us.handle = unsigned  # type: ignore[assignment, method-assign]
    meet(pinned)
    assert found(pinned.mx) == []


def test_a_late_checkpoint_covers_only_what_has_arrived(pinned: Pair) -> None:
    say(pinned, 2)
    send(pinned)
    pinned.clock.forward(minutes=2)
    pinned.to_mx.cut = True
    verified = run(records.verify, pinned.mx, peer=US.id)
    assert verified.received.size == 2

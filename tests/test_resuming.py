"""Lost and restored: the whole story between two nodes."""

from comity.errors import Code
from comity.operations import records
from comity.store import record
from nodes import MX, US, Pair, run
from refusals import refuses
from restored import back_up, restore, thaw
from stages import check, match


def roots(p: Pair) -> list[tuple[int, bytes]]:
    with p.mx.store.read() as mx, p.us.store.read() as us:
        return [
            record.head(tx, peer, direction)
            for tx, peer, direction in (
                (mx, US.id, record.OUT),
                (us, MX.id, record.IN),
                (mx, US.id, record.IN),
                (us, MX.id, record.OUT),
            )
        ]


def test_the_whole_story(tagged: Pair) -> None:
    p = tagged
    match(p)
    backup = back_up(p, "mx")
    check(p, rfc="CNU130416UJ3")
    before = roots(p)
    node = restore(p, "mx", backup)
    with refuses(Code.NODE_FROZEN, reason="restored"):
        run(records.verify, node, peer=US.id)
    thawed = thaw(node)
    assert [each.outcome for each in thawed.peers] == ["resumed"], thawed
    assert thawed.frozen == ""
    assert roots(p) == before
    assert before[0] == before[1]
    assert before[2] == before[3]
    p.pump()
    run(records.verify, p.us, peer=MX.id)

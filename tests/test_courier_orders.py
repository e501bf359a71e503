"""Whatever happens to couriers on their way, both sides come to the same, and each effect once.

Files are lost, cut, taken twice, in any order, and weeks late, while both sides go on; parts of a
file, too. At no time is anything else in the record than what its sender has written there.
"""

import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from comity.core import courier
from comity.core.agreement import Standing
from comity.errors import ComityError
from comity.node import Node
from comity.operations import agreeing, agreements, inbox, matching, offering
from comity.operations.records import show
from comity.store import record
from comity.store.rows.agreements import Agreement, Negotiation
from comity.store.rows.moving import many
from comity.store.rows.requests import RequestRow
from couriering import carry, link, other, pack, unpack
from nodes import MX, US, Pair, run
from stages import MX_LIST, Stages

SMALL = courier.file_bytes(courier.CHUNK_BYTES)
SIDES = st.sampled_from(["mx", "us"])
STEPS = st.one_of(
    st.tuples(st.just("pack"), SIDES, st.sampled_from([0, SMALL])),
    st.tuples(st.just("take"), SIDES, st.integers(0, 99)),
    st.tuples(st.just("cut"), SIDES, st.integers(0, 99)),
    st.tuples(st.just("lose"), SIDES, st.integers(0, 99)),
    st.tuples(st.just("act"), SIDES, st.integers(0, 3)),
    st.tuples(st.just("wait"), SIDES, st.integers(1, 9)),
)


class Ways:
    """Files on their way to each side."""

    def __init__(self, p: Pair) -> None:
        self.p = p
        self.to: dict[str, list[str]] = {"mx": [], "us": []}

    def play(self, what: str, side: str, number: int) -> None:
        node: Node = getattr(self.p, side)
        files = self.to[side]
        if what == "pack":
            there = "us" if side == "mx" else "mx"
            self.to[there] += pack(self.p, node, part_size=number).files
        elif what == "act":
            self._act(node, number)
        elif what == "wait":
            self.p.clock.forward(days=number / 10)
        elif files:
            file = files[number % len(files)]
            if what == "take":
                unpack(self.p, node, file)
            elif what == "lose":
                files.remove(file)
            else:
                path = Path(file)
                cut = path.with_suffix(".cut")
                cut.write_bytes(path.read_bytes()[: path.stat().st_size * number // 100])
                assert unpack(self.p, node, cut).bundles == ()
        self.check()

    def _act(self, node: Node, number: int) -> None:
        """Do one of the things that officers of that side do, where it can be done now."""
        asker = node is self.p.us
        acts: list[tuple[Any, dict[str, Any]]] = [
            (offering.catalog, {"peer": other(self.p, node).id}),
            (
                agreeing.negotiate if asker else agreeing.accept,
                {"peer": MX.id, "dataset": MX_LIST}
                if asker
                else {"negotiation": self._waiting(node)},
            ),
            (matching.check, {"peer": MX.id, "dataset": MX_LIST, "rfc": "ACC071123LL9"})
            if asker
            else (agreements.suspend, {"agreement": self._agreement(node), "reason": "."}),
            (inbox.inbox, {}),
        ]
        operation, args = acts[number]
        with suppress(ComityError):
            run(operation, node, **args)

    def _waiting(self, node: Node) -> str:
        with node.store.read() as tx:
            return next((row.pid for row in many(tx, Negotiation, waits=True)), "none")

    def _agreement(self, node: Node) -> str:
        with node.store.read() as tx:
            return next((row.id for row in many(tx, Agreement)), "none")

    def check(self) -> None:
        """Each mirror is a part of what its writer has, number by number."""
        for writer, reader in ((self.p.mx, self.p.us), (self.p.us, self.p.mx)):
            with writer.store.read() as tx:
                ours = {e.seq: e.token for e in record.entries(tx, reader.id, record.OUT)}
            with reader.store.read() as tx:
                theirs = {e.seq: e.token for e in record.entries(tx, writer.id, record.IN)}
            assert theirs.items() <= ours.items()


def _roots(node: Node, peer: str) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    with node.store.read() as tx:
        return record.head(tx, peer, record.OUT), record.head(tx, peer, record.IN)


# A failing case is not made smaller: each takes seconds.
@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(STEPS, min_size=4, max_size=20))
def test_everything_arrives_in_the_end_and_has_its_effect_once(
    stages: Stages, steps: list[tuple[str, str, int]]
) -> None:
    folder = Path(mkdtemp(prefix="orders-"))
    try:
        with stages.open("tagged", folder) as p:
            link(p)
            ways = Ways(p)
            for step in steps:
                ways.play(*step)
            for _ in range(4):
                carry(p, p.us)
                carry(p, p.mx)
            ways.check()
            sent, received = _roots(p.us, MX.id)
            assert _roots(p.mx, US.id) == (received, sent)
            for node, peer in ((p.us, MX.id), (p.mx, US.id)):
                ids = Counter(each.id for each in run(show, node, peer=peer).entries)
                assert set(ids.values()) <= {1}
            with p.mx.store.read() as mx, p.us.store.read() as us:
                there = {row.pid for row in many(us, Negotiation)}
                assert {row.their_pid for row in many(mx, Negotiation)} == there
                held = {row.id: row.state == Standing.SUSPENDED for row in many(mx, Agreement)}
                assert {row.id: row.peer_suspended for row in many(us, Agreement)} == held
                assert many(mx, RequestRow) == many(us, RequestRow) == []
    finally:
        shutil.rmtree(folder, ignore_errors=True)

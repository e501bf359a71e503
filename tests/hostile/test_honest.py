"""No honest run ever alarms: two real nodes, whatever crosses, is lost, late, twice, or restarted.

Each example is a list of decisions. They are used up one after another: at the top by what a side
does next, and at every crossing of the wire by what happens to the message there, and by what the
other side does meanwhile. When they are used up, all goes well, and the records must be equal.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.api import Request, Response
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import records
from comity.protocol.base import CONTACT
from comity.protocol.sending import post
from comity.store import peers
from comity.worker import work
from hostile.cheating import NOTHING, found
from nodes import MX, US, Pair, run
from stages import Stages

DECISIONS = st.lists(st.integers(0, 31), min_size=40, max_size=160)


@dataclass
class Crossing:
    """The way to one node: what is decided happens to what crosses."""

    chaos: "Chaos"
    side: str
    before: list[Request] = field(default_factory=list)

    def handle(self, request: Request) -> Response:
        """Carry a request, as is decided."""
        chaos = self.chaos
        decided = chaos.next() % 12
        if decided == 1:
            raise _cut()
        if decided in (2, 3):
            chaos.meanwhile(self.side)
        target = chaos.node(self.side).exchange
        if decided == 4 and self.before:
            # Somebody sends again what was sent before.
            target.handle(self.before[decided % len(self.before)])
        response = target.handle(request)
        if f"{CONTACT}/" not in request.target:
            self.before.append(request)
        if decided == 5:
            response = target.handle(request)
        if decided in (6, 7):
            chaos.meanwhile(self.side)
        if decided == 8:
            raise _cut()
        return response


def _cut() -> ComityError:
    return ComityError(Code.PEER_UNREACHABLE, peer="", reason="cut")


@dataclass
class Chaos:
    """Two nodes, and what is decided about them."""

    pair: Pair
    decisions: Iterator[int]
    busy: set[str] = field(default_factory=set)
    depth: int = 0

    def next(self) -> int:
        return next(self.decisions, 0)

    def node(self, side: str) -> Node:
        found: Node = getattr(self.pair, side)
        return found

    def send(self, side: str) -> None:
        node, other = self.node(side), MX.id if side == "us" else US.id
        with node.store.write() as tx:
            peer = peers.pinned(tx, other)
            post(tx, node.local, peer, "hand-written", "GET", NOTHING)

    @contextmanager
    def alone(self, side: str) -> Iterator[bool]:
        """Let a side bring something to the other; not while it already does."""
        if side in self.busy:
            yield False
            return
        self.busy.add(side)
        try:
            with suppress(ComityError):
                yield True
        finally:
            self.busy.discard(side)

    def bring(self, side: str) -> None:
        with self.alone(side) as may:
            if may:
                work(self.node(side))

    def ask(self, side: str) -> None:
        node, other = self.node(side), MX.id if side == "us" else US.id
        with self.alone(side) as may:
            if may:
                with node.store.read() as tx:
                    peer = peers.pinned(tx, other)
                node.delivery.ask(peer, "hand-written", "GET", NOTHING)

    def meet(self, side: str) -> None:
        with self.alone(side) as may:
            if may:
                node, other = self.node(side), MX.id if side == "us" else US.id
                node.meetings.run(other)

    def act(self, decided: int) -> None:
        """Let one side do something."""
        side = "mx" if decided & 1 else "us"
        match decided >> 1:
            case 0 | 1 | 2:
                self.send(side)
            case 3 | 4 | 5:
                self.bring(side)
            case 6 | 7:
                self.ask(side)
            case 8 | 9 | 10:
                self.meet(side)
            case 11:
                self.pair.clock.forward(seconds=61)
            case 12:
                self.pair.clock.forward(hours=30)
            case 13:
                self.pair.clock.forward(days=8)
            case 14 if not self.busy:
                self.pair.restart(side)
                self.join()
            case _:
                self.pair.clock.forward(seconds=1)

    def meanwhile(self, side: str) -> None:
        """Let something happen while a message is on its way to a side."""
        if self.depth < 3:
            self.depth += 1
            try:
                self.act(self.next())
            finally:
                self.depth -= 1

    def join(self) -> None:
        """Put the crossings between the two."""
        for side in ("mx", "us"):
            wire = getattr(self.pair, f"to_{side}")
            before = wire.target.before if isinstance(wire.target, Crossing) else []
            wire.target = Crossing(self, side, before)


def play(p: Pair, decisions: list[int]) -> None:
    chaos = Chaos(p, iter(decisions))
    chaos.join()
    for decided in chaos.decisions:
        chaos.act(decided)
    for _ in range(3):
        p.clock.forward(minutes=90)
        p.pump()
    for node, other in ((p.mx, US.id), (p.us, MX.id)):
        assert [(each.kind, each.number) for each in found(node)] == []
        run(records.verify, node, peer=other)


@settings(max_examples=60)
@given(decisions=DECISIONS)
def test_no_honest_run_ever_alarms(
    stages: Stages, tmp_path_factory: object, decisions: list[int]
) -> None:
    folder: Path = tmp_path_factory.mktemp("honest")  # type: ignore[attr-defined]
    with stages.open("pinned", folder) as p:
        play(p, decisions)

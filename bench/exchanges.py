"""Exchanges a second: one signed request and its signed reply, durable on both sides.

Two processes, one relation, real HTTPS with pinned certificates, SQLite with synchronous=FULL at
both ends. The requests are dataset requests, so what is measured is the walk and not the work.
"""

import multiprocessing
import sys
import tempfile
from pathlib import Path
from typing import Final, TypedDict

from bench.callers import many_callers, wait_for
from comity.core.identity import fingerprint
from comity.demo.sides import free_ports
from comity.edge.config import NodeConfig
from comity.node import Node, open_node
from comity.operations import Caller, holdings, offering, peers, setup
from comity.operations.peering import call
from comity.protocol.addresses import dsp_base
from comity.serving import run
from comity.store.peers import pinned

CALLERS: Final = 64
"""As many as one node opens connections to one peer."""
OFFICER = Caller("bench")
TERMS = {
    "approval": "automatic",
    "purposes": ["measuring"],
    "expiry": "2100-01-01T00:00:00Z",
    "handling": "TLP:CLEAR",
    "match": {"families": ["rfc"]},
}


class Figures(TypedDict):
    """What was measured."""

    exchanges_per_second: float
    """With CALLERS at once."""
    milliseconds: float
    """One exchange, wall-clock, where there is only one caller."""


def measure(exchanges: int = 6_400) -> Figures:
    """Run exchanges between two processes: with many callers at once, and one after another."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        holder, asker = pair(folder)
        holder.close()
        server = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(folder / "holder",), daemon=True
        )
        server.start()
        try:
            return _ask(asker, folder, exchanges)
        finally:
            asker.close()
            server.terminate()
            server.join()


def _ask(asker: Node, folder: Path, exchanges: int) -> Figures:
    with asker.store.read() as tx:
        peer = pinned(tx, "did:web:holder.example")
    target = f"{dsp_base(peer.identity)}/catalog/datasets/list"
    wait_for(int(peer.identity.address.rpartition(":")[2]))

    def ask() -> None:
        call(asker, peer, "DatasetRequestMessage", "GET", target)

    many_callers(ask, 10 * CALLERS, CALLERS)
    together = many_callers(ask, exchanges, CALLERS)
    alone = many_callers(ask, exchanges // 16, 1)
    return Figures(
        exchanges_per_second=round(exchanges / together, 1),
        milliseconds=round(1000 * alone / (exchanges // 16), 3),
    )


def pair(folder: Path) -> tuple[Node, Node]:
    """Make two nodes that pinned each other: one offers a list, the other may ask."""
    nodes = []
    for name, territory in (("holder", "MX"), ("asker", "US")):
        [port] = free_ports(1)
        config = NodeConfig(
            id=f"did:web:{name}.example",
            name=name,
            territory=territory,
            address=f"https://127.0.0.1:{port}",
            peer_host="127.0.0.1",
            peer_port=port,
            operators_port=0,
            log_level="error",
        )
        setup.init(folder / name, config, OFFICER.officer, folder / f"{name}.recovery")
        nodes.append(open_node(folder / name))
    holder, asker = nodes
    for node, other in ((holder, asker), (asker, holder)):
        args = peers.PeerAdd(document=other.document, fingerprint=fingerprint(other.document))
        peers.peer_add.run(node, OFFICER, args, _quiet)
    path = folder / "list.csv"
    path.write_text("id,name\n1,Example Organisation\n")
    loading = holdings.HoldingsLoad(
        path=str(path), format="csv", dataset="list", mapping="id=id;name=name;kind=organisation"
    )
    holdings.load.run(holder, OFFICER, loading, _quiet)
    offering.make_offer.run(
        holder, OFFICER, offering.OfferMake(dataset="list", terms=TERMS), _quiet
    )
    return holder, asker


def _serve(folder: Path) -> None:
    from comity.edge import logs

    logs.configure("error", sys.stderr)
    run(folder, lambda _: None)


def _quiet(step: str, done: int, total: int) -> None:
    """Report nothing."""


if __name__ == "__main__":
    from comity.edge import logs

    logs.configure("error", sys.stderr)
    print(measure())

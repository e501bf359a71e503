"""Negotiations a second: whole ones, as offered, between two serving processes.

Each is four messages and their replies (request, agreement, verification, finalized event), sent by
the nodes' own outboxes over real HTTPS, and counts once it is FINALIZED on both sides.
"""

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.callers import many_callers
from bench.exchanges import TERMS
from comity.core.identity import fingerprint
from comity.demo.sides import HOST, MX, US, Side, free_ports
from comity.operations import agreeing, holdings, offering, peers

CALLERS: Final = 4
_ENDED: Final = "SELECT count(*) FROM negotiations WHERE state = 'FINALIZED'"


def measure(negotiations: int = 96) -> float:
    """Return negotiations finalised a second; at most OPEN_NEGOTIATIONS_PER_PEER at once."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        mx, us = Side(MX, folder), Side(US, folder)
        try:
            for side, port in zip((mx, us), free_ports(2), strict=True):
                side.create(f"https://{HOST}:{port}", port, "en")
                side.start()
            for side in (mx, us):
                side.ready()
            for side, other in ((mx, us), (us, mx)):
                document = (other.folder / "identity.comity").read_text()
                side.run(peers.peer_add, document=document, fingerprint=fingerprint(document))
            path = folder / "list.csv"
            path.write_text("id,name\n1,Example Organisation\n")
            mapping = "id=id;name=name;kind=organisation"
            mx.run(holdings.load, path=str(path), format="csv", dataset="list", mapping=mapping)
            mx.run(offering.make_offer, dataset="list", terms=TERMS)
            begun = time.perf_counter()
            many_callers(
                lambda: us.run(agreeing.negotiate, peer=mx.id, dataset="list"),
                negotiations,
                CALLERS,
            )
            while min(_ended(mx), _ended(us)) < negotiations:
                if time.perf_counter() - begun > 120:
                    raise TimeoutError
                time.sleep(0.01)
            return round(negotiations / (time.perf_counter() - begun), 1)
        finally:
            mx.kill()
            us.kill()


def _ended(side: Side) -> int:
    with closing(sqlite3.connect(side.folder / "comity.db", timeout=20)) as connection:
        return int(connection.execute(_ENDED).fetchone()[0])

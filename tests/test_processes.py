"""Real processes, killed in the middle of a match; the next ones complete it, once."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from comity import kernel
from comity.core.identity import fingerprint
from comity.demo.sides import MX, US, Side, free_ports
from comity.errors import Code, ComityError
from comity.operations import agreeing, holdings, matching, offering, peers, records, tagging

pytestmark = pytest.mark.processes

OVERLAP = 5
NAMES = 2_500
"""Names the asker asks for: the portable kernel is busy with them for most of a second."""
MAP = "id=id;name=name;kind=organisation"
TERMS = {
    "approval": "automatic",
    "purposes": ["sanctions"],
    "legalBases": ["treaty"],
    "expiry": "2100-01-01T00:00:00Z",
    "handling": "TLP:AMBER",
    "match": {"families": ["name"]},
}
# A question that was admitted (step 3) and has no reply (step 7).
ADMITTED = """
    SELECT count(*) FROM messages AS asked
    WHERE direction = 'in' AND what = 'comity-question-1' AND kind = 'request'
    AND NOT EXISTS (SELECT 1 FROM messages WHERE direction = 'out' AND reply_to = asked.jti)
"""
# A question that is durable at the asker, and has no reply yet.
POSTED = "SELECT count(*) FROM outbox WHERE kind = 'comity-question-1' AND state <> 'done'"
ASKED = (
    "SELECT jti FROM messages WHERE what = 'comity-question-1' AND kind = 'request' ORDER BY seq"
)


def write_list(path: Path, count: int, name: str) -> str:
    """Write a list that shares its first names with every other one."""
    rows = (f"{n},{'Shared' if n < OVERLAP else name} Company {n}" for n in range(count))
    path.write_text("\n".join(("id,name", *rows, "")))
    return str(path)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Side, Side]]:
    """Two serving nodes that agreed, one with its tags made and the other with names to ask."""
    folder = tmp_path_factory.mktemp("sides")
    mx, us = Side(MX, folder), Side(US, folder)
    with pytest.MonkeyPatch.context() as environment:
        # The fast kernel would be done before a signal can reach it.
        environment.setenv(kernel.VARIABLE, "portable")
        yield from _agreed(mx, us, folder)


def _agreed(mx: Side, us: Side, folder: Path) -> Iterator[tuple[Side, Side]]:
    try:
        for side, port in zip((mx, us), free_ports(2), strict=True):
            side.create(f"https://127.0.0.1:{port}", port, "en")
            side.start()
        for side in (mx, us):
            side.ready()
        for side, other in ((mx, us), (us, mx)):
            document = (other.folder / "identity.comity").read_text()
            side.run(peers.peer_add, document=document, fingerprint=fingerprint(document))
        for side, count in ((mx, 50), (us, NAMES)):
            path = write_list(folder / f"{side.party.key}.csv", count, side.party.key)
            side.run(holdings.load, path=path, format="csv", dataset="list", mapping=MAP)
        mx.run(offering.make_offer, dataset="list", terms=TERMS)
        begun = us.run(agreeing.negotiate, peer=mx.id, dataset="list")
        us.wait(agreeing.show, lambda shown: shown.state == "FINALIZED", negotiation=begun.id)
        mx.run(tagging.tag, peer=us.id, dataset="list")
        yield mx, us
    finally:
        mx.kill()
        us.kill()


def query(side: Side, sql: str) -> list[Any]:
    """Look into the database of a node, as nobody but a test may."""
    with closing(sqlite3.connect(side.folder / "comity.db", timeout=20)) as connection:
        return [row[0] for row in connection.execute(sql)]


def match(mx: Side, us: Side) -> matching.Matched:
    return us.run(matching.match, peer=mx.id, dataset="list")


def kill_when(side: Side, sql: str, busy: "Future[matching.Matched]") -> None:
    """Kill a node with SIGKILL as soon as something is in its database."""
    ends = time.monotonic() + 30
    while query(side, sql) == [0]:
        assert time.monotonic() < ends
        assert not busy.done()
        time.sleep(0.002)
    side.kill()


def start_again(side: Side) -> None:
    side.start()
    side.ready()


def check_complete(mx: Side, us: Side, result: matching.Matched) -> None:
    assert sorted(hit.record for hit in result.hits) == [str(n) for n in range(OVERLAP)]
    asked = query(us, ASKED)
    assert query(mx, ASKED) == asked
    # Each question was evaluated and counted once, and has one reply.
    counted = query(mx, "SELECT jti FROM usage")
    assert sorted(counted) == sorted(asked)
    replies = query(mx, "SELECT reply_to FROM messages WHERE what = 'comity-question-1' AND status")
    assert sorted(replies) == sorted(asked)
    us.run(records.verify, peer=mx.id)
    mx.run(records.verify, peer=us.id)


def test_the_holder_is_killed_while_it_evaluates(sides: tuple[Side, Side]) -> None:
    mx, us = sides
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(match, mx, us)
        kill_when(mx, ADMITTED, busy)
        with pytest.raises(ComityError) as raised:
            busy.result()
    assert raised.value.code is Code.PEER_UNREACHABLE
    assert query(mx, ADMITTED) == [1]
    start_again(mx)
    check_complete(mx, us, match(mx, us))
    # What was asked before the crash was not asked again.
    assert len(query(us, ASKED)) == 1


def test_the_asker_is_killed_while_it_waits(sides: tuple[Side, Side]) -> None:
    mx, us = sides
    before = len(query(us, ASKED))
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(match, mx, us)
        kill_when(us, POSTED, busy)
        with pytest.raises(ComityError) as raised:
            busy.result()
    assert raised.value.code is Code.NODE_NOT_SERVING
    start_again(us)
    check_complete(mx, us, match(mx, us))
    assert len(query(us, ASKED)) == before + 1

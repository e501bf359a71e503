"""Rows as they are read, written and changed."""

from comity.store.engine import Store
from comity.store.rows.matching import Usage
from comity.store.rows.moving import add, change, many, one, remove
from comity.store.rows.node import Officer
from comity.store.schema.matching import usage
from comity.store.usage import used

A, B, C = (Officer(name, bytes([n]) * 32, n) for n, name in enumerate("abc"))


def test_rows(store: Store) -> None:
    with store.write() as tx:
        add(tx)
        add(tx, C, A, B)
        assert many(tx, Officer, order="id") == [A, B, C]
        assert many(tx, Officer, order="created", limit=2) == [A, B]
        assert many(tx, Officer, Officer.table.c.created > 0, order="id") == [B, C]
        assert many(tx, Officer, id="b", created=1) == [B]
        assert many(tx, Officer, id="b", created=2) == []
        assert one(tx, Officer, secret=bytes([2]) * 32) == C
        assert one(tx, Officer, id="d") is None
        assert change(tx, Officer, {"id": "b"}, created=7) == 1
        assert change(tx, Officer, {"id": "d"}, created=7) == 0
        assert change(tx, Officer, {"created": 7}, id="d", created=8) == 1
        assert many(tx, Officer, order="id") == [A, C, Officer("d", B.secret, 8)]
        assert remove(tx, Officer, id="d") == 1
        assert remove(tx, Officer, id="d") == 0
        assert many(tx, Officer, order="id") == [A, C]


def test_values_that_look_like_sql(store: Store) -> None:
    with store.write() as tx:
        add(tx, A)
        assert one(tx, Officer, id="' OR '1'='1") is None
        assert remove(tx, Officer, id="a'; DROP TABLE officers; --") == 0
        assert one(tx, Officer, id="a") == A


def entry(jti: str, elements: int, at: int, dataset: str = "list", peer: str = "us") -> Usage:
    return Usage(peer, jti, dataset, "agreement", "match", "rfc", elements, at)


def test_usage_is_of_one_peer_and_dataset_whatever_the_agreement(store: Store) -> None:
    entries = (
        entry("1", 5, 100),
        entry("2", 7, 200),
        entry("3", 11, 200, dataset="other"),
        entry("1", 13, 200, peer="ca"),
        Usage("us", "4", "list", "second agreement", "match", "name", 17, 300),
        Usage("us", "5", "list", "agreement", "request", "", 19, 300),
    )
    with store.write() as tx:
        add(tx, *entries)
        assert used(tx, "us", "list", "match", 0, "") == 5 + 7 + 17
        assert used(tx, "us", "list", "match", 200, "") == 7 + 17
        assert used(tx, "us", "list", "match", 201, "") == 17
        assert used(tx, "us", "list", "match", 0, "4") == 5 + 7
        assert used(tx, "us", "nothing", "match", 0, "") == 0


def test_counts_past_32_bits(store: Store) -> None:
    with store.write() as tx:
        add(tx, entry("1", 2**40, 2**40), entry("2", 2**40, 2**40))
        assert used(tx, "us", "list", "match", 2**40, "") == 2**41
        assert many(tx, Usage, usage.c.elements > 2**39, order="jti")[0].elements == 2**40

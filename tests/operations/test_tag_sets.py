"""Making a set the long way gives, to the byte, what the short way gives."""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sets
from comity.api import Inputs, Progress
from comity.core import entries
from comity.core.canonical import b64url
from comity.core.derivation import DERIVATION, derive, presence
from comity.core.holdings import encode
from comity.core.label import CANARY, Label
from comity.core.records import Family, Identifier, Kind, Record, Status
from comity.core.tokens import canaries
from comity.limits import RECORDS_PER_TOKEN
from comity.operations import tag_sets
from comity.operations.tag_sets import Maker, survey
from comity.store import building, keysets, partitions
from comity.store.engine import Store
from comity.store.handles import Handles
from comity.store.keysets import KeySet
from comity.store.outputs import Outputs
from comity.store.rows.holdings import Held
from comity.store.rows.matching import Handle
from comity.store.rows.moving import add, many
from comity.store.vault import Vault
from nodes import GROUP

KEYS = {
    Family.NAME: GROUP.scalars(b"name".ljust(64, b".")),
    Family.PASSPORT: GROUP.scalars(b"passport".ljust(64, b".")),
}
CONTEXT = bytes(range(32))
SEED = 7
STATUSES = ("listed", "cleared", "presumed")
DATASETS = count()

IDS = st.lists(st.sampled_from("ABCDEFGH"), max_size=3)
MADE = st.lists(st.tuples(IDS, IDS, st.sampled_from(STATUSES), st.booleans()), max_size=40)
"""Records with names and passports out of eight, so that most are shared, or with none."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store; each dataset in it is another."""
    folder = tmp_path_factory.mktemp("store")
    made = Store(f"sqlite:///{folder / 'comity.db'}", Vault(folder / "wrap"))
    yield made
    made.close()


@dataclass(frozen=True, slots=True)
class Set:
    """What came of making a set."""

    data: bytes
    dropped: int
    handles: dict[str, str]


def _record(n: int, names: list[str], passports: list[str], status: str) -> Record:
    return Record(
        id=f"r{n}",
        kind=Kind.PERSON,
        names=tuple(f"Person {name}" for name in names) or ("-",),
        identifiers=tuple(Identifier(Family.PASSPORT, f"{item}12345", "US") for item in passports),
        statuses=(Status(status, date(2026, 1, 1)),),
    )


def _held(made: list[tuple[list[str], list[str], str, bool]]) -> list[tuple[Record, bool]]:
    return [
        (_record(n, names, ids, status), hidden)
        for n, (names, ids, status, hidden) in enumerate(made)
    ]


def _keys(folder: Path) -> KeySet:
    return keysets.make(folder, "agreement", DERIVATION, 2_000_000_000, KEYS)


def _long(
    store: Store,
    folder: Path,
    held: list[tuple[Record, bool]],
    parts: int,
    keys: KeySet | None = None,
    progress: Progress = lambda *_: None,
) -> Set:
    """Make a set. With keys that were used before, what was kept of that is taken over."""
    keys = keys or _keys(folder)
    dataset, manifest = f"list-{next(DATASETS)}", b64url(secrets.token_bytes(32))
    with store.write() as tx:
        rows = (
            Held(dataset, record.id, n, encode(record), bytes(16), hidden)
            for n, (record, hidden) in enumerate(held)
        )
        add(tx, *rows)
    with building.begin(folder, store) as work, closing(Handles(work.path)) as handles:
        random = Random(SEED)
        maker = Maker(GROUP, random.randbytes, progress, work, parts)
        with store.read() as tx, Outputs(keys) as kept:
            found = survey(tx, dataset, KEYS, lambda *_: None)
            tagged, spooled = maker.tag(tx, dataset, found, KEYS, kept, handles)
        assert tagged.records == found.records
        assert tagged.rows <= found.tokens
        sealed, dropped = maker.seal(CONTEXT, spooled)
        reference = maker.write(sealed)
        list(handles.store(store, manifest, dataset))
        data = (work.path / building.SET).read_bytes()
    assert reference.digest == b64url(sets.digest(data))
    assert reference.bytes == len(data)
    with store.read() as tx:
        rows_made = many(tx, Handle, manifest=manifest)
    return Set(data, dropped, {row.handle: row.record for row in rows_made})


def _short(held: list[tuple[Record, bool]]) -> Set:
    """Make the same in memory, token by token, from the definitions."""
    random = Random(SEED)
    shown = [record for record, hidden in held if not hidden]
    handles = [random.randbytes(12) for _ in shown]
    statuses = sorted({record.statuses[0].value for record in shown})
    found = [_entry(family, item, 0, CANARY) for family in KEYS for item in canaries(family)]
    seen: Counter[bytes] = Counter()
    dropped = 0
    for record, handle in zip(shown, handles, strict=True):
        given = [(statuses.index(status.value), status.as_of) for status in record.statuses]
        tokens = derive(record)
        for token in tokens:
            ordinal = seen[token.input()]
            seen[token.input()] += 1
            if ordinal < RECORDS_PER_TOKEN:
                label = Label.of(handle, given, presence(record, tokens))
                found.append(_entry(token.family, token.input(), ordinal, label))
            else:
                dropped += 1
    named = {b64url(handle): record.id for record, handle in zip(shown, handles, strict=True)}
    return Set(sets.build(found, random.randbytes), dropped, named)


def _entry(family: Family, item: bytes, ordinal: int, label: Label) -> bytes:
    output = GROUP.tag(KEYS[family], Inputs.pack([item]))
    return entries.seal(output, CONTEXT, ordinal, label.encode())


@pytest.mark.parametrize("parts", [1, 2, 256])
@settings(max_examples=12)
@given(MADE)
def test_the_long_way_and_the_short_way(
    tmp_path_factory: pytest.TempPathFactory,
    store: Store,
    parts: int,
    made: list[tuple[list[str], list[str], str, bool]],
) -> None:
    held = _held(made)
    assert _long(store, tmp_path_factory.mktemp("made"), held, parts) == _short(held)


def test_both_ways_where_nearly_all_waits_on_disk(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where one token is that of many more records than count."""
    monkeypatch.setattr(partitions, "SPOOLED_AT_ONCE_BYTES", 104)
    monkeypatch.setattr(partitions, "SPOOL_CHUNK_BYTES", 1_000)
    many_records = RECORDS_PER_TOKEN * 3
    held = _held([(["A"], [f"B{n}"], STATUSES[n % 3], n % 7 == 0) for n in range(many_records)])
    made = _long(store, tmp_path, held, 256)
    assert made == _short(held)
    assert made.dropped > RECORDS_PER_TOKEN


class Killed(Exception):
    """The process ends, as far as what is on disk is concerned."""


@settings(max_examples=12)
@given(st.lists(st.tuples(MADE, st.none() | st.integers(0, 40)), min_size=2, max_size=4))
def test_any_taggings_with_the_same_keys_give_what_the_last_gives_alone(
    tmp_path_factory: pytest.TempPathFactory,
    store: Store,
    rounds: list[tuple[list[tuple[list[str], list[str], str, bool]], int | None]],
) -> None:
    """Records come, go, change, are withheld and shared; and some taggings are killed."""
    folder, patch = tmp_path_factory.mktemp("made"), pytest.MonkeyPatch()
    keys = _keys(folder)
    with patch.context() as patched:
        patched.setattr(tag_sets, "RECORDS_AT_ONCE", 3)
        for made, killed_at in rounds:
            held = _held(made)

            def progress(step: str, done: int, total: int, at: int | None = killed_at) -> None:
                if step == "tag" and at is not None and done >= at:
                    raise Killed

            try:
                assert _long(store, folder, held, 2, keys, progress) == _short(held)
            except Killed:
                assert killed_at is not None
        assert _long(store, folder, held, 2, keys) == _short(held)

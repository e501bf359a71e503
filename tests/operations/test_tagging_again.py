"""Tagging again: what was tagged with the same keys is taken over, also after a kill."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from comity.core.canonical import unb64url
from comity.core.manifest import Manifest
from comity.core.records import Family
from comity.errors import Code
from comity.limits import DAY, EPOCH_SECONDS, KEYS_LEFT_SECONDS, MESSAGE_LIFETIME_SECONDS
from comity.operations import agreements, holdings, tagging
from comity.protocol.questions import manifest_in
from comity.store import files, keysets
from comity.store.rows.agreements import Agreement
from comity.store.rows.matching import Handle, ManifestRow
from comity.store.rows.moving import many
from comity.worker import work
from nodes import OFFICER, US, Pair, run
from refusals import refuses
from stages import MX_LIST, MX_ROWS, begin, load, match, tag

KILLED = 9
RECORDS = 9
"""Of the holder's list, without the one that is withheld."""
DIE = f"""
import os, sys
from pathlib import Path
from comity.node import open_node
from comity.operations import Caller, tag_sets, tagging

tag_sets.RECORDS_AT_ONCE = 4

def die(step, done, total):
    if step == sys.argv[2] and done >= int(sys.argv[3]):
        os._exit({KILLED})

node = open_node(Path(sys.argv[1]))
args = tagging.Tag(peer={US.id!r}, dataset={MX_LIST!r})
tagging.tag.run(node, Caller({OFFICER.officer!r}), args, die)
"""


def _counts(made: tagging.Tagged) -> tuple[bool, int, int, int]:
    return made.new_keys, made.tagged_anew, made.taken_over, made.left_out


def _manifests(p: Pair) -> list[Manifest]:
    with p.mx.store.read() as tx:
        return [manifest_in(row) for row in many(tx, ManifestRow, order="epoch")]


def _records(p: Pair) -> set[str]:
    """Return the records that the set in force has handles of."""
    with p.mx.store.read() as tx:
        (ready,) = many(tx, ManifestRow, ready=True)
        return {row.record for row in many(tx, Handle, manifest=ready.digest)}


def _kill(p: Pair, step: str, done: int = 0) -> None:
    p.mx.close()
    command = [sys.executable, "-c", DIE, str(p.mx.folder), step, str(done)]
    assert subprocess.run(command, check=False).returncode == KILLED
    p.restart("mx")


def _outputs(p: Pair) -> bytes:
    (path,) = (p.mx.folder / "epochs").glob("*/outputs")
    return path.read_bytes()


def test_nothing_has_changed(agreed: Pair) -> None:
    p = agreed
    first, second = tag(p), tag(p)
    assert _counts(first) == (True, RECORDS, 0, 1)
    assert _counts(second) == (False, 0, RECORDS, 1)
    assert (second.epoch, second.ends) == (2, first.ends)
    old, new = _manifests(p)
    assert old.family_keys == new.family_keys
    assert old.salt != new.salt
    with p.mx.store.read() as tx:
        handles = [
            {row.handle for row in many(tx, Handle, manifest=m)}
            for m in (first.manifest, second.manifest)
        ]
    assert not handles[0] & handles[1]
    begin(p, first.agreement)
    assert len(match(p).hits) == 8


def test_the_asker_asks_again_under_the_next_manifest(matched: Pair) -> None:
    p = matched
    tag(p)
    again = match(p)
    assert (len(again.hits), again.epoch) == (8, 2)


def test_a_record_that_is_withheld_is_in_the_next_set_no_more(matched: Pair) -> None:
    p = matched
    size = len(_outputs(p))
    run(holdings.withhold, p.mx, dataset=MX_LIST, record="m1")
    assert "m1" in _records(p)
    assert _counts(tag(p)) == (False, 0, RECORDS - 1, 2)
    assert _records(p) == {"m2", "m3", "m4", "m5", "m6", "m7", "m9", "m10"}
    assert "u1" not in {hit.record for hit in match(p).hits if hit.manifest == _in_force(p)}
    assert len(_outputs(p)) <= size
    # What was kept of it went, so that it is tagged anew when it is shared again.
    run(holdings.withhold, p.mx, dataset=MX_LIST, record="m1", state="shared")
    assert _counts(tag(p)) == (False, 1, RECORDS - 1, 1)
    assert "u1" in {hit.record for hit in match(p).hits if hit.manifest == _in_force(p)}


def _in_force(p: Pair) -> str:
    with p.mx.store.read() as tx:
        return many(tx, ManifestRow, ready=True)[0].digest


def test_a_list_is_loaded_anew(matched: Pair) -> None:
    """One record went, one came, one has another status, and the rest stands in another order."""
    p = matched
    rows = [row for row in MX_ROWS if not row.startswith("m2,")][::-1]
    rows[0] = rows[0].replace("definitivo", "desvirtuado")
    new = 'm11,"Nueva, S.A.",,organisation,EGA010203AB4,,,,,,,,definitivo,2023-01-02,,'
    load(p.mx, MX_LIST, *rows, new, replace=True)
    assert _counts(tag(p)) == (False, 2, RECORDS - 2, 1)
    assert "m11" in _records(p)
    assert "m2" not in _records(p)
    assert len(match(p).hits) == 7


@pytest.mark.parametrize(
    ("step", "done", "anew"),
    [
        ("read", 0, 9),
        ("tag", 4, 5),
        ("tag", 8, 1),
        ("seal", 9, 0),
        ("write", 0, 0),
        ("store", 0, 0),
    ],
)
def test_what_was_tagged_before_a_kill_is_not_tagged_again(
    agreed: Pair, step: str, done: int, anew: int
) -> None:
    p = agreed
    _kill(p, step, done)
    with p.mx.store.read() as tx:
        assert many(tx, ManifestRow) == []
    before = keysets.current(p.mx.folder, _agreement(p))
    assert before is not None
    # Nothing else of it is left.
    assert list((p.mx.folder / "building").iterdir()) == []
    assert [path for path in (p.mx.folder / "epochs").iterdir() if path.is_file()] == []
    made = tag(p)
    assert _counts(made) == (False, anew, RECORDS - anew, 1)
    (manifest,) = _manifests(p)
    for family, key in before.keys.items():
        assert manifest.public_key(family) == p.mx.local.kernel.public_key(key)
    begin(p, made.agreement)
    assert len(match(p).hits) == 8


def _agreement(p: Pair) -> str:
    return run(agreements.agreement_list, p.mx).agreements[0].id


def test_killed_again_and_again(agreed: Pair) -> None:
    p = agreed
    for done in (4, 4, 8):
        _kill(p, "tag", done)
    assert _counts(tag(p)) == (False, 1, RECORDS - 1, 1)


def new_keys_are_asked_for(p: Pair) -> dict[str, Any]:
    return {"new_keys": True}


def they_have_little_left(p: Pair) -> dict[str, Any]:
    p.clock.forward(seconds=EPOCH_SECONDS - KEYS_LEFT_SECONDS + 1)
    return {}


def they_have_ended(p: Pair) -> dict[str, Any]:
    p.clock.forward(seconds=EPOCH_SECONDS)
    return {}


def the_rules_are_others(p: Pair) -> dict[str, Any]:
    found = keysets.current(p.mx.folder, _agreement(p))
    assert found is not None
    keysets.make(p.mx.folder, _agreement(p), "comity-fuzzy-0", found.ends, found.keys)
    return {}


def the_families_are_others(p: Pair) -> dict[str, Any]:
    found = keysets.current(p.mx.folder, _agreement(p))
    assert found is not None
    fewer = {Family.RFC: found.keys[Family.RFC]}
    keysets.make(p.mx.folder, _agreement(p), found.derivation, found.ends, fewer)
    return {}


def they_are_gone(p: Pair) -> dict[str, Any]:
    (path,) = (p.mx.folder / "epochs").glob("*/keys")
    path.unlink()
    return {}


WHY: list[Callable[[Pair], dict[str, Any]]] = [
    new_keys_are_asked_for,
    they_have_little_left,
    they_have_ended,
    the_rules_are_others,
    the_families_are_others,
    they_are_gone,
]


@pytest.mark.parametrize("why", WHY)
def test_new_keys(tagged: Pair, why: Callable[[Pair], dict[str, Any]]) -> None:
    p = tagged
    (old,) = _manifests(p)
    made = tag(p, **why(p))
    assert _counts(made) == (True, RECORDS, 0, 1)
    assert not {k.key for k in old.family_keys} & {k.key for k in _manifests(p)[-1].family_keys}
    assert len(match(p).hits) == 8


def test_keys_with_enough_left_are_taken_over_and_end_when_they_would(tagged: Pair) -> None:
    p = tagged
    (old,) = _manifests(p)
    p.clock.forward(seconds=EPOCH_SECONDS - KEYS_LEFT_SECONDS)
    made = tag(p)
    assert (made.new_keys, made.ends) == (False, old.ends_at)
    p.clock.forward(seconds=KEYS_LEFT_SECONDS)
    work(p.mx)
    assert list((p.mx.folder / "epochs").iterdir()) == []


def test_where_the_agreement_ends_soon_keys_are_taken_over_to_its_end(agreed: Pair) -> None:
    p = agreed
    with p.mx.store.read() as tx:
        (agreement,) = many(tx, Agreement)
    p.clock.forward(seconds=agreement.ends - p.mx.local.now() - 2 * DAY)
    first, second = tag(p), tag(p)
    assert first.ends == second.ends == agreement.ends
    assert not second.new_keys


def test_two_tag_at_the_same_time(agreed: Pair) -> None:
    p = agreed

    def meanwhile(step: str, done: int, total: int) -> None:
        if step == "tag":
            with refuses(Code.TAGGING_UNDER_WAY, agreement=_agreement(p)):
                tag(p, new_keys=True)

    args = tagging.tag.args(peer=US.id, dataset=MX_LIST)
    made = tagging.tag.run(p.mx, OFFICER, args, meanwhile)
    assert _counts(made) == (True, RECORDS, 0, 1)
    assert _counts(tag(p)) == (False, 0, RECORDS, 1)


@pytest.mark.parametrize("at", ["tag", "seal", "store"])
def test_the_agreement_is_withdrawn_meanwhile(agreed: Pair, at: str) -> None:
    p, withdrawn = agreed, list[str]()

    def meanwhile(step: str, done: int, total: int) -> None:
        if at == step and not withdrawn:
            withdrawn.append(at)
            run(agreements.withdraw, p.mx, agreement=_agreement(p), reason="Enough.")

    args = tagging.tag.args(peer=US.id, dataset=MX_LIST)
    with refuses(Code.AGREEMENT_UNKNOWN):
        tagging.tag.run(p.mx, OFFICER, args, meanwhile)
    assert list((p.mx.folder / "epochs").iterdir()) == []
    assert list((p.mx.folder / "sets").glob("*.tags")) == []


def test_sets_go_when_nobody_can_ask_for_a_part_of_them(matched: Pair) -> None:
    p = matched

    def sets(side: str) -> int:
        return len(list(((p.mx if side == "mx" else p.us).folder / "sets").glob("*.tags")))

    tag(p)
    assert (sets("mx"), sets("us")) == (2, 1)
    match(p)
    assert (sets("mx"), sets("us")) == (2, 1)
    p.clock.forward(seconds=MESSAGE_LIFETIME_SECONDS)
    tag(p)
    assert sets("mx") == 2
    with p.mx.store.read() as tx:
        newest = many(tx, ManifestRow, order="epoch")[-1]
    p.clock.forward(seconds=newest.ends - p.mx.local.now() + MESSAGE_LIFETIME_SECONDS - 1)
    p.restart("mx")
    assert sets("mx") == 1
    p.clock.forward(seconds=1)
    p.restart("mx")
    p.restart("us")
    assert (sets("mx"), sets("us")) == (0, 0)


def test_a_part_of_the_set_before_is_still_given_again(matched: Pair) -> None:
    p = matched
    old = _manifests(p)[0]
    tag(p)
    assert files.set_path(p.mx.folder, _bytes(old)).exists()


def _bytes(manifest: Manifest) -> bytes:
    return unb64url(manifest.tag_set.digest, 32)

"""Making and fetching a tag set, killed in the middle, full, too late, or at the same time."""

import subprocess
import sys
from pathlib import Path

import pytest

from comity.api import Request
from comity.core import tagset
from comity.core.canonical import unb64url
from comity.errors import Code, ComityError
from comity.operations import tagging
from comity.protocol.questions import manifest_in
from comity.store import files
from comity.store.rows.matching import Handle, ManifestRow
from comity.store.rows.moving import many
from nodes import OFFICER, US, Pair
from refusals import refuses
from stages import MX_LIST, begin, match, tag

KILLED = 9
DIE = f"""
import os, sys
from pathlib import Path
from comity.node import open_node
from comity.operations import Caller, tagging

def die(step, done, total):
    if step == sys.argv[2]:
        os._exit({KILLED})

node = open_node(Path(sys.argv[1]))
args = tagging.Tag(peer={US.id!r}, dataset={MX_LIST!r})
tagging.tag.run(node, Caller({OFFICER.officer!r}), args, die)
"""


def _state(p: Pair) -> tuple[list[str], list[str], set[str]]:
    """Return the files that a set leaves, and the manifests that handles are of."""
    node = p.mx.folder
    folders = [node / "sets", node / "epochs"]
    kept = [path.name for each in folders for path in each.glob("*") if path.is_file()]
    building = [path.name for path in (node / "building").glob("*")]
    with p.mx.store.read() as tx:
        return sorted(kept), building, {row.manifest for row in many(tx, Handle)}


@pytest.mark.parametrize("step", ["read", "tag", "seal", "write", "store"])
def test_killed_while_making_it(agreed: Pair, step: str) -> None:
    """In `store`, set and keys have their names already, and some handles are there."""
    p = agreed
    tag(p)
    before = _state(p)
    p.mx.close()
    command = [sys.executable, "-c", DIE, str(p.mx.folder), step]
    assert subprocess.run(command, check=False).returncode == KILLED
    left = _state(p)
    assert len(left[1]) == 1
    assert (len(left[0]) == len(before[0]) + 2) is (step == "store")
    p.restart("mx")
    assert _state(p) == before
    tag(p)
    begin(p, _agreement(p))
    assert len(match(p).hits) == 8


def _agreement(p: Pair) -> str:
    with p.mx.store.read() as tx:
        return many(tx, ManifestRow)[0].agreement


def test_two_at_the_same_time(agreed: Pair) -> None:
    """The one that ends first is published; of the other nothing is left."""
    p, first = agreed, list[tagging.Tagged]()

    def meanwhile(step: str, done: int, total: int) -> None:
        if step == "store" and not first:
            first.append(tag(p))

    args = tagging.tag.args(peer=US.id, dataset=MX_LIST)
    with refuses(Code.MANIFEST_CHANGED):
        tagging.tag.run(p.mx, OFFICER, args, meanwhile)
    kept, building, handles = _state(p)
    assert (len(kept), building, handles) == (2, [], {first[0].manifest})
    begin(p, first[0].agreement)
    assert len(match(p).hits) == 8


def test_progress_of_each_step(agreed: Pair) -> None:
    told: list[tuple[str, int, int]] = []
    args = tagging.tag.args(peer=US.id, dataset=MX_LIST)
    made = tagging.tag.run(agreed.mx, OFFICER, args, lambda *said: told.append(said))
    steps = ["read", "tag", "seal", "write", "store"]
    assert list(dict.fromkeys(step for step, _, _ in told)) == steps
    for step in steps:
        done = [count for each, count, _ in told if each == step]
        assert done == sorted(done)
        assert done[-1] == {total for each, _, total in told if each == step}.pop()
    assert ("store", made.records, made.records) in told


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let a small set have many parts; returns how many."""
    monkeypatch.setattr(tagset, "SET_PART_BYTES", 5_000)
    return tagset.part_count(tagset.file_bytes(tagset.SMALLEST))


def _asked_parts(p: Pair) -> list[int]:
    targets = [request.target for request, _ in p.to_mx.seen if "/set/" in request.target]
    return [int(target.rpartition("/")[2]) for target in targets]


def _digest(p: Pair) -> bytes:
    with p.mx.store.read() as tx:
        return unb64url(manifest_in(many(tx, ManifestRow, ready=True)[-1]).tag_set.digest)


def test_a_fetch_that_was_interrupted_goes_on(tagged: Pair, small_parts: int) -> None:
    p, come = tagged, 4

    def cut(request: Request) -> Request:
        if "/set/" in request.target and len(_asked_parts(p)) == come:
            raise ComityError(Code.PEER_UNREACHABLE, peer="", reason="cut")
        return request

    p.to_mx.on_request = cut
    with pytest.raises(ComityError) as stopped:
        match(p)
    assert stopped.value.code is Code.PEER_UNREACHABLE
    asked = _asked_parts(p)
    assert len(asked) == come
    p.to_mx.mend()
    p.restart("us")
    p.to_mx.seen.clear()
    assert len(match(p).hits) == 8
    again = _asked_parts(p)
    assert sorted(asked + again) == list(range(small_parts))


def test_one_byte_of_any_part(tagged: Pair, small_parts: int) -> None:
    """What came is all let go, and the next attempt gets it anew."""
    p = tagged
    digest = _digest(p)
    for number in range(small_parts):
        data = bytearray(files.set_path(p.mx.folder, digest).read_bytes())
        data[5_000 * number + 7 * number % 4_000] ^= 1
        start, stop = tagset.part_range(len(data), number)
        files.write_part(p.us.folder, digest, number, bytes(data[start:stop]))
        p.to_mx.seen.clear()
        with refuses(Code.TAG_SET_INVALID):
            match(p)
        assert len(_asked_parts(p)) == small_parts - 1
        assert list((p.us.folder / "sets").rglob("*.*")) == []
    assert len(match(p).hits) == 8


def test_a_set_is_joined_without_its_copy(tagged: Pair) -> None:
    match(tagged)
    (path,) = (path for path in (tagged.us.folder / "sets").rglob("*") if path.is_file())
    assert path == files.set_path(tagged.us.folder, _digest(tagged))
    assert path.stat().st_mode & 0o777 == 0o600


PEAK = """
import hashlib, resource, secrets, sys
from pathlib import Path
from comity.api import Inputs
from comity.core.tagset import part_count, part_range
from comity.core.matching import ROW_BYTES
from comity.kernel import load
from comity.operations.tag_sets import Maker
from comity.core.canonical import unb64url
from comity.store import building, files, partitions
from comity.store.building import Building

partitions.SPOOLED_AT_ONCE_BYTES = 4096
folder, count = Path(sys.argv[1]), int(sys.argv[2])
folder.mkdir()
work = Building(folder, folder)
maker = Maker(load(), secrets.token_bytes, lambda *_: None, work)
rows = partitions.Partitions(folder / "rows", ROW_BYTES)
for _ in range(count // 1000):
    rows.put(secrets.token_bytes(1000 * ROW_BYTES))
entries, dropped = maker.seal(bytes(32), rows)
reference = maker.write(entries)
digest = unb64url(reference.digest, 32)
work.settle(digest)
holder = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for number in range(part_count(reference.bytes)):
    files.write_part(folder / "asker", digest, number, files.read_part(folder, digest, number))
files.join_parts(folder / "asker", digest, reference.bytes)
print(holder, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_set(tmp_path: Path) -> None:
    """Four times as many entries: held at once, 300,000 more would be 50 MB and more."""
    peaks = []
    for count in (50_000, 350_000):
        command = [sys.executable, "-c", PEAK, str(tmp_path / str(count)), str(count)]
        done = subprocess.run(command, check=True, capture_output=True)
        peaks.append([int(kib) for kib in done.stdout.split()])
    small, large = peaks
    assert large[0] - small[0] < 12 * 1024
    assert large[1] - small[1] < 12 * 1024

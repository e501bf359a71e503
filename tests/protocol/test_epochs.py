"""Old tags die: however an epoch ends, nothing of its keys or of its set can be used any more."""

from collections.abc import Callable

import pytest

from comity.api import Inputs
from comity.core.canonical import b64url, unb64url
from comity.core.derivation import derive_one
from comity.core.manifest import Manifest
from comity.core.matching import look_up
from comity.core.records import Family
from comity.errors import Code
from comity.limits import EPOCH_SECONDS
from comity.operations import agreeing, agreements, holdings
from comity.protocol.addresses import data_path
from comity.protocol.questions import manifest_in
from comity.store import files
from comity.store import peers as pins
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import many
from comity.worker import work
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import MX_LIST, code, match, matching_terms, question, say, tag, transfer
from successions import follow, recovered


def by_time(p: Pair) -> None:
    p.clock.forward(seconds=EPOCH_SECONDS)
    work(p.mx)


def by_withdrawal(p: Pair) -> None:
    agreement = run(agreements.agreement_list, p.mx).agreements[0].id
    run(agreements.withdraw, p.mx, agreement=agreement, reason="Enough.")
    p.pump()


def by_the_other_side(p: Pair) -> None:
    agreement = run(agreements.agreement_list, p.us).agreements[0].id
    run(agreements.withdraw, p.us, agreement=agreement, reason="Enough.")
    p.pump()


def by_another_agreement(p: Pair) -> None:
    agreement = run(agreements.agreement_list, p.us).agreements[0].id
    begun = run(agreements.amend, p.us, agreement=agreement, terms=matching_terms(families=["rfc"]))
    p.pump()
    theirs = run(agreeing.negotiation_list, p.mx).negotiations
    run(agreeing.accept, p.mx, negotiation=next(one.id for one in theirs if one.waits))
    p.pump()
    assert begun.id


def by_recovery(p: Pair) -> None:
    recovered(p, "mx")
    follow(p.mx, p.us)


ENDS: dict[str, Callable[[Pair], object]] = {
    "a new set with new keys": lambda p: tag(p, new_keys=True),
    "its time": by_time,
    "a withdrawal by the holder": by_withdrawal,
    "a withdrawal by the asker": by_the_other_side,
    "another agreement in its place": by_another_agreement,
    "a recovery of the holder's keys": by_recovery,
}


@pytest.mark.parametrize("end", ENDS)
def test_old_tags_die(matched: Pair, end: str) -> None:
    p = matched
    with p.mx.store.read() as tx:
        (row,) = many(tx, ManifestRow, role="provider")
        peer = pins.pinned(tx, US.id)
    old: Manifest = manifest_in(row)
    keys = files.read_keys(p.mx.folder, row.digest)
    path = next((p.mx.folder / "epochs").glob(f"{unb64url(row.digest).hex()}*"))
    asked = question(p, 3, Family.RFC, manifest=row.digest)
    with p.us.store.read() as tx:
        holder = pins.pinned(tx, MX.id)
    pid = transfer(p.us).their_pid

    ENDS[end](p)

    # The holder itself cannot use the keys: the file is gone, and nothing in its folder has them.
    assert not path.exists()
    with refuses(Code.EPOCH_ENDED):
        files.read_keys(p.mx.folder, row.digest)
    kept = b"".join(each.read_bytes() for each in p.mx.folder.rglob("*") if each.is_file())
    assert len(keys) > 1
    for key in keys.values():
        assert b64url(key).encode() not in kept
        assert key not in kept
    # Nobody is given a part of the set, or an evaluation under it.
    reply = say(p.us, MX.id, data_path(holder, pid, "questions"), asked)
    assert code(reply) in {
        *("manifest-changed", "manifest-unknown", "epoch-ended"),
        *("agreement-unknown", "transfer-not-started", "agreement-suspended"),
    }
    with p.mx.store.read() as tx:
        ready = [each.digest for each in many(tx, ManifestRow, role="provider") if each.ready]
    assert row.digest not in ready
    assert peer.id == old.consumer


@pytest.mark.parametrize("new_keys", [False, True])
def test_two_sets_have_nothing_in_common(matched: Pair, new_keys: bool) -> None:
    """Whether the second has the keys of the first or not: neither entries nor handles."""
    p = matched
    first = match(p)
    tag(p, new_keys=new_keys)
    second = match(p)
    assert [hit.record for hit in first.hits] == [hit.record for hit in second.hits]
    assert not {hit.handle for hit in first.hits} & {hit.handle for hit in second.hits}
    sets = []
    for manifest in _manifests(p):
        digest = unb64url(manifest.tag_set.digest)
        data = files.set_path(p.mx.folder, digest).read_bytes()
        sets.append({data[at : at + 10] for at in range(len(data) % 58, len(data), 58)})
    assert not sets[0] & sets[1]


@pytest.mark.parametrize("new_keys", [False, True])
def test_what_outputs_of_one_epoch_find_in_the_set_of_the_next(
    matched: Pair, new_keys: bool
) -> None:
    """With the same keys, what has become of what was asked: here, that a record has gone."""
    p = matched
    inputs = [derive_one(Family.RFC, text).input() for text in ("CNU130416UJ3", "SAF130812CL4")]
    keys = files.read_keys(p.mx.folder, b64url(_manifests(p)[0].digest()))
    outputs = p.mx.local.kernel.tag(keys[Family.RFC], Inputs.pack(inputs))
    run(holdings.withhold, p.mx, dataset=MX_LIST, record="m7")
    tag(p, new_keys=new_keys)
    found = []
    for manifest in _manifests(p):
        with files.open_set(p.mx.folder, unb64url(manifest.tag_set.digest)) as tags:
            labels = look_up(p.mx.local.kernel, manifest.binding(), tags, outputs)
            found.append([len(each) for each in labels])
    assert found == [[1, 1], [0, 0] if new_keys else [1, 0]]


def _manifests(p: Pair) -> list[Manifest]:
    with p.mx.store.read() as tx:
        return [manifest_in(row) for row in many(tx, ManifestRow, role="provider", order="epoch")]

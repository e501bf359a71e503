"""Logs, proofs and witnesses with the Go reference code: what one makes, the other takes."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from comity.core import checkpoint, proof, witness
from comity.core.checkpoint import Checkpoint
from comity.core.keys import Ed25519Signer
from comity.core.leaf import leaf
from comity.core.merkle import leaf_hash, verify_consistency
from comity.core.note import KeyType, VerifierKey
from comity.core.proof import Proof
from comity.core.tiles import TiledTree
from comity.edge import witness_client
from comity.errors import ComityError
from comity.operations import exporting, proving, records, witnessing
from comity.protocol import recording
from comity_verify import VerificationFailure, notes, proofs, telling, verify
from comity_verify.merkle import check_consistency, check_inclusion
from interop.connector import Failed
from interop.play import Play, act, check
from interop.reference import NAME, Litewitness, Reference, got, litewitness, reference
from nodes import MX, US, Pair, pair, run
from stages import CATALOG, CATALOG_BODY, say

_MESSAGES: Final = 300
"""More than fill a tile."""
_SIZES: Final = ((1, 2), (1, 300), (128, 129), (255, 256), (256, 257), (7, 300), (300, 300))
_ORIGIN: Final = "log.example/made-by-go"
_COSIGNER: Final = "cosigner.example/made-by-go"


@dataclass(frozen=True, slots=True)
class Ours:
    """What two nodes of ours exported and proved, and the keys for it."""

    p: Pair
    folder: Path
    evidence: bytes
    logs: tuple[tuple[str, tuple[VerifierKey, VerifierKey], Path], ...]
    """Origin, keys of log and cosigner, and folder of tiles; ours first."""


def play(folder: Path, shown: Play) -> None:
    """Play everything in an empty folder."""
    with pair(folder / "nodes") as p, reference() as go:
        # Witnesses of the reference code have the real time.
        p.clock.forward(seconds=time.time() - p.us.local.now())
        ours = _prepared(p, folder)
        act("our logs, read by the Go reference code")
        for number, (origin, keys, place) in enumerate(ours.logs):
            _log(shown, go, ours, number, origin, keys, place)
        _evidence(shown, go, ours)
        act("logs of the Go reference code, read by ours")
        _theirs(shown, go)
        act("our client, and the witness of the reference code")
        with litewitness(folder) as third:
            _witness(shown, go, ours, third)


def _prepared(p: Pair, folder: Path) -> Ours:
    for _ in range(_MESSAGES):
        say(p.us, MX.id, CATALOG, CATALOG_BODY)
    run(records.verify, p.us, peer=MX.id)
    tiles = run(exporting.export, p.us, peer=MX.id, path=str(folder / "tiles"))
    us, mx = p.us.local.identity, p.mx.local.identity
    keys = (
        (recording.log_key(us, MX.id), recording.cosigner_key(mx)),
        (recording.log_key(mx, US.id), recording.cosigner_key(us)),
    )
    logs = tuple(
        (pair_of[0].name, pair_of, Path(log.path))
        for pair_of, log in zip(keys, tiles.logs, strict=True)
    )
    return Ours(p, folder, _proved(p, folder / "evidence.json"), logs)


def _proved(p: Pair, path: Path) -> bytes:
    names = tuple(f"{way}:{number}" for way in ("sent", "received") for number in (0, 255, 299))
    run(proving.prove, p.us, peer=MX.id, entries=names, path=str(path))
    return path.read_bytes()


def _log(
    shown: Play,
    go: Reference,
    ours: Ours,
    number: int,
    origin: str,
    keys: tuple[VerifierKey, VerifierKey],
    place: Path,
) -> None:
    """Check one exported log: its checkpoint, all of its tiles, and proofs out of them."""
    sender = ("the asker", "the holder")[number]
    vkeys = [key.encode() for key in keys]
    signed = (place / "checkpoint").read_bytes()
    with shown.step(f"the checkpoint of {sender}, signed and cosigned"):
        found = go.ask("checkpoint", origin=origin, keys=vkeys, checkpoint=signed)
        check(found["size"], 300, "size")
    with shown.step("  and none that was changed, or signed by others"):
        for bad in (signed.replace(b"\n300\n", b"\n301\n"), signed[:-3], signed.split(b"\n\n")[0]):
            go.refuses("checkpoint", origin=origin, keys=vkeys, checkpoint=bad)
        other = ours.logs[1 - number][1]
        go.refuses("checkpoint", origin=origin, keys=[other[0].encode()], checkpoint=signed)
        go.refuses("checkpoint", origin="else", keys=vkeys, checkpoint=signed)
        swapped = [vkeys[0], other[1].encode()]
        go.refuses("checkpoint", origin=origin, keys=swapped, checkpoint=signed)
    with shown.step(f"every tile and entry of {sender}"):
        read = go.ask("tiles", origin=origin, keys=vkeys, folder=str(place))
        row = [got(item) for item in read["leaves"]]
        check((read["size"], len(row), {len(item) for item in row}), (300, 300, {32}), "entries")
    for path in ("tile/0/000", "tile/entries/001.p/44", "tile/1/000.p/1"):
        with shown.step(f"  and none with a byte changed in {path}"):
            honest = (place / path).read_bytes()
            (place / path).write_bytes(honest[:8] + bytes([honest[8] ^ 1]) + honest[9:])
            go.refuses("tiles", origin=origin, keys=vkeys, folder=str(place))
            (place / path).write_bytes(honest)
    with shown.step("proofs that it only grew"):
        tree = TiledTree(300, lambda tile: (place / tile.path).read_bytes())
        for old, size in _SIZES:
            said = {
                "old": old,
                "size": size,
                "oldRoot": tree.root(old),
                "root": tree.root(size),
                "hashes": tree.consistency_proof(old, size),
            }
            go.ask("consistency", **said)
            go.refuses("consistency", **{**said, "root": bytes(32)})
            if len(tree.consistency_proof(old, size)) > 0:
                shorter = tree.consistency_proof(old, size)[1:]
                go.refuses("consistency", **{**said, "hashes": shorter})


def _evidence(shown: Play, go: Reference, ours: Ours) -> None:
    """Check the proofs in an evidence file."""
    entries = json.loads(ours.evidence)["entries"]
    with shown.step(f"the proofs of {len(entries)} messages in an evidence file"):
        for entry in entries:
            said = _said(ours, entry)
            go.ask("proof", **said)
    with shown.step("  and none that was changed"):
        for entry in entries:
            said = _said(ours, entry)
            lines = said["proof"].split(b"\n")
            go.refuses("proof", **{**said, "leaf": bytes(32)})
            go.refuses("proof", **{**said, "proof": b"\n".join([*lines[:2], *lines[3:]])})
            moved = said["proof"].replace(lines[1], b"index 1", 1)
            go.refuses("proof", **{**said, "proof": moved})
    with shown.step("our verifier takes the same file"):
        found = verify(ours.evidence, _documents(ours.p))
        check(len(found.entries), len(entries), "entries")


def _said(ours: Ours, entry: dict[str, Any]) -> dict[str, Any]:
    text = entry["proof"].encode()
    origin = text.split(b"\n\n")[1].split(b"\n")[0].decode()
    keys = next(keys for name, keys, _ in ours.logs if name == origin)
    token = entry["token"].encode()
    vkeys = [key.encode() for key in keys]
    return {"origin": origin, "keys": vkeys, "leaf": leaf(token), "proof": text}


def _documents(p: Pair) -> list[bytes]:
    return [p.mx.document.encode(), p.us.document.encode()]


def _theirs(shown: Play, go: Reference) -> None:
    """Let the reference code make a log, a proof and a cosignature, and check them with ours."""
    seed, other = bytes(range(32)), bytes(range(1, 33))
    entries = [b"entry %d" % number for number in range(300)]
    log = VerifierKey(_ORIGIN, KeyType.ED25519, Ed25519Signer(seed).public)
    cosigner = VerifierKey(_COSIGNER, KeyType.COSIGNATURE, Ed25519Signer(other).public)
    names = {"origin": _ORIGIN, "name": _COSIGNER, "seed": seed, "otherSeed": other}
    for index in (0, 255, 299):
        with shown.step(f"the proof of entry {index}, by the node and by the verifier"):
            made = go.ask("make", entries=entries, index=index, **names)
            check(made["keys"], [cosigner.encode()], "the key of the cosigner")
            hashed = leaf_hash(entries[index])
            for name in ("proof", "extra"):
                data = got(made["made"][name])
                _both(data, hashed, log, cosigner)
                _neither(data, leaf_hash(b"another"), log, cosigner)
                _neither(data.replace(b"index", b"index ", 1), hashed, log, cosigner)
                _neither(data[:-8] + b"AAAAAA=\n", hashed, log, cosigner)
                stranger = VerifierKey(_ORIGIN, KeyType.ED25519, Ed25519Signer(other).public)
                _neither(data, hashed, stranger, cosigner)
                if name == "proof":
                    check(Proof.parse(data).encode(), data, "the bytes of the proof")
    with shown.step("proofs that a log only grew, by the node and by the verifier"):
        for old, size in _SIZES:
            made = go.ask("prove", entries=entries, old=old, size=size)
            before, now = got(made["made"]["oldRoot"]), got(made["made"]["root"])
            hashes = [got(item) for item in made.get("leaves") or []]
            verify_consistency(old, size, hashes, before, now)
            check_consistency(old, size, hashes, before, now)
            for bad in ([*hashes, bytes(32)], hashes[1:] or [bytes(32)]):
                for by in (verify_consistency, check_consistency):
                    _refused(partial(by, old, size, bad, before, now))


def _by_node(data: bytes, hashed: bytes, log: VerifierKey, cosigner: VerifierKey) -> None:
    proof.verify(Proof.parse(data), hashed, log, [cosigner])


def _by_verifier(data: bytes, hashed: bytes, log: VerifierKey, cosigner: VerifierKey) -> None:
    read = proofs.Proof.parse(data)
    note = notes.parse(read.checkpoint)
    tree = proofs.Checkpoint.parse(note.text)
    keys = [notes.VerifierKey.parse(key.encode()) for key in (log, cosigner)]
    signed = {each.key for each in notes.verify(note, keys)}
    if signed != set(keys) or tree.origin != log.name:
        raise Failed("not signed by both")
    check_inclusion(read.index, tree.size, hashed, read.path, tree.root)


def _both(data: bytes, hashed: bytes, log: VerifierKey, cosigner: VerifierKey) -> None:
    _by_node(data, hashed, log, cosigner)
    _by_verifier(data, hashed, log, cosigner)


def _neither(data: bytes, hashed: bytes, log: VerifierKey, cosigner: VerifierKey) -> None:
    for by in (_by_node, _by_verifier):
        _refused(partial(by, data, hashed, log, cosigner))


def _refused(checked: Callable[[], object]) -> None:
    try:
        checked()
    except (ComityError, VerificationFailure, Failed):
        return
    raise Failed("it was not refused")


def _witness(shown: Play, go: Reference, ours: Ours, third: Litewitness) -> None:
    """Have our log cosigned by the witness of the reference code, as it grows."""
    p, (origin, keys, _) = ours.p, ours.logs[0]
    run(witnessing.witness_add, p.us, name="third", key=third.key.encode(), url=third.url)
    with shown.step("it does not cosign a log that nobody entered"):
        _refused(lambda: run(witnessing.witness_log, p.us, peer=MX.id))
    (log,) = run(witnessing.witness_list, p.us).logs
    third.enter(log.origin, log.key)
    with shown.step("it cosigns the log of the asker"):
        (seen,) = run(witnessing.witness_log, p.us, peer=MX.id).seen
        checkpoint.verify(seen.checkpoint.encode(), keys[0], [keys[1], third.key])
        vkeys = [each.encode() for each in (*keys, third.key)]
        signed = seen.checkpoint.encode()
        go.ask("checkpoint", origin=origin, keys=vkeys, checkpoint=signed)
    with shown.step("  and again after it has grown, with the proof that it only grew"):
        say(p.us, MX.id, CATALOG, CATALOG_BODY)
        run(records.verify, p.us, peer=MX.id)
        (later,) = run(witnessing.witness_log, p.us, peer=MX.id).seen
        check(later.size > seen.size, True, "it grew")
    with shown.step("  and no log that was written anew"):
        forged = checkpoint.sign(
            Checkpoint(origin, later.size, bytes(32)), p.us.local.signers.checkpoint
        )
        body = witness.submission(later.size, (), forged)
        check(witness_client.post(third.url + witness.PATH, body, "third").status, 422, "status")
    with shown.step("evidence says that it saw the log, to both verifiers"):
        evidence = _proved(p, ours.folder / "witnessed.json")
        found = verify(evidence, _documents(p), [third.key.encode()])
        check([each.name for each in found.logs[0].witnesses], [NAME], "witnesses")
        check(NAME in "\n".join(telling.lines(found, "en")), True, "it is told")
        said = _said(ours, json.loads(evidence)["entries"][0])
        go.ask("proof", **{**said, "keys": [*said["keys"], third.key.encode()]})

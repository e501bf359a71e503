"""Proofs of one entry against the size of the log: how long they are, and what they cost.

The tree is a real one, of as many leaves as it says, and is made and read as tiles on disk; what
its entries say is made up, a hash of a number each. An entry is proved by reading tiles, and its
proof is checked by the verifier that a third has: checkpoint, cosignature, token and place.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Final, TypedDict

from comity.core import checkpoint, evidence, identity, token
from comity.core.canonical import b64url
from comity.core.checkpoint import Checkpoint
from comity.core.identity import Identity, Keys
from comity.core.keys import Ed25519Signer
from comity.core.leaf import leaf
from comity.core.merkle import EMPTY_ROOT
from comity.core.proof import Proof
from comity.core.tiles import ENTRIES, Tile, TiledTree, Tiler
from comity.core.token import Envelope, Seen
from comity_verify import verify

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_RUNS: Final = 50
_SENDER, _RECEIVER = "did:web:mx.example", "did:web:us.example"
_SIGNERS: Final = [Ed25519Signer(bytes([number]) * 32) for number in range(1, 5)]


class ProofFigures(TypedDict):
    """Of one size of the log. Times are medians, of processor time of one thread."""

    entries: int
    proof_bytes: int
    """The proof file: hashes and the checkpoint that both signed."""
    evidence_bytes: int
    """The evidence file: the proof, the token of the message, and no body."""
    create_ms: float
    verify_ms: float


@dataclass(frozen=True)
class Made:
    """A log as tiles on disk, with one real message in its middle."""

    size: int
    root: bytes
    index: int
    token: str
    folder: Path

    def read(self, tile: Tile) -> bytes:
        """Read a tile."""
        return (self.folder / tile.path).read_bytes()


def measure(sizes: tuple[int, ...] = SIZES) -> list[ProofFigures]:
    """Measure every size; the largest takes most of the time, to make its tree."""
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            found.append(_measured(_made(size, Path(folder))))
    return found


def _measured(made: Made) -> ProofFigures:
    signed = checkpoint.cosign(
        checkpoint.sign(
            Checkpoint(f"comity/{_SENDER}/{_RECEIVER}", made.size, made.root), _SIGNERS[1]
        ),
        _RECEIVER,
        _SIGNERS[2],
        1_800_000_000,
    ).encode()
    documents = [_document(_SENDER).encode(), _document(_RECEIVER).encode()]
    creating, verifying = [], []
    for _ in range(_RUNS):
        began = time.process_time()
        # A tree anew each time: nothing is kept from one proof to the next.
        path = TiledTree(made.size, made.read).inclusion_proof(made.index)
        entry = evidence.whole(Proof(made.index, path, signed), made.token, b"")
        file = evidence.encode([entry])
        creating.append(time.process_time() - began)
        began = time.process_time()
        verify(file, documents)
        verifying.append(time.process_time() - began)
    return ProofFigures(
        entries=made.size,
        proof_bytes=len(entry.proof.encode()),
        evidence_bytes=len(file),
        create_ms=round(median(creating) * 1_000, 2),
        verify_ms=round(median(verifying) * 1_000, 2),
    )


def _made(size: int, folder: Path) -> Made:
    index = size // 2 + size // 7
    signed = _token(index)
    tiler, parents = Tiler(), set[Path]()
    for tile, data in _all(tiler, _entries(size, index, signed)):
        # The entries are not needed for proofs.
        if tile.level != ENTRIES:
            path = folder / tile.path
            if path.parent not in parents:
                path.parent.mkdir(parents=True, exist_ok=True)
                parents.add(path.parent)
            path.write_bytes(data)
    return Made(size, tiler.root(), index, signed, folder)


def _all(tiler: Tiler, entries: Iterator[bytes]) -> Iterator[tuple[Tile, bytes]]:
    yield from tiler.extend(entries)
    yield from tiler.rest()


def _entries(size: int, index: int, signed: str) -> Iterator[bytes]:
    for number in range(size):
        yield leaf(signed.encode()) if number == index else sha256(b"%d" % number).digest()


def _token(index: int) -> str:
    seen = Seen(size=0, root=b64url(EMPTY_ROOT))
    envelope = Envelope(
        _SENDER, _RECEIVER, "A" * 22, index, bytes(16), 1_800_000_000, 604_800, seen
    )
    return token.seal_request(envelope, "GET", "/dsp/2025-1/x", "", b"", _SIGNERS[0]).token


def _document(id: str) -> str:
    publics = [b64url(signer.public) for signer in _SIGNERS]
    keys = {
        "message": publics[0],
        "checkpoint": publics[1],
        "cosignature": publics[2],
        "encryption": publics[3],
    }
    made = Identity(
        id=id,
        name="Bench",
        territory="XA",
        version=1,
        issued=1_800_000_000,
        address="https://node.example",
        certificate="",
        keys=Keys.model_validate(keys),
        recovery=publics[3],
    )
    return identity.issue(made, _SIGNERS[0])

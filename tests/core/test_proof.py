import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core import checkpoint, proof
from comity.core.checkpoint import Checkpoint
from comity.core.keys import Ed25519Signer
from comity.core.leaf import leaf
from comity.core.merkle import Tree, leaf_hash
from comity.core.note import KeyType, VerifierKey
from comity.core.proof import PATH_HASHES, Proof
from comity.errors import Code, ComityError
from comity.limits import NOTE_BYTES, PROOF_EXTRA_BYTES
from refusals import refuses

LOG = Ed25519Signer(bytes(range(32)))
PEER = Ed25519Signer(bytes(range(1, 33)))
LOG_KEY = VerifierKey("did:web:sat.example.mx", KeyType.ED25519, LOG.public)
PEER_KEY = VerifierKey("did:web:fiu.example.us", KeyType.COSIGNATURE, PEER.public)
TOKENS = [f"header.{number}.signature".encode() for number in range(11)]
TREE = Tree([leaf_hash(leaf(token)) for token in TOKENS])

# The head of the example of C2SP tlog-proof (whose signatures are abridged).
EXAMPLE = (
    "c2sp.org/tlog-proof@v1\n"
    "index 73894\n"
    "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
    "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
    "EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\n"
    "RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\n"
    "AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n"
    "\n"
    "example.com/fancylog\n"
    "109482\n"
    "sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n"
    "\n"
    "— example.com/fancylog hI2DJw[...]1roloI=\n"
).encode()


def signed(size: int) -> bytes:
    tree = Checkpoint(LOG_KEY.name, size, TREE.root(size))
    return checkpoint.cosign(checkpoint.sign(tree, LOG), PEER_KEY.name, PEER, 1).encode()


def make(index: int, size: int) -> Proof:
    return Proof(index, TREE.inclusion_proof(index, size), signed(size), TOKENS[index])


def test_example_of_the_specification() -> None:
    parsed = Proof.parse(EXAMPLE)
    assert (parsed.index, len(parsed.path), parsed.extra) == (73894, 5, None)
    assert parsed.path[4].hex().startswith("0070a2a17f67")
    assert parsed.checkpoint.startswith(b"example.com/fancylog\n109482\n")
    assert parsed.encode() == EXAMPLE


def test_every_entry_is_proved_and_no_other() -> None:
    for size in (1, 7, 11):
        for index in range(size):
            parsed = Proof.parse(make(index, size).encode())
            assert parsed == make(index, size)
            assert parsed.extra is not None
            hashed = leaf_hash(leaf(parsed.extra))
            verified = proof.verify(parsed, hashed, LOG_KEY, [PEER_KEY])
            assert verified.checkpoint.size == size
            with refuses(Code.PROOF_NOT_VALID, index=index, size=size):
                proof.verify(parsed, leaf_hash(leaf(b"another")), LOG_KEY, [PEER_KEY])


def test_proof_needs_every_cosigner() -> None:
    alone = checkpoint.sign(Checkpoint(LOG_KEY.name, 11, TREE.root()), LOG).encode()
    unwitnessed = Proof(3, TREE.inclusion_proof(3), alone)
    hashed = leaf_hash(leaf(TOKENS[3]))
    proof.verify(unwitnessed, hashed, LOG_KEY)
    with refuses(Code.CHECKPOINT_INVALID, reason="cosignature"):
        proof.verify(unwitnessed, hashed, LOG_KEY, [PEER_KEY])


def test_proof_under_another_checkpoint_is_refused() -> None:
    moved = Proof(3, TREE.inclusion_proof(3, 7), signed(11))
    with refuses(Code.PROOF_NOT_VALID, index=3, size=11):
        proof.verify(moved, leaf_hash(leaf(TOKENS[3])), LOG_KEY, [PEER_KEY])


@settings(deadline=None)
@given(st.data())
def test_any_altered_bit_is_refused(data: st.DataObject) -> None:
    whole = Proof(4, TREE.inclusion_proof(4), signed(11)).encode()
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    altered = bytearray(whole)
    altered[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ComityError):
        proof.verify(Proof.parse(bytes(altered)), leaf_hash(leaf(TOKENS[4])), LOG_KEY, [PEER_KEY])


@settings(deadline=None)
@given(
    st.integers(0, 2**63 - 2),
    st.lists(st.binary(min_size=32, max_size=32), max_size=5),
    st.binary(max_size=50),
    st.none() | st.binary(max_size=50),
)
def test_what_is_written_is_read_back_the_same(
    index: int, path: list[bytes], note: bytes, extra: bytes | None
) -> None:
    written = Proof(index, tuple(path), note, extra)
    assert Proof.parse(written.encode()) == written


HASH = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ="
HEAD = "c2sp.org/tlog-proof@v1\n"


def test_fixtures_below_differ_from_a_good_proof() -> None:
    assert Proof.parse(f"{HEAD}extra aGk=\nindex 0\n{HASH}\n\nnote\n".encode()).extra == b"hi"


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param("", id="empty"),
        pytest.param(HEAD, id="header-only"),
        pytest.param(f"c2sp.org/tlog-proof@v2\nindex 0\n{HASH}\n\nnote\n", id="other-version"),
        pytest.param(f"{HEAD}\nnote\n", id="no-index"),
        pytest.param(f"{HEAD}index 0\n{HASH}\n", id="no-checkpoint"),
        pytest.param(f"{HEAD}index 0", id="index-only"),
        pytest.param(f"{HEAD}index 00\n{HASH}\n\nnote\n", id="leading-zero"),
        pytest.param(f"{HEAD}index -5\n{HASH}\n\nnote\n", id="negative-index"),
        pytest.param(f"{HEAD}index 9223372036854775807\n\nnote\n", id="index-past-every-tree"),
        pytest.param(f"{HEAD}index {'9' * 5000}\n\nnote\n", id="index-of-5000-digits"),
        pytest.param(f"{HEAD}index  0\n{HASH}\n\nnote\n", id="two-spaces"),
        pytest.param(f"{HEAD}index 0\nextra aGk=\n{HASH}\n\nnote\n", id="extra-after-index"),
        pytest.param(f"{HEAD}extra aGk=\nextra aGk=\nindex 0\n\nnote\n", id="extra-twice"),
        pytest.param(f"{HEAD}extra aGk\nindex 0\n{HASH}\n\nnote\n", id="extra-without-padding"),
        pytest.param(f"{HEAD}index 0\nZGVmZw==\n\nnote\n", id="short-hash"),
        pytest.param(f"{HEAD}index 0\n{HASH} \n\nnote\n", id="space-after-a-hash"),
        pytest.param(f"{HEAD}index 0\n{(HASH + chr(10)) * 64}\nnote\n", id="path-of-64"),
        pytest.param(f"{HEAD}index 0\r\n{HASH}\r\n\r\nnote\r\n", id="carriage-returns"),
        pytest.param(f"{HEAD}index ٠\n{HASH}\n\nnote\n", id="arabic-digit"),
    ],
)
def test_malformed_proofs_are_refused(whole: str) -> None:
    with refuses(Code.PROOF_NOT_VALID, reason="form"):
        Proof.parse(whole.encode())


def test_sizes_are_capped() -> None:
    largest = Proof(
        2**63 - 2, (bytes(32),) * PATH_HASHES, bytes(NOTE_BYTES), bytes(PROOF_EXTRA_BYTES)
    )
    assert Proof.parse(largest.encode()) == largest
    with refuses(Code.PROOF_NOT_VALID, reason="form"):
        Proof(0, (), b"", bytes(PROOF_EXTRA_BYTES + 1))
    with refuses(Code.PROOF_NOT_VALID, reason="size"):
        Proof.parse(Proof(0, (), bytes(NOTE_BYTES + 3 * PROOF_EXTRA_BYTES)).encode())

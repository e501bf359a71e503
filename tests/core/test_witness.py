"""What goes to a witness and what comes back, byte for byte and with every flaw."""

import pytest

from comity.core import checkpoint, witness
from comity.core.checkpoint import Checkpoint
from comity.core.keys import Ed25519Signer
from comity.core.merkle import Tree, leaf_hash
from comity.core.note import KeyType, Note, VerifierKey, encode64
from comity.errors import Code
from refusals import refuses

LOG, WITNESS, OTHER = (Ed25519Signer(bytes([number]) * 32) for number in (1, 2, 3))
NAME = "witness.example/w1"
KEY = VerifierKey(NAME, KeyType.COSIGNATURE, WITNESS.public)
TREE = Tree([leaf_hash(bytes([number])) for number in range(7)])
SIGNED = checkpoint.sign(Checkpoint("comity/a/b", 7, TREE.root()), LOG)


def line(signed: Note, signer: Ed25519Signer, time: int = 1_000, name: str = NAME) -> bytes:
    return checkpoint.cosign(signed, name, signer, time).encode().splitlines(keepends=True)[-1]


def test_a_submission_has_the_form_of_the_specification() -> None:
    proof = witness.continuation(TREE, 3, 7)
    body = witness.submission(3, proof, SIGNED)
    hashes = "".join(f"{encode64(item)}\n" for item in proof)
    assert body == f"old 3\n{hashes}\n".encode() + SIGNED.encode()
    assert witness.submission(0, (), SIGNED) == b"old 0\n\n" + SIGNED.encode()


def test_nothing_and_the_same_need_no_proof() -> None:
    assert witness.continuation(TREE, 0, 7) == ()
    assert witness.continuation(TREE, 7, 7) == ()
    with refuses(Code.PROOF_NOT_VALID):
        witness.continuation(TREE, 8, 7)


def test_a_cosignature_is_taken_and_others_are_left_out() -> None:
    reply = line(SIGNED, OTHER, name="else.example") + line(SIGNED, WITNESS, 1_234)
    cosigned, time = witness.cosigned(SIGNED, reply, KEY)
    assert time == 1_234
    assert [each.name for each in cosigned.signatures] == ["comity/a/b", NAME]
    again, later = witness.cosigned(cosigned, line(SIGNED, WITNESS, 2_000), KEY)
    assert (later, len(again.signatures)) == (2_000, 2)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\n",
        b"cosigned\n",
        line(SIGNED, WITNESS)[:-1],
        line(SIGNED, OTHER),
        line(SIGNED, WITNESS, name="else.example"),
        line(checkpoint.sign(Checkpoint("comity/a/b", 6, TREE.root(6)), LOG), WITNESS),
        b"more\n\n" + line(SIGNED, WITNESS),
        line(SIGNED, WITNESS) * 3_000,
    ],
    ids=[
        *("nothing", "empty", "words", "cut", "another key", "another name", "another checkpoint"),
        *("more text", "without end"),
    ],
)
def test_replies_that_are_no_cosignature(reply: bytes) -> None:
    with refuses(Code.NOTE_INVALID):
        witness.cosigned(SIGNED, reply, KEY)


def test_a_cosignature_has_a_time_and_is_by_a_key_for_it() -> None:
    with refuses(Code.CHECKPOINT_INVALID, reason="time"):
        witness.cosigned(SIGNED, line(SIGNED, WITNESS, 0), KEY)
    with refuses(Code.CHECKPOINT_INVALID, reason="key"):
        key = VerifierKey(NAME, KeyType.ED25519, WITNESS.public)
        witness.cosigned(SIGNED, line(SIGNED, WITNESS), key)


@pytest.mark.parametrize("reply", [b"", b"7", b"07\n", b"-1\n", b"7\n\n", b"9" * 20 + b"\n"])
def test_sizes_that_are_none(reply: bytes) -> None:
    assert witness.other_size(b"7\n") == 7
    with refuses(Code.CHECKPOINT_INVALID, reason="size"):
        witness.other_size(reply)

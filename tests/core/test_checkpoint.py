import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core import checkpoint, note
from comity.core.checkpoint import SIZE_MAX, Checkpoint, Cosignature
from comity.core.keys import Ed25519Signer
from comity.core.merkle import EMPTY_ROOT
from comity.core.note import KeyType, Note, Signature, VerifierKey
from comity.errors import Code, ComityError
from refusals import refuses

# The example of C2SP tlog-checkpoint and tlog-cosignature.
SOFA = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhc"
    "yv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
    "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()
# A checkpoint that another witness's tests use, and its log's public key.
SIGSUM_ORIGIN = (
    "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
)
SIGSUM_PUBLIC = "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"
SIGSUM = (
    f"{SIGSUM_ORIGIN}\n"
    "1\n"
    "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    "\n"
    f"— {SIGSUM_ORIGIN} UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzV"
    "nnNuWRTYrajXpNUbIQY=\n"
).encode()

LOG = Ed25519Signer(bytes(range(32)))
PEER = Ed25519Signer(bytes(range(1, 33)))
ORIGIN = "did:web:sat.example.mx/to/did:web:fiu.example.us"
LOG_KEY = VerifierKey(ORIGIN, KeyType.ED25519, LOG.public)
PEER_KEY = VerifierKey("did:web:fiu.example.us", KeyType.COSIGNATURE, PEER.public)
ROOT = bytes(range(100, 132))
TREE = Checkpoint(ORIGIN, 42, ROOT)
TIME = 1_767_225_600


def cosigned(time: int = TIME) -> Note:
    return checkpoint.cosign(checkpoint.sign(TREE, LOG), PEER_KEY.name, PEER, time)


def test_example_of_the_specification() -> None:
    parsed = note.parse(SOFA)
    tree = Checkpoint.parse(parsed.text)
    assert (tree.origin, tree.size) == ("example.com/behind-the-sofa", 20852163)
    assert tree.root.hex().startswith("0ac5186a91863e8e1d90")
    assert tree.text() == parsed.text
    time = int.from_bytes(parsed.signatures[1].value[:8], "big")
    assert note.cosigned_message(parsed.text, time) == (
        b"cosignature/v1\n"
        b"time 1679315147\n"
        b"example.com/behind-the-sofa\n"
        b"20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )


def test_outside_checkpoint_verifies() -> None:
    key = VerifierKey(SIGSUM_ORIGIN, KeyType.ED25519, bytes.fromhex(SIGSUM_PUBLIC))
    verified = checkpoint.verify(SIGSUM, key)
    assert verified.checkpoint == Checkpoint(SIGSUM_ORIGIN, 1, b"\x2a" + bytes(31))
    assert verified.cosignatures == ()


def test_signed_and_cosigned_checkpoint_verifies() -> None:
    verified = checkpoint.verify(cosigned().encode(), LOG_KEY, [PEER_KEY])
    assert verified.checkpoint == TREE
    assert verified.cosignatures == (Cosignature(PEER_KEY.name, TIME),)
    assert verified.note == cosigned()


def test_cosignature_is_what_the_specification_says() -> None:
    signature = cosigned().signatures[1]
    message = (
        f"cosignature/v1\ntime {TIME}\n{ORIGIN}\n42\nZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=\n"
    ).encode()
    assert signature.value == TIME.to_bytes(8, "big") + PEER.sign(message)
    assert signature.key_id == PEER_KEY.id


def test_latest_of_several_cosignatures_counts() -> None:
    twice = checkpoint.cosign(cosigned(TIME + 5), PEER_KEY.name, PEER, TIME)
    verified = checkpoint.verify(twice.encode(), LOG_KEY, [PEER_KEY])
    assert verified.cosignatures[0].time == TIME + 5


def test_missing_cosignature_is_refused() -> None:
    signed = checkpoint.sign(TREE, LOG).encode()
    assert checkpoint.verify(signed, LOG_KEY).cosignatures == ()
    with refuses(Code.CHECKPOINT_INVALID, reason="cosignature"):
        checkpoint.verify(signed, LOG_KEY, [PEER_KEY])


def test_cosignature_alone_does_not_stand_for_the_log() -> None:
    only = Note(TREE.text(), cosigned().signatures[1:])
    with refuses(Code.NOTE_INVALID, reason="unsigned"):
        checkpoint.verify(only.encode(), LOG_KEY, [PEER_KEY])


def test_cosignature_with_another_time_is_refused() -> None:
    signed, value = checkpoint.sign(TREE, LOG), cosigned().signatures[1].value
    for time in (TIME + 1, 2**63, 2**64 - 1):
        moved = Signature(PEER_KEY.name, PEER_KEY.id, time.to_bytes(8, "big") + value[8:])
        with refuses(Code.NOTE_INVALID, reason="signature"):
            checkpoint.verify(signed.signed(moved).encode(), LOG_KEY, [PEER_KEY])


def test_time_past_the_bound_is_refused_even_where_signed() -> None:
    signature = PEER.sign(note.cosigned_message(TREE.text(), 2**63))
    value = (2**63).to_bytes(8, "big") + signature
    late = checkpoint.sign(TREE, LOG).signed(Signature(PEER_KEY.name, PEER_KEY.id, value))
    with refuses(Code.NOTE_INVALID, reason="signature"):
        checkpoint.verify(late.encode(), LOG_KEY, [PEER_KEY])
    for time in (2**63, -1):
        with refuses(Code.CHECKPOINT_INVALID, reason="time"):
            checkpoint.cosign(checkpoint.sign(TREE, LOG), PEER_KEY.name, PEER, time)


def test_log_signature_is_no_cosignature() -> None:
    as_log = VerifierKey(PEER_KEY.name, KeyType.ED25519, PEER.public)
    as_peer = VerifierKey(ORIGIN, KeyType.COSIGNATURE, LOG.public)
    for log, cosigners in ((as_peer, []), (LOG_KEY, [as_log]), (LOG_KEY, [PEER_KEY, LOG_KEY])):
        with refuses(Code.CHECKPOINT_INVALID, reason="key"):
            checkpoint.verify(cosigned().encode(), log, cosigners)


def test_checkpoint_of_another_log_is_refused() -> None:
    # Rightly signed with the log's key and name, but the text is another log's.
    other = note.sign(Checkpoint("other", 42, ROOT).text(), ORIGIN, LOG)
    with refuses(Code.CHECKPOINT_INVALID, reason="origin"):
        checkpoint.verify(other.encode(), LOG_KEY)


def test_note_that_is_no_checkpoint_is_neither_taken_nor_cosigned() -> None:
    plain = note.sign("hello\n", ORIGIN, LOG)
    with refuses(Code.CHECKPOINT_INVALID, reason="form"):
        checkpoint.verify(plain.encode(), LOG_KEY)
    with refuses(Code.CHECKPOINT_INVALID, reason="form"):
        checkpoint.cosign(plain, PEER_KEY.name, PEER, TIME)


@settings(deadline=None)
@given(st.data())
def test_any_altered_bit_is_refused(data: st.DataObject) -> None:
    whole = cosigned().encode()
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    altered = bytearray(whole)
    altered[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ComityError):
        checkpoint.verify(bytes(altered), LOG_KEY, [PEER_KEY])


@given(st.integers(1, SIZE_MAX), st.binary(min_size=32, max_size=32))
def test_text_is_read_back_the_same(size: int, root: bytes) -> None:
    tree = Checkpoint("a log, with spaces", size, root, ("extension +1",))
    assert Checkpoint.parse(tree.text()) == tree


def test_empty_log_has_the_one_empty_root() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert Checkpoint.parse(empty.text()) == empty
    with refuses(Code.CHECKPOINT_INVALID, reason="root"):
        Checkpoint(ORIGIN, 0, ROOT)


ROOT_LINE = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM="


def test_fixtures_below_differ_from_a_good_checkpoint() -> None:
    assert Checkpoint.parse(f"log\n42\n{ROOT_LINE}\n") == Checkpoint("log", 42, ROOT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "form", id="empty"),
        pytest.param("log\n42\n", "form", id="no-root"),
        pytest.param(f"log\n42\n{ROOT_LINE}", "form", id="no-final-newline"),
        pytest.param(f"\n42\n{ROOT_LINE}\n", "origin", id="no-origin"),
        pytest.param(f"log\n\n{ROOT_LINE}\n", "size", id="no-size"),
        pytest.param(f"log\n042\n{ROOT_LINE}\n", "size", id="leading-zero"),
        pytest.param(f"log\n+42\n{ROOT_LINE}\n", "size", id="plus-sign"),
        pytest.param(f"log\n-42\n{ROOT_LINE}\n", "size", id="negative"),
        pytest.param(f"log\n 42\n{ROOT_LINE}\n", "size", id="space-before-the-size"),
        pytest.param(f"log\n4_2\n{ROOT_LINE}\n", "size", id="underscore"),
        pytest.param(f"log\n٤٢\n{ROOT_LINE}\n", "size", id="arabic-digits"),
        pytest.param(f"log\n9223372036854775808\n{ROOT_LINE}\n", "size", id="2^63"),
        pytest.param(f"log\n{'9' * 5000}\n{ROOT_LINE}\n", "size", id="5000-digits"),
        pytest.param(f"log\n42\n{ROOT_LINE[:-1]}\n", "root", id="no-padding"),
        pytest.param("log\n42\nZGVmZw==\n", "root", id="short-root"),
        pytest.param(f"log\n0\n{ROOT_LINE}\n", "root", id="root-of-an-empty-log"),
        pytest.param(f"log\n42\n{ROOT_LINE}\n\n", "extension", id="empty-extension"),
        pytest.param(f"log\r\n42\r\n{ROOT_LINE}\r\n", "size", id="carriage-returns"),
    ],
)
def test_malformed_checkpoints_are_refused(text: str, reason: str) -> None:
    with refuses(Code.CHECKPOINT_INVALID, reason=reason):
        Checkpoint.parse(text)


def test_origin_that_cannot_name_a_key_is_not_signed() -> None:
    with refuses(Code.NOTE_INVALID, reason="key"):
        checkpoint.sign(Checkpoint("two words", 42, ROOT), LOG)

import base64
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core import note
from comity.core.keys import Ed25519Signer
from comity.core.note import KeyType, Note, Signature, VerifierKey
from comity.errors import Code, ComityError
from comity.limits import NOTE_BYTES
from refusals import refuses

# The example of C2SP signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n"
    "\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3"
    "mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# Its other example, whose text has empty lines and a line that looks like a signature.
POEM = (
    "Ognuno sta solo sul cuor della terra\n"
    "trafitto da un raggio di sole:\n"
    "\n"
    "ed è subito sera.\n"
    "\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMou"
    "FSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
).encode()
# A checkpoint of the Go checksum database, which is signed under another name than its origin.
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO = (
    "go.sum database tree\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9"
    "nTo+zyWE+xeMcTOAYQ8=\n"
).encode()
# A public witness's key for cosignatures.
WITNESS_KEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

SIGNER = Ed25519Signer(bytes(range(32)))
OTHER = Ed25519Signer(bytes(range(1, 33)))
NAME = "sat.example/log"
KEY = VerifierKey(NAME, KeyType.ED25519, SIGNER.public)
OTHER_KEY = VerifierKey("fiu.example", KeyType.ED25519, OTHER.public)
TEXT = "one\n\nthree\n"

names = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="+"), min_size=1)
texts = st.text(st.characters(exclude_categories=["C"], include_characters="\n"), max_size=60).map(
    lambda text: text + "\n"
)
signatures = st.builds(
    Signature,
    names,
    st.binary(min_size=4, max_size=4),
    st.binary(min_size=1, max_size=80),
)
notes = st.builds(Note, texts, st.lists(signatures, min_size=1, max_size=3).map(tuple))


# --- vectors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "data"), [(EXAMPLE_KEY, EXAMPLE), (GO_KEY, GO)])
def test_outside_notes_verify(key: str, data: bytes) -> None:
    parsed = note.parse(data)
    known = VerifierKey.parse(key)
    assert note.verify(parsed, [known]) == parsed.signatures
    assert parsed.encode() == data
    assert known.encode() == key
    assert known.type is KeyType.ED25519


def test_text_may_have_empty_lines() -> None:
    parsed = note.parse(POEM)
    assert parsed.text.splitlines()[-2:] == ["", "ed è subito sera."]
    assert parsed.text.endswith(".\n")
    assert [item.name for item in parsed.signatures] == ["quasimodo.example/salvatore"]
    assert parsed.encode() == POEM


def test_key_for_cosignatures_is_read() -> None:
    key = VerifierKey.parse(WITNESS_KEY)
    assert (key.name, key.type) == ("remora.n621.de", KeyType.COSIGNATURE)
    assert key.encode() == WITNESS_KEY


# --- verifying ----------------------------------------------------------------------------------


def test_signed_note_verifies() -> None:
    signed = note.sign(TEXT, NAME, SIGNER)
    assert note.parse(signed.encode()) == signed
    assert note.verify(signed, [OTHER_KEY, KEY]) == signed.signatures


def test_unknown_signatures_are_ignored() -> None:
    signed = note.sign(TEXT, NAME, SIGNER)
    strangers = (
        Signature(NAME, b"\0\0\0\0", b"x"),
        Signature("stranger", KEY.id, b"x"),
        Signature("stranger", b"\0\0\0\1", bytes(3000)),
    )
    mixed = Note(TEXT, (*strangers, *signed.signatures))
    assert note.verify(note.parse(mixed.encode()), [KEY]) == signed.signatures


def test_sixteen_long_signatures_are_taken() -> None:
    mixed = note.sign(TEXT, NAME, SIGNER)
    for number in range(15):
        mixed = mixed.signed(Signature(f"stranger-{number}", b"\0\0\0\1", bytes(4900)))
    assert note.verify(note.parse(mixed.encode()), [KEY])


def test_known_key_that_fails_refuses_the_whole_note() -> None:
    good = note.sign(TEXT, NAME, SIGNER)
    broken = Signature(OTHER_KEY.name, OTHER_KEY.id, OTHER.sign(b"another text\n"))
    mixed = good.signed(broken)
    assert note.verify(mixed, [KEY])
    with refuses(Code.NOTE_INVALID, reason="signature"):
        note.verify(mixed, [KEY, OTHER_KEY])


def test_second_signature_of_a_known_key_that_fails_refuses_too() -> None:
    good = note.sign(TEXT, NAME, SIGNER)
    with refuses(Code.NOTE_INVALID, reason="signature"):
        note.verify(good.signed(Signature(NAME, KEY.id, bytes(64))), [KEY])


def test_note_without_a_known_signature_is_refused() -> None:
    signed = note.sign(TEXT, NAME, SIGNER)
    for known in ([], [OTHER_KEY], [VerifierKey(NAME, KeyType.COSIGNATURE, SIGNER.public)]):
        with refuses(Code.NOTE_INVALID, reason="unsigned"):
            note.verify(signed, known)


def test_same_key_under_another_type_is_another_key() -> None:
    cosigning = VerifierKey(NAME, KeyType.COSIGNATURE, SIGNER.public)
    assert cosigning.id != KEY.id
    # Relabelled, a plain signature has no time and does not fit.
    relabelled = Note(TEXT, (Signature(NAME, cosigning.id, SIGNER.sign(TEXT.encode())),))
    with refuses(Code.NOTE_INVALID, reason="signature"):
        note.verify(relabelled, [cosigning])


@settings(deadline=None)
@given(st.data())
def test_any_altered_bit_is_refused(data: st.DataObject) -> None:
    whole = note.sign(TEXT, NAME, SIGNER).encode()
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    altered = bytearray(whole)
    altered[bit // 8] ^= 1 << bit % 8
    with refuses(Code.NOTE_INVALID):
        note.verify(note.parse(bytes(altered)), [KEY])


# --- parsing ------------------------------------------------------------------------------------


@settings(deadline=None)
@given(notes)
def test_what_is_written_is_read_back_the_same(written: Note) -> None:
    assert note.parse(written.encode()) == written


@settings(deadline=None)
@given(st.binary(max_size=80) | notes.map(lambda item: item.encode()[:-2]))
def test_whatever_comes_in_is_read_whole_or_refused(data: bytes) -> None:
    try:
        outcome: bytes | Code = note.parse(data).encode()
    except ComityError as error:
        outcome = error.code
    assert outcome in (data, Code.NOTE_INVALID)


LINE = "— name AAAAAAE=\n"


def test_fixtures_below_differ_from_a_good_note() -> None:
    good = f"text\n\n{LINE}".encode()
    assert note.parse(good).signatures == (Signature("name", bytes(4), b"\x01"),)


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param("", id="empty"),
        pytest.param("text\n", id="text-only"),
        pytest.param("text\n\n", id="no-signature"),
        pytest.param(f"text\n{LINE}", id="no-empty-line"),
        pytest.param(f"\n{LINE}", id="no-text"),
        pytest.param(f"text\n\n{LINE[:-1]}", id="no-final-newline"),
        pytest.param(f"text\n\n{LINE}\n", id="empty-line-at-the-end"),
        pytest.param(f"text\n\n{LINE}word\n", id="line-that-is-no-signature"),
        pytest.param("text\n\n- name AAAAAAE=\n", id="hyphen-for-a-dash"),
        pytest.param("text\n\n—name AAAAAAE=\n", id="no-space-after-the-dash"),
        pytest.param("text\n\n—  AAAAAAE=\n", id="no-name"),
        pytest.param("text\n\n— na+me AAAAAAE=\n", id="plus-in-a-name"),
        pytest.param("text\n\n— na\u00a0me AAAAAAE=\n", id="no-break-space-in-a-name"),
        pytest.param("text\n\n— na\u2028me AAAAAAE=\n", id="line-separator-in-a-name"),
        pytest.param("text\n\n— name\n", id="no-value"),
        pytest.param("text\n\n— name AAAAAAE= \n", id="space-after-the-value"),
        pytest.param("text\n\n— name  AAAAAAE=\n", id="two-spaces"),
        pytest.param("text\n\n— name AAAAAAE\n", id="no-padding"),
        pytest.param("text\n\n— name AAAAAAF=\n", id="trailing-bits"),
        pytest.param("text\n\n— name AAAA_AE=\n", id="base64url"),
        pytest.param("text\n\n— name AAAAAA==\n", id="key-id-only"),
        pytest.param("text\n\n— name AAAA\n", id="half-a-key-id"),
        pytest.param(f"te\rxt\n\n{LINE}", id="carriage-return"),
        pytest.param(f"te\txt\n\n{LINE}", id="tab"),
        pytest.param(f"te\0xt\n\n{LINE}", id="nul"),
    ],
)
def test_malformed_notes_are_refused(whole: str) -> None:
    with refuses(Code.NOTE_INVALID, reason="form"):
        note.parse(whole.encode())


def test_note_that_is_no_utf_8_is_refused() -> None:
    with refuses(Code.NOTE_INVALID, reason="form"):
        note.parse(b"t\xe9xt\n\n" + LINE.encode())


def test_size_is_capped() -> None:
    rest = len(f"\n\n{LINE}".encode())
    fits = b"x" * (NOTE_BYTES - rest) + f"\n\n{LINE}".encode()
    assert len(note.parse(fits).text) == NOTE_BYTES - rest + 1
    with refuses(Code.NOTE_INVALID, reason="size"):
        note.parse(b"x" + fits)


@pytest.mark.parametrize("text", ["", "no newline", "bell\a\n", "half \ud800\n"])
def test_text_that_is_no_note_is_not_signed(text: str) -> None:
    with refuses(Code.NOTE_INVALID, reason="form"):
        note.sign(text, NAME, SIGNER)


def test_text_that_would_pass_for_signatures_is_not_written() -> None:
    # Without its final newline, this text would become a shorter one with a second signature.
    smuggled = Note(f"text\n\n{LINE[:-1]}", (Signature("name", bytes(4), b"\x01"),))
    with refuses(Code.NOTE_INVALID, reason="form"):
        smuggled.encode()


# --- verifier keys ------------------------------------------------------------------------------


def _vkey(name: str, material: bytes, key_id: str | None = None) -> str:
    computed = sha256(f"{name}\n".encode() + material).digest()[:4].hex()
    return f"{name}+{key_id or computed}+{base64.b64encode(material).decode()}"


def test_fixtures_below_differ_from_a_good_key() -> None:
    assert VerifierKey.parse(_vkey(NAME, b"\x01" + SIGNER.public)) == KEY


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("name", id="name-only"),
        pytest.param(f"{NAME}+{KEY.id.hex()}", id="no-key"),
        pytest.param(_vkey("", b"\x01" + SIGNER.public), id="no-name"),
        pytest.param(_vkey("a b", b"\x01" + SIGNER.public), id="space-in-the-name"),
        pytest.param(_vkey("a\nb", b"\x01" + SIGNER.public), id="newline-in-the-name"),
        pytest.param(_vkey(NAME, b"\x01" + SIGNER.public, "00000000"), id="another-id"),
        pytest.param(_vkey(NAME, b"\x01" + SIGNER.public, KEY.id.hex().upper()), id="upper-case"),
        pytest.param(_vkey(NAME, b"\x02" + SIGNER.public), id="type-of-ecdsa"),
        pytest.param(_vkey(NAME, b"\x06" + bytes(1312)), id="type-of-ml-dsa"),
        pytest.param(_vkey(NAME, b"\x01" + SIGNER.public[:31]), id="key-too-short"),
        pytest.param(_vkey(NAME, b"\x01" + SIGNER.public + b"x"), id="key-too-long"),
        pytest.param(_vkey(NAME, b""), id="nothing-in-the-key"),
        pytest.param(KEY.encode() + "\n", id="newline-after-it"),
        pytest.param(KEY.encode() + "=", id="padding-too-much"),
        pytest.param(KEY.encode().replace("+", " "), id="spaces-for-pluses"),
    ],
)
def test_malformed_keys_are_refused(text: str) -> None:
    assert text != KEY.encode()
    with refuses(Code.NOTE_INVALID, reason="key"):
        VerifierKey.parse(text)

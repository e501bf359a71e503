"""Entries: the derivation against another implementation of HKDF, and labels that do not open."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from comity.core import entries

OUTPUT, CONTEXT, LABEL = bytes(range(64)), b"manifest".ljust(32, b"."), b"label".ljust(32, b"-")

# Made by this implementation, for other ones to agree with.
VECTORS = {
    0: "888042e6e01e51c9681ef7423c9eaf8774af4ea7a46c7065c8c1f8f36e4570ce"
    "d96ae9c5bfbe636552b79c88709ff72ce16b572045be9becd8c3",
    1: "fed9b256c45a0d195073366f17f391959e78d8210399eac338615f640130e319"
    "e99ff31e31ca54a5b70655f25aac1750412fbd8d954fe923e691",
}


@pytest.mark.parametrize("ordinal", VECTORS)
def test_own_vectors(ordinal: int) -> None:
    assert entries.seal(OUTPUT, CONTEXT, ordinal, LABEL).hex() == VECTORS[ordinal]


def _hkdf(purpose: bytes, ordinal: int, size: int) -> bytes:
    info = purpose + ordinal.to_bytes(2, "big")
    return HKDF(SHA512(), size, CONTEXT, info).derive(OUTPUT)


@pytest.mark.parametrize("ordinal", [0, 1, 255, 256, 65_535])
def test_entry_is_hkdf_and_chacha20_poly1305(ordinal: int) -> None:
    index = _hkdf(b"comity-index-1", ordinal, 10)
    key = _hkdf(b"comity-label-1", ordinal, 32)
    assert entries.index(OUTPUT, CONTEXT, ordinal) == index
    sealed = ChaCha20Poly1305(key).encrypt(bytes(12), LABEL, index)
    assert entries.seal(OUTPUT, CONTEXT, ordinal, LABEL) == index + sealed


@given(
    st.binary(min_size=64, max_size=64),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 63),
    st.binary(min_size=32, max_size=32),
)
def test_round_trip(output: bytes, context: bytes, ordinal: int, label: bytes) -> None:
    entry = entries.seal(output, context, ordinal, label)
    assert len(entry) == entries.ENTRY_BYTES == 58
    assert entry[:10] == entries.index(output, context, ordinal)
    assert entries.unseal(output, context, ordinal, entry[10:]) == label


@given(st.integers(0, 48 * 8 - 1))
def test_altered_label_does_not_open(bit: int) -> None:
    sealed = bytearray(entries.seal(OUTPUT, CONTEXT, 0, LABEL)[10:])
    sealed[bit // 8] ^= 1 << bit % 8
    assert entries.unseal(OUTPUT, CONTEXT, 0, bytes(sealed)) is None


def test_label_of_another_token_manifest_or_ordinal_does_not_open() -> None:
    sealed = entries.seal(OUTPUT, CONTEXT, 0, LABEL)[10:]
    assert entries.unseal(OUTPUT[::-1], CONTEXT, 0, sealed) is None
    assert entries.unseal(OUTPUT, CONTEXT[::-1], 0, sealed) is None
    assert entries.unseal(OUTPUT, CONTEXT, 1, sealed) is None
    assert entries.unseal(OUTPUT, CONTEXT, 0, b"") is None
    assert entries.unseal(OUTPUT, CONTEXT, 0, sealed) == LABEL

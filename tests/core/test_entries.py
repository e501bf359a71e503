"""Entries: the derivation against its definition, and labels that do not open."""

import hashlib

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from comity.core import entries

OUTPUT, CONTEXT, LABEL = bytes(range(64)), b"manifest".ljust(32, b"."), b"label".ljust(32, b"-")

# Made by this implementation, for other ones to agree with.
VECTORS = {
    0: "4f637b1a672ff7aaf7b319f8d7cdb67cc0feecf9f16b25b419bd51170de22007"
    "8c9093a2c5e9eb539d734d959ad36be41befd678408f43b02b7e",
    1: "d9c0b027c410b7a609952673e46f3012dd930c6fe507ff50ddd865dcd7bbf619"
    "8acf96fa87f9f16c194fc74cad6a4f54c6f8e2a50f5093c848e1",
}


@pytest.mark.parametrize("ordinal", VECTORS)
def test_own_vectors(ordinal: int) -> None:
    assert entries.seal(OUTPUT, CONTEXT, ordinal, LABEL).hex() == VECTORS[ordinal]


@pytest.mark.parametrize("ordinal", [0, 1, 255, 256, 65_535])
def test_entry_is_one_step_derivation_and_chacha20_poly1305(ordinal: int) -> None:
    hashed = b"\0\0\0\1" + OUTPUT + b"comity-2" + CONTEXT + ordinal.to_bytes(2, "big")
    found = hashlib.sha512(hashed).digest()
    key, index = found[:32], found[32:42]
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

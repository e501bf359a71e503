import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from comity.core.keys import Ed25519Signer, verify
from comity.errors import Code
from refusals import refuses

PRIME = 2**255 - 19
ORDER_8 = int.from_bytes(
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
)

# RFC 8032 section 7.1: private key, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("private", "public", "message", "signature"), RFC_8032)
def test_vectors_of_rfc_8032(private: str, public: str, message: str, signature: str) -> None:
    signer = Ed25519Signer(bytes.fromhex(private))
    assert signer.public.hex() == public
    assert signer.sign(bytes.fromhex(message)).hex() == signature
    verify(signer.public, bytes.fromhex(signature), bytes.fromhex(message))


def test_every_altered_bit_is_refused() -> None:
    signer = Ed25519Signer(bytes(range(32)))
    message = b"an octet"
    whole = signer.public + signer.sign(message) + message
    verify(whole[:32], whole[32:96], whole[96:])
    for bit in range(len(whole) * 8):
        altered = bytearray(whole)
        altered[bit // 8] ^= 1 << bit % 8
        with refuses(Code.SIGNATURE_INVALID):
            verify(bytes(altered[:32]), bytes(altered[32:96]), bytes(altered[96:]))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_key_of_another_length_is_refused(length: int) -> None:
    with refuses(Code.SIGNATURE_INVALID):
        verify(bytes(length), bytes(64), b"")
    with refuses(Code.KEY_FILE_INVALID):
        Ed25519Signer(bytes(length))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_signature_of_another_length_is_refused(length: int) -> None:
    with refuses(Code.SIGNATURE_INVALID):
        verify(Ed25519Signer(bytes(32)).public, bytes(length), b"")


@pytest.mark.parametrize("sign_bit", [0, 1])
@pytest.mark.parametrize(
    "y",
    [0, 1, PRIME - 1, ORDER_8, PRIME - ORDER_8, PRIME, PRIME + 1, 2**255 - 1],
    ids=["0", "1", "p-1", "order-8", "order-8-negated", "p", "p+1", "all-ones"],
)
def test_key_of_small_order_or_spelled_differently_is_refused(y: int, sign_bit: int) -> None:
    public = (y | sign_bit << 255).to_bytes(32, "little")
    # With R the key itself and S zero, a good part of all messages fits such a key.
    for message in range(16):
        for first in (public, bytes([1]) + bytes(31)):
            with refuses(Code.SIGNATURE_INVALID):
                verify(public, first + bytes(32), bytes([message]))


def test_library_alone_takes_a_key_under_which_everything_is_signed() -> None:
    # Why the check above is ours to make.
    public, signature = bytes([1]) + bytes(31), bytes([1]) + bytes(63)
    for message in (b"yes", b"no"):
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        with refuses(Code.SIGNATURE_INVALID):
            verify(public, signature, message)


def test_signer_shows_no_private_key() -> None:
    private = bytes(range(32))
    shown = repr(Ed25519Signer(private)) + str(Ed25519Signer.__slots__)
    assert private.hex() not in shown
    assert repr(private) not in shown

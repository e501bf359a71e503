"""What a sender signs for, and the few sizes that files have."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core import courier, jws
from comity.core.canonical import canonical
from comity.core.courier import PartClaims
from comity.core.keys import Ed25519Signer
from comity.errors import Code, ComityError
from comity.limits import COURIER_LIFETIME_SECONDS, COURIER_PARTS

SIGNER = Ed25519Signer(bytes(32))
NOW = 1_800_000_000
CLAIMS = PartClaims(
    iss="did:web:us.example",
    aud="did:web:mx.example",
    iat=NOW,
    exp=NOW + COURIER_LIFETIME_SECONDS,
    jti="A" * 22,
    num=3,
    prt=1,
    tot=2,
    len=10,
    dig="A" * 43,
)


def _checked(claims: PartClaims, now: int = NOW, audience: str = CLAIMS.aud) -> PartClaims:
    token, _ = courier.signed_line(courier.sign(claims, SIGNER))
    courier.check(token, audience, SIGNER.public, now)
    return courier.claimed(token)


def test_what_is_signed_is_read_again() -> None:
    assert _checked(CLAIMS) == CLAIMS
    assert _checked(CLAIMS, NOW + COURIER_LIFETIME_SECONDS) == CLAIMS


@pytest.mark.parametrize(
    ("flaw", "changes", "now", "code"),
    [
        ("expired", {}, NOW + COURIER_LIFETIME_SECONDS + 1, Code.COURIER_EXPIRED),
        ("from-the-future", {}, NOW - 3600, Code.COURIER_CHANGED),
        ("lives-too-long", {"exp": CLAIMS.exp + 1}, NOW, Code.COURIER_CHANGED),
        ("part-past-the-last", {"prt": 3}, NOW, Code.COURIER_CHANGED),
        ("for-another", {"aud": "did:web:ca.example"}, NOW, Code.COURIER_FOR_ANOTHER),
    ],
)
def test_flawed_claims(flaw: str, changes: dict[str, Any], now: int, code: Code) -> None:
    with pytest.raises(ComityError) as refused:
        _checked(CLAIMS.model_copy(update=changes), now)
    assert refused.value.code is code, flaw


@pytest.mark.parametrize(
    ("flaw", "change"),
    [
        ("no-parts", lambda claims: claims.update(tot=0)),
        ("too-many-parts", lambda claims: claims.update(tot=COURIER_PARTS + 1)),
        ("unknown-claim", lambda claims: claims.update(more=1)),
        ("missing-claim", lambda claims: claims.pop("num")),
        ("negative-size", lambda claims: claims.update(len=-1)),
    ],
)
def test_flawed_forms(flaw: str, change: Callable[[dict[str, Any]], object]) -> None:
    claims = CLAIMS.model_dump()
    change(claims)
    with pytest.raises(ComityError) as refused:
        courier.claimed(jws.sign(courier.TYP, canonical(claims), SIGNER))
    assert refused.value.code is Code.COURIER_CHANGED, flaw


def test_neither_another_key_nor_another_type_passes() -> None:
    token, _ = courier.signed_line(courier.sign(CLAIMS, SIGNER))
    other = jws.sign("comity-request+jwt", canonical(CLAIMS.model_dump()), SIGNER)
    for signed, key in ((token, Ed25519Signer(bytes(31) + b"1").public), (other, SIGNER.public)):
        with pytest.raises(ComityError) as refused:
            courier.check(signed, CLAIMS.aud, key, NOW)
        assert refused.value.code is Code.COURIER_CHANGED


@given(st.integers(1, 2**36))
def test_a_file_tells_its_size_within_a_sixteenth(size: int) -> None:
    padded = courier.padded(size)
    assert size <= padded
    assert padded == 65_536 or padded - size < size / 16
    assert courier.padded(padded) == padded
    assert courier.is_whole(courier.file_bytes(padded))


def test_there_are_few_sizes() -> None:
    assert len({courier.padded(size) for size in range(1, 2**21, 97)}) == 1 + 5 * 16


@given(st.integers(65_657, 2**31))
def test_a_part_fits_and_fills_its_medium(part_size: int) -> None:
    whole = courier.file_bytes(courier.padded(courier.room(part_size) + 4097))
    assert whole <= part_size
    assert whole > part_size * 0.88 or whole == courier.file_bytes(65_536)


def test_a_medium_that_holds_no_file() -> None:
    with pytest.raises(ComityError) as refused:
        courier.room(65_656)
    assert refused.value.params == {"where": "part_size"}

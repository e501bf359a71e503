"""The search of what crossed finds what should not have: else its silence would say nothing."""

from pathlib import Path

import pytest

from comity.core.canonical import b64url, canonical
from comity.core.records import Family, Identifier, Kind, Record
from comity.demo import crossed
from comity.edge import keyfiles

RECORD = Record(
    "1",
    Kind.ORGANISATION,
    ("Compañía de Ejemplo, S.A.",),
    (Identifier(Family.RFC, "CNU130416UJ3", "MX"),),
)
NAME, RFC = RECORD.names[0], RECORD.identifiers[0].value


@pytest.mark.parametrize(
    "body",
    [
        canonical({"name": NAME.upper()}),
        canonical({"inside": b64url(canonical([NAME]))}),
        NAME.encode(),
    ],
    ids=["in-clear", "in-base64url", "alone"],
)
def test_a_name_that_was_said_is_found(body: bytes) -> None:
    assert crossed.leaked(crossed.read([b"{}", body]), [RECORD], []) == {NAME}


@pytest.mark.parametrize(
    "body",
    [canonical({"rfc": RFC.lower()}), canonical({"inside": b64url(canonical([RFC]))})],
    ids=["in-clear", "in-base64url"],
)
def test_an_identifier_that_was_said_is_found(body: bytes) -> None:
    assert crossed.leaked(crossed.read([body]), [RECORD], []) == {RFC}


def test_an_identifier_inside_random_bytes_is_found() -> None:
    body = canonical({"elements": b64url(b"\xff\x00" * 40 + f" {RFC} ".encode() + b"\xfe" * 40)})
    assert crossed.leaked(crossed.read([body]), [RECORD], []) == {RFC}


def test_what_an_officer_released_does_not_count() -> None:
    said = crossed.read([canonical({"name": NAME, "rfc": RFC})])
    assert crossed.leaked(said, [RECORD], [NAME, f"rfc {RFC} MX"]) == set()


def test_what_was_not_said_is_not_found() -> None:
    said = crossed.read([canonical({"elements": b64url(bytes(range(256)) * 40)})])
    assert crossed.leaked(said, [RECORD], []) == set()


@pytest.mark.parametrize("written", ["raw", "base64url", "hex"])
def test_a_private_key_that_was_said_is_found(tmp_path: Path, written: str) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    keyfiles.make_signer(keys / "message.key")
    secret = keyfiles.make_secret(keys / "sealing.key")
    said = {
        "raw": b'{"elements":"' + b64url(secret).encode() + b'"}',
        "base64url": b64url(b"in front" + secret).encode(),
        "hex": secret.hex().encode(),
    }[written]
    assert crossed.keys_in(crossed.read([said]), [tmp_path]) == 1
    assert crossed.keys_in(crossed.read([b"{}"]), [tmp_path]) == 0

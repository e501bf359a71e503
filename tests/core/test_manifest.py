"""Manifests: one spelling, one binding, and nothing inconsistent."""

import json
from hashlib import sha256

import pytest

from comity.core.canonical import JsonValue, b64url, canonical
from comity.core.manifest import Draft, FamilyKey, Manifest, SetReference
from comity.core.records import Family
from comity.core.tagset import file_bytes
from comity.errors import Code, ComityError


def _text(number: int) -> str:
    return b64url(bytes([number]) * 32)


def draft(salt: int = 9) -> Draft:
    return Draft(
        agreement="urn:uuid:3dd1add8-4d2d-569e-d634-8394a8836a88",
        dataset="urn:comity:dataset:sat",
        provider="did:web:sat.example",
        consumer="did:web:ofac.example",
        epoch=1,
        created_at=1_700_000_000,
        ends_at=1_702_592_000,
        salt=_text(salt),
        family_keys=(
            FamilyKey(family=Family.NAME, key=_text(1)),
            FamilyKey(family=Family.RFC, key=_text(2)),
        ),
        statuses=("definitivo", "presunto"),
        records=3,
    )


SET = SetReference(digest=_text(3), entries=1024, bytes=file_bytes(1024))
MANIFEST = draft().complete(SET)


def _json() -> dict[str, JsonValue]:
    parsed: dict[str, JsonValue] = json.loads(MANIFEST.encode())
    return parsed


def test_the_binding_leaves_the_set_out_and_the_digest_does_not() -> None:
    whole = _json()
    assert MANIFEST.digest() == sha256(MANIFEST.encode()).digest()
    del whole["set"]
    assert draft().binding() == MANIFEST.binding() == sha256(canonical(whole)).digest()
    other = draft().complete(SetReference(digest=_text(4), entries=1024, bytes=file_bytes(1024)))
    assert other.binding() == MANIFEST.binding()
    assert other.digest() != MANIFEST.digest()


def test_the_salt_keeps_bindings_apart() -> None:
    assert draft(9).binding() != draft(10).binding()


def test_round_trip() -> None:
    assert Manifest.read(MANIFEST.encode()) == MANIFEST
    assert set(_json()) == {
        *("version", "agreement", "dataset", "provider", "consumer", "epoch", "createdAt"),
        *("endsAt", "salt", "derivation", "keys", "statuses", "canaries", "set", "records"),
    }


def test_public_key() -> None:
    assert MANIFEST.public_key(Family.RFC) == bytes([2]) * 32
    with pytest.raises(ComityError) as error:
        MANIFEST.public_key(Family.IMO)
    assert error.value.code is Code.FAMILY_NOT_AGREED


KEYS: list[JsonValue] = [{"family": "name", "key": _text(1)}, {"family": "rfc", "key": _text(2)}]
CHANGES: dict[str, dict[str, JsonValue]] = {
    "another version": {"version": 2},
    "another derivation": {"derivation": "comity-exact-2"},
    "fewer canaries": {"canaries": 15},
    "epoch zero": {"epoch": 0},
    "ends before it begins": {"endsAt": 1_700_000_000},
    "a time that is text": {"createdAt": "1700000000"},
    "a peer with itself": {"consumer": "did:web:sat.example"},
    "an unknown family": {"keys": [{"family": "shoe-size", "key": _text(1)}]},
    "no family": {"keys": []},
    "a family twice": {"keys": [KEYS[0], {"family": "name", "key": _text(2)}]},
    "families out of order": {"keys": [KEYS[1], KEYS[0]]},
    "one key for two families": {"keys": [KEYS[0], {"family": "rfc", "key": _text(1)}]},
    "a short key": {"keys": [{"family": "name", "key": b64url(bytes(31))}]},
    "a padded key": {"keys": [{"family": "name", "key": _text(1) + "="}]},
    "a status twice": {"statuses": ["definitivo", "definitivo"]},
    "too many statuses": {"statuses": [str(number) for number in range(257)]},
    "a set of another size": {"set": {"digest": _text(3), "entries": 1024, "bytes": 1024}},
    "a set that is no bucket": {
        "set": {"digest": _text(3), "entries": 1025, "bytes": file_bytes(1025)}
    },
    "a set past the limit": {
        "set": {"digest": _text(3), "entries": 2**26, "bytes": file_bytes(2**26)}
    },
    "no set": {"set": None},
    "a property too many": {"comment": ""},
}


@pytest.mark.parametrize("flaw", CHANGES)
def test_flawed_manifests(flaw: str) -> None:
    flawed = canonical({**_json(), **CHANGES[flaw]})
    with pytest.raises(ComityError) as error:
        Manifest.read(flawed)
    assert error.value.code is Code.MANIFEST_INVALID


def test_other_spellings_of_a_good_manifest() -> None:
    renamed = {{"createdAt": "created_at"}.get(name, name): at for name, at in _json().items()}
    spellings = {
        "with spaces": json.dumps(_json()).encode(),
        "with names of ours": canonical(renamed),
        "with a byte order mark": b"\xef\xbb\xbf" + MANIFEST.encode(),
        "with a newline": MANIFEST.encode() + b"\n",
    }
    for flaw, data in spellings.items():
        with pytest.raises(ComityError) as error:
            Manifest.read(data)
        assert error.value.code is Code.MANIFEST_INVALID, flaw

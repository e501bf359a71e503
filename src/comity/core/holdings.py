"""How records are kept and committed to.

The root over a dataset is a Merkle root (RFC 6962) over salted digests, one for each record in
list order. Questions name it, so that an oversight body can later be shown single records that a
question came from, and nothing of the others.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

from pydantic import TypeAdapter

from comity.core.merkle import Frontier, leaf_hash
from comity.core.records import Record

_RECORD: Final = TypeAdapter(Record)
_DOMAIN: Final = b"comity-record-1\x00"


def encode(record: Record) -> bytes:
    """Return a record as JSON. Whether it is withheld is kept beside it, not in it."""
    return _RECORD.dump_json(record, exclude={"withheld"}, exclude_defaults=True)


def decode(body: bytes, *, withheld: bool) -> Record:
    """Return a record that `encode` wrote."""
    record = _RECORD.validate_json(body)
    if not withheld:
        return record
    return replace(record, withheld=True)


def root(salts: Sequence[bytes], bodies: Sequence[bytes]) -> bytes:
    """Return the root over a dataset: 32 bytes."""
    leaves = (
        leaf_hash(sha256(_DOMAIN + salt + body).digest())
        for salt, body in zip(salts, bodies, strict=True)
    )
    return Frontier().extend(leaves).root()

"""The manifest: what a holder commits to before it evaluates a single element (DESIGN D5).

One per agreement and epoch. It pins the public key of every family, the digest of the tag set and
the meaning of the labels; questions, replies and proofs name its digest. Entries of the set depend
on the manifest and the manifest on the set: `binding` is what breaks the circle
(docs/decisions/0003-manifest-binding.md).
"""

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from comity.core.canonical import JsonValue, canonical, digest, model, unb64url
from comity.core.derivation import DERIVATION
from comity.core.label import STATUS_CODES
from comity.core.records import Family
from comity.core.tagset import file_bytes, padded_size
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, CANARIES, ID_CHARS, SET_ENTRIES

TYP: Final = "comity-manifest+jwt"
"""`typ` of the compact JWS that carries a manifest."""


def _32_bytes(text: str) -> str:
    try:
        unb64url(text, 32)
    except ComityError as error:
        raise ValueError(str(error.code)) from None
    return text


_Id = Annotated[str, Field(min_length=1, max_length=ID_CHARS)]
_Hash = Annotated[str, AfterValidator(_32_bytes)]
_Time = Annotated[int, Field(ge=0, le=2**53 - 1)]
_CONFIG: Final = ConfigDict(
    frozen=True, strict=True, extra="forbid", validate_by_name=True, validate_by_alias=True
)


class FamilyKey(BaseModel):
    """The public key of one family in this epoch: 32 bytes, base64url."""

    model_config = _CONFIG

    family: Family
    key: _Hash


class SetReference(BaseModel):
    """Which tag set this is: SHA-256 of its file, entries (padding included), and bytes."""

    model_config = _CONFIG

    digest: _Hash
    entries: Annotated[int, Field(ge=1, le=SET_ENTRIES)]
    bytes: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.entries != padded_size(self.entries) or self.bytes != file_bytes(self.entries):
            raise ValueError("size")
        return self


class Draft(BaseModel):
    """A manifest before there is a set: everything that the set's entries are bound to."""

    model_config = _CONFIG

    version: Literal[1] = 1
    agreement: _Id
    dataset: _Id
    provider: _Id
    consumer: _Id
    epoch: Annotated[int, Field(ge=1, le=2**31)]
    created_at: Annotated[_Time, Field(alias="createdAt")]
    """Seconds since 1970-01-01 UTC, as is `ends_at`."""
    ends_at: Annotated[_Time, Field(alias="endsAt")]
    salt: _Hash
    """32 random bytes, base64url: no two sets share a binding, whatever else they share."""
    derivation: Literal["comity-fuzzy-1"] = DERIVATION
    records: Annotated[int, Field(ge=0, le=SET_ENTRIES)]
    """Records that were tagged: what scores are weighed against."""
    family_keys: Annotated[tuple[FamilyKey, ...], Field(min_length=1, alias="keys")]
    """One for each family that the agreement names, in the order of their names."""
    statuses: Annotated[tuple[_Id, ...], Field(max_length=STATUS_CODES)] = ()
    """The vocabulary: a label's status code is a position here."""
    canaries: Literal[16] = CANARIES

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [entry.family for entry in self.family_keys]
        if (
            self.ends_at <= self.created_at
            or self.provider == self.consumer
            or names != sorted(set(names))
            or len({entry.key for entry in self.family_keys}) != len(names)
            or len(set(self.statuses)) != len(self.statuses)
        ):
            raise ValueError("inconsistent")
        return self

    def binding(self) -> bytes:
        """Return the SHA-256 of the canonical JSON of this without `set`: 32 bytes.

        It is the `context` of every entry of the set.
        """
        return digest(self._json(without={"tag_set"}))

    def complete(self, tag_set: SetReference) -> "Manifest":
        """Return the manifest of this draft with its set. The binding stays the same."""
        return Manifest.model_validate({**dict(self), "tag_set": tag_set})

    def public_key(self, family: Family) -> bytes:
        """Return a family's public key. Raises FAMILY_NOT_AGREED."""
        for entry in self.family_keys:
            if entry.family == family:
                return unb64url(entry.key, 32)
        raise ComityError(Code.FAMILY_NOT_AGREED, family=family.value)

    def _json(self, without: set[str] | None = None) -> dict[str, JsonValue]:
        return self.model_dump(mode="json", by_alias=True, exclude=without)


class Manifest(Draft):
    """A complete manifest."""

    tag_set: Annotated[SetReference, Field(alias="set")]

    def encode(self) -> bytes:
        """Return the canonical JSON (RFC 8785)."""
        return canonical(self._json())

    def digest(self) -> bytes:
        """Return the SHA-256 of `encode()`: 32 bytes, by which everything else names it."""
        return digest(self._json())

    @classmethod
    def read(cls, data: bytes) -> "Manifest":
        """Read a manifest's bytes, which must be its canonical JSON. Raises MANIFEST_INVALID.

        That it is signed, and fits the agreement, is for the caller to check.
        """
        try:
            manifest = model(cls, data, BODY_BYTES)
        except ComityError:
            raise ComityError(Code.MANIFEST_INVALID) from None
        if manifest.encode() != data:
            raise ComityError(Code.MANIFEST_INVALID)
        return manifest

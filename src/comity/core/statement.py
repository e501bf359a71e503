"""The signed statement about a file: who gave which bytes to whom, under which agreement.

It goes with the data address and with the file itself, so that the receiver can prove later what
it was given, and the giver cannot have given something else. A connector that knows nothing of it
ignores it.
"""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from comity.core import jws
from comity.core.canonical import canonical, model, unb64url
from comity.core.keys import Signer
from comity.errors import Code, ComityError
from comity.limits import FILE_BYTES, ID_CHARS, MEDIA_TYPE_CHARS, TOKEN_BYTES

TYP: Final = "comity-file+jwt"
"""`typ` of the compact JWS that carries a statement."""


def _32_bytes(text: str) -> str:
    try:
        unb64url(text, 32)
    except ComityError as error:
        raise ValueError(str(error.code)) from None
    return text


_Id = Annotated[str, Field(min_length=1, max_length=ID_CHARS)]


class FileStatement(BaseModel):
    """What was given. `transfer` is the provider's id of the transfer."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", validate_by_name=True, validate_by_alias=True
    )

    version: Literal[1] = 1
    provider: _Id
    consumer: _Id
    agreement: _Id
    transfer: _Id
    dataset: _Id
    sha256: Annotated[str, AfterValidator(_32_bytes)]
    """SHA-256 of the whole file, base64url."""
    size: Annotated[int, Field(ge=0, le=FILE_BYTES)]
    """Bytes."""
    media_type: Annotated[str, Field(max_length=MEDIA_TYPE_CHARS, alias="mediaType")]
    at: Annotated[int, Field(ge=0, le=2**53 - 1)]
    """Seconds since 1970-01-01 UTC."""

    def sign(self, signer: Signer) -> str:
        """Return the statement as a compact JWS."""
        return jws.sign(TYP, canonical(self.model_dump(mode="json", by_alias=True)), signer)


def read(token: str, public: bytes) -> FileStatement:
    """Return a statement that the key signed. Raises SIGNATURE_INVALID or what parsing raises."""
    if len(token) > TOKEN_BYTES:
        raise ComityError(Code.SIGNATURE_INVALID)
    return model(FileStatement, jws.check(TYP, token, public), TOKEN_BYTES)

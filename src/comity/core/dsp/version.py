"""The unversioned metadata endpoint (DSP 2025-1, "Exposure of Versions")."""

from typing import Annotated, Final, Literal

from pydantic import Field

from comity.core.dsp.message import Address, Id, Part

VERSION: Final = "2025-1"
WELL_KNOWN: Final = "/.well-known/dspace-version"


class Auth(Part):
    """How an endpoint is secured."""

    protocol: Id
    version: Id
    profile: tuple[Id, ...] | None = None


class Version(Part):
    """One version of the protocol, and the path that its endpoints stand under."""

    version: Id
    path: Address
    binding: Literal["HTTPS"] = "HTTPS"
    identifier_type: Id | None = None
    service_id: Id | None = None
    auth: Auth | None = None

    must_be_sent = frozenset({"binding"})


class VersionResponse(Part):
    """The versions that a connector speaks. It has neither context nor type."""

    protocol_versions: Annotated[tuple[Version, ...], Field(min_length=1)]

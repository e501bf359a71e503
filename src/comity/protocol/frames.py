"""The data addresses of our own formats: where questions and requests go, along fixed paths."""

from typing import Final

from comity.core.canonical import unb64url
from comity.core.dsp.transfer import DataAddress, EndpointProperty, TransferStartMessage
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.protocol.addresses import pinned_path
from comity.protocol.base import DATA, Local, fill_path

ENDPOINT_TYPE: Final = "urn:comity:data:1"
_MANIFEST: Final = "manifest"


def frame(local: Local, pid: str, manifest: str = "") -> DataAddress:
    """Return the data address of a transfer of a format of ours."""
    path = fill_path(f"{DATA}/transfers/{{}}", pid)
    named = (EndpointProperty(name=_MANIFEST, value=manifest),) if manifest else None
    return DataAddress(
        endpoint_type=ENDPOINT_TYPE,
        endpoint=f"{local.identity.address}{path}",
        endpoint_properties=named,
    )


def manifest_of(peer: Pinned, message: TransferStartMessage) -> str:
    """Return the digest of the manifest that a started transfer names.

    The endpoint is compared with the pinned address and then not used: paths are the protocol's.
    Raises ADDRESS_NOT_PINNED or MANIFEST_INVALID.
    """
    address = message.data_address
    if address is None or address.endpoint_type != ENDPOINT_TYPE:
        raise ComityError(Code.MANIFEST_INVALID)
    pinned_path(peer, (address.endpoint or "").rpartition("/")[0])
    return named_manifest(message)


def named_manifest(message: TransferStartMessage) -> str:
    """Return the digest in a start of a transfer, whoever sent it. Raises MANIFEST_INVALID."""
    address = message.data_address
    properties = address.endpoint_properties if address else None
    named = [item.value for item in properties or () if item.name == _MANIFEST]
    if len(named) != 1:
        raise ComityError(Code.MANIFEST_INVALID)
    unb64url(named[0], 32)
    return named[0]

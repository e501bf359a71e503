"""Addresses in messages: compared with what is pinned, never followed (DESIGN D2)."""

from urllib.parse import unquote, urlsplit

from comity.core.identity import Identity, Pinned, check_address
from comity.errors import Code, ComityError
from comity.protocol.base import DATA, DSP, fill_path


def pinned_path(peer: Pinned, address: str) -> str:
    """Return the path of an address that lies under the peer's pinned one.

    Scheme, host and port must be equal, and the pinned path a prefix segment by segment; there is
    no resolution of names, dots or escapes on the way. Raises ADDRESS_NOT_PINNED.
    """
    try:
        given = urlsplit(check_address(address.removesuffix("/")))
    except ComityError:
        raise ComityError(Code.ADDRESS_NOT_PINNED, peer=peer.id) from None
    own = urlsplit(peer.identity.address)
    below = given.path == own.path or given.path.startswith(f"{own.path}/")
    if (given.scheme, given.hostname, _port(given.port)) != (
        own.scheme,
        own.hostname,
        _port(own.port),
    ) or not below:
        raise ComityError(Code.ADDRESS_NOT_PINNED, peer=peer.id)
    return given.path


def dsp_base(identity: Identity) -> str:
    """Return the path at a participant that its DSP endpoints stand under."""
    return urlsplit(identity.address).path + DSP


def data_path(peer: Pinned, transfer: str, rest: str, *ids: str) -> str:
    """Return the target of one of our own messages at a peer, in a transfer by the peer's id."""
    base = dsp_base(peer.identity).removesuffix(DSP)
    return base + fill_path(f"{DATA}/transfers/{{}}/{rest}", transfer, *ids)


def callback(identity: Identity) -> str:
    """Return the callback address of this node, without a trailing slash."""
    return identity.address + DSP


def _port(port: int | None) -> int:
    return 443 if port is None else port


def transfer_in(target: str) -> str:
    """Return the id of the transfer that a request target of either side names, or nothing."""
    _, found, rest = target.rpartition("/transfers/")
    return unquote(rest.partition("/")[0]) if found else ""

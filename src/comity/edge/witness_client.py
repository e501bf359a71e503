"""The client of witnesses: one request, at the URL that an officer of this node gave.

The URL is a setting of this node's own and comes out of no message. TLS with the certificate
authorities of the system; no redirects, no proxies from the environment. What a witness says is
believed for its signature, never for where it came from.
"""

import ssl
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from comity.errors import Code, ComityError
from comity.limits import ID_CHARS, WITNESS_REPLY_BYTES, WITNESS_SECONDS

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class WitnessReply:
    """What a witness answered."""

    status: int
    content_type: str
    body: bytes


def check_url(text: str) -> str:
    """Return the URL of a witness, without a slash at its end. Raises ADDRESS_INVALID.

    https, a host, perhaps a port and a path, and nothing else. Plain http is for loopback.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ComityError(Code.ADDRESS_INVALID) from None
    plain = parts.scheme == "http" and host in _LOOPBACK
    extra = parts.query or parts.fragment or "@" in parts.netloc or "?" in text or "#" in text
    spelled = text.isascii() and text.isprintable() and " " not in text
    if not (plain or parts.scheme == "https") or not host or extra or not spelled:
        raise ComityError(Code.ADDRESS_INVALID)
    if len(text) > ID_CHARS:
        raise ComityError(Code.ADDRESS_INVALID)
    return text.rstrip("/")


def post(url: str, body: bytes, witness: str, seconds: float = WITNESS_SECONDS) -> WitnessReply:
    """Send a request and return the reply, whatever its status.

    Raises WITNESS_UNREACHABLE (witness, reason: timeout, connection, size).
    """
    deadline = time.monotonic() + seconds
    try:
        with (
            httpx.Client(
                verify=ssl.create_default_context(),
                timeout=seconds,
                trust_env=False,
                follow_redirects=False,
            ) as client,
            client.stream("POST", url, content=body, headers=_HEADERS) as reply,
        ):
            data = bytearray()
            # As it came: an encoding that nobody asked for could unpack without end.
            for chunk in reply.iter_raw():
                data += chunk
                if len(data) > WITNESS_REPLY_BYTES:
                    raise ComityError(Code.WITNESS_UNREACHABLE, witness=witness, reason="size")
                if time.monotonic() > deadline:
                    raise ComityError(Code.WITNESS_UNREACHABLE, witness=witness, reason="timeout")
            kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
            return WitnessReply(reply.status_code, kind, bytes(data))
    except httpx.TimeoutException:
        raise ComityError(Code.WITNESS_UNREACHABLE, witness=witness, reason="timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        raise ComityError(Code.WITNESS_UNREACHABLE, witness=witness, reason="connection") from None


_HEADERS: Final = {
    "Content-Type": "text/plain; charset=utf-8",
    "Accept-Encoding": "identity",
    "User-Agent": "comity",
}

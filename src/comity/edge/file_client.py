"""The client for files of one peer: pulls and pushes streams, at the pinned listener only.

Like the client of messages it works on httpcore: no redirects, no proxies, no unpacking, and the
pinned certificate as the only one. What differs is time: a file may take long, so that limits are
on standing still and on the pace, not on the whole.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpcore

from comity.core.identity import check_address
from comity.edge.tls import client_context
from comity.errors import Code, ComityError
from comity.limits import FILE_BYTES, FILE_SLOWEST_BYTES, FILE_STALL_SECONDS

_DEFAULT_PORT: Final = 443
_WAITS: Final = ("connect", "read", "write", "pool")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply whose body is still to be read."""

    status: int
    headers: dict[str, str]
    """Names in small letters; of a name that stands there twice, nothing."""
    chunks: Iterator[bytes]


class FileClient:
    """Talks to one peer's listener about files, one at a time."""

    def __init__(self, address: str, certificate: bytes, stall: float = FILE_STALL_SECONDS) -> None:
        """Take the pinned address and certificate (DER). Raises ADDRESS_INVALID."""
        parts = urlsplit(check_address(address))
        self._host, self._port = parts.hostname or "", parts.port or _DEFAULT_PORT
        shown = f"[{self._host}]" if ":" in self._host else self._host
        self._peer = f"{shown}:{self._port}"
        self._stall = stall
        self._pool = httpcore.ConnectionPool(
            ssl_context=client_context(certificate), max_connections=1, keepalive_expiry=0
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    @contextmanager
    def pull(self, target: str, token: str, start: int = 0, tag: str = "") -> Iterator[Reply]:
        """Ask for a file, from byte `start` on where it is still the one with entity tag `tag`.

        Raises PEER_UNREACHABLE and PEER_ANSWER_INVALID (peer, reason), while the block reads, too.
        """
        more = [("Range", f"bytes={start}-"), ("If-Range", tag)] if start else []
        with self._request("GET", target, token, more) as reply:
            yield reply

    def push(
        self, target: str, token: str, headers: list[tuple[str, str]], body: Iterable[bytes]
    ) -> int:
        """Send a file and return the status of the reply, whose body is not looked at.

        `headers` has its Content-Length. Raises what `pull` raises, and what the body raises.
        """
        with self._request("POST", target, token, headers, body) as reply:
            return reply.status

    @contextmanager
    def _request(
        self,
        method: str,
        target: str,
        token: str,
        headers: list[tuple[str, str]],
        body: Iterable[bytes] = (),
    ) -> Iterator[Reply]:
        url = httpcore.URL(
            scheme=b"https",
            host=self._host.encode("ascii"),
            port=self._port,
            target=target.encode("ascii"),
        )
        sent = [
            ("Host", self._peer),
            ("Accept-Encoding", "identity"),
            # An address that a peer gives may need none.
            *([("Authorization", f"Bearer {token}")] if token else []),
            ("Connection", "close"),
            *headers,
        ]
        with (
            self._failures(),
            self._pool.stream(
                method,
                url,
                headers=sent,
                content=iter(body) if method == "POST" else None,
                extensions={"timeout": dict.fromkeys(_WAITS, self._stall)},
            ) as reply,
        ):
            if 300 <= reply.status < 400:
                raise self._invalid("redirect")
            found = _headers(reply)
            if found.get("content-encoding", "identity").lower() != "identity":
                raise self._invalid("encoding")
            yield Reply(reply.status, found, self._chunks(reply))

    def _chunks(self, reply: httpcore.Response) -> Iterator[bytes]:
        began, size = time.monotonic(), 0
        for chunk in reply.iter_stream():
            size += len(chunk)
            if size > FILE_BYTES:
                raise self._invalid("size")
            if time.monotonic() - began > self._stall + size / FILE_SLOWEST_BYTES:
                raise self._unreachable("timeout")
            yield chunk

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn the transport's errors into ours."""
        try:
            yield
        except httpcore.TimeoutException:
            raise self._unreachable("timeout") from None
        except httpcore.ConnectError:
            raise self._unreachable("network") from None
        except httpcore.NetworkError:
            raise self._unreachable("broken") from None
        except httpcore.ProtocolError:
            raise self._invalid("http") from None

    def _unreachable(self, reason: str) -> ComityError:
        return ComityError(Code.PEER_UNREACHABLE, peer=self._peer, reason=reason)

    def _invalid(self, reason: str) -> ComityError:
        return ComityError(Code.PEER_ANSWER_INVALID, peer=self._peer, reason=reason)


def _headers(reply: httpcore.Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in reply.headers:
        name = key.decode("ascii", "replace").lower()
        found[name] = "" if name in found else value.decode("ascii", "replace")
    return found

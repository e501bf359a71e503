"""One TLS connection to a pinned listener: a request out, a reply in, all before one deadline."""

import select
import socket
import ssl
import time
from typing import Final

import httptools

from comity.limits import HEADER_BYTES, REPLY_BYTES

_READ: Final = 65_536


class NotConnectedError(Exception):
    """There is no connection; `reason` says in a word why not."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__()
        self.reason = next((word for kind, word in _REASONS if isinstance(cause, kind)), "network")


_REASONS: Final = (
    (TimeoutError, "timeout"),
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "tls"),
    (socket.gaierror, "name"),
    (ConnectionRefusedError, "refused"),
)


class BrokenError(Exception):
    """The connection ended before the reply did."""


class NotHttpError(Exception):
    """What came is no reply."""


class Reply:
    """A reply as it comes in; what the parser calls."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self.has_head = False
        self.is_whole = False
        self.has_more = False
        """Whether something came after the reply."""
        self.keeps = False
        self._parser = httptools.HttpResponseParser(self)
        self._head_bytes = 0

    def feed(self, data: bytes) -> None:
        """Take bytes. Raises NotHttpError."""
        if not self.has_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            # What follows a whole reply is not looked at.
            if not self.is_whole:
                raise NotHttpError from None
            self.has_more = True
        if not self.has_head and self._head_bytes > HEADER_BYTES:
            raise NotHttpError

    def on_message_begin(self) -> None:
        """Note that there is a second one."""
        self.has_more = self.is_whole

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header. What comes after the body is none."""
        if not self.has_head:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Take the status; an interim one (RFC 9110 section 15.2) is passed over."""
        if self.is_whole:
            return
        self.status = self._parser.get_status_code()
        if self.status == 101:
            raise ValueError
        if self.status < 200 and self.status >= 100:
            self.headers.clear()
        else:
            self.has_head = True

    def on_body(self, body: bytes) -> None:
        """Keep content, up to one byte too much."""
        if not self.is_whole and len(self.body) <= REPLY_BYTES:
            self.body += body

    def on_message_complete(self) -> None:
        """Note that the reply is whole."""
        if self.has_head and not self.is_whole:
            self.is_whole = True
            self.keeps = self._parser.should_keep_alive()


class Connection:
    """A connection of one caller at a time."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext, deadline: float) -> None:
        """Connect before a deadline on the monotonic clock. Raises NotConnectedError."""
        try:
            plain = socket.create_connection((host, port), timeout=_left(deadline))
            try:
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                plain.settimeout(_left(deadline))
                self._socket = context.wrap_socket(plain, server_hostname=host)
            except BaseException:
                plain.close()
                raise
        except (OSError, ValueError) as error:
            raise NotConnectedError(error) from None
        self._waiting = select.poll()
        self._waiting.register(self._socket, select.POLLIN)
        self.rests_since = 0.0

    def send(self, data: bytes, deadline: float) -> None:
        """Send bytes. Raises TimeoutError or BrokenError."""
        view = memoryview(data)
        try:
            while view:
                self._socket.settimeout(_left(deadline))
                view = view[self._socket.send(view) :]
        except TimeoutError:
            raise
        except OSError:
            raise BrokenError from None

    def receive(self, deadline: float) -> bytes:
        """Receive some bytes. Raises TimeoutError or BrokenError.

        A reply that just stops may have been cut, so each has to say where it ends.
        """
        try:
            self._socket.settimeout(_left(deadline))
            data = self._socket.recv(_READ)
        except TimeoutError:
            raise
        except OSError:
            raise BrokenError from None
        if not data:
            raise BrokenError
        return data

    @property
    def number(self) -> int:
        """The descriptor, to wait for several connections at once."""
        return self._socket.fileno()

    def receive_now(self) -> bytes:
        """Receive what is there, without waiting; nothing where that is no whole TLS record yet.

        Raises BrokenError.
        """
        try:
            self._socket.settimeout(0)
            data = self._socket.recv(_READ)
        except ssl.SSLWantReadError:
            return b""
        except OSError:
            raise BrokenError from None
        if not data:
            raise BrokenError
        return data

    def is_silent(self) -> bool:
        """Tell whether nothing has come in: not even the other side's goodbye."""
        return not self._socket.pending() and not self._waiting.poll(0)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def _left(deadline: float) -> float:
    """Return the seconds that are left. Raises TimeoutError where none are."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left

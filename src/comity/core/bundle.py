"""A bundle: messages as they cross the border, one after another, when no connection carries them.

Lines of canonical JSON (RFC 8785), each ended by a line feed. The first says what the sender has of
the receiver's log, and how its own log stands; each other one is a request or a reply, with exactly
the bytes that its token binds, in the order in which the receiver is to take them. A bundle is not
signed as a whole: its messages are, and whoever carries it shows that it is whole.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import Field, ValidationError

from comity.api import Request, Response
from comity.core.canonical import b64url, parse, unb64url
from comity.core.messages import Hash, Text, Wire
from comity.core.token import Seen
from comity.errors import Code, ComityError
from comity.limits import BUNDLE_LINE_BYTES, BUNDLE_MESSAGES, ID_CHARS, TARGET_BYTES, TOKEN_BYTES

_Jti = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
_Token = Annotated[str, Field(min_length=1, max_length=TOKEN_BYTES, pattern=r"^[\x21-\x7e]+$")]
_Bytes = Annotated[str, Field(max_length=BUNDLE_LINE_BYTES, pattern=r"^[A-Za-z0-9_-]*$")]
_ContentType = Annotated[str, Field(max_length=ID_CHARS, pattern=r"^[\x20-\x7e]*$")]
_END: Final = b"\n"


class Head(Wire):
    """The first line: how both logs stand at the sender."""

    limit: ClassVar[int] = BUNDLE_LINE_BYTES

    type: Literal["comity-bundle-1"] = "comity-bundle-1"
    seen: Seen
    """How much of the receiver's log the sender holds: what is below that number has arrived."""
    checkpoint: Text = ""
    """The sender's own log, as a C2SP signed note; it covers every message of the bundle."""
    cosigned: Text = ""
    """A checkpoint of the receiver's log with the sender's cosignature: a receipt for what it
    covers. Empty while the sender has not been shown any."""
    proof: Annotated[tuple[Hash, ...], Field(max_length=64)] = ()
    """RFC 6962 consistency proof from what the receiver was last shown to `checkpoint`."""


class RequestLine(Wire):
    """A request as it crosses the border."""

    limit: ClassVar[int] = BUNDLE_LINE_BYTES

    type: Literal["request"] = "request"
    method: Literal["GET", "POST"]
    target: Annotated[str, Field(min_length=1, max_length=TARGET_BYTES, pattern=r"^[\x21-\x7e]+$")]
    token: _Token
    content_type: _ContentType
    body: _Bytes

    def request(self) -> Request:
        """Return what the exchange takes. Raises JSON_INVALID."""
        return Request(self.method, self.target, self.token, self.content_type, unb64url(self.body))


class ReplyLine(Wire):
    """A reply as it crosses the border, and the id of the request that it answers."""

    limit: ClassVar[int] = BUNDLE_LINE_BYTES

    type: Literal["reply"] = "reply"
    to: _Jti
    status: Annotated[int, Field(ge=200, le=599)]
    token: _Token
    content_type: _ContentType
    body: _Bytes

    def response(self) -> Response:
        """Return what a client would have got. Raises JSON_INVALID."""
        return Response(self.status, self.token, self.content_type, unb64url(self.body))


Line: TypeAlias = RequestLine | ReplyLine
_KINDS: Final[dict[str, type[RequestLine] | type[ReplyLine]]] = {
    "request": RequestLine,
    "reply": ReplyLine,
}


def request_line(request: Request) -> RequestLine:
    """Return the line of a request."""
    method: Literal["GET", "POST"] = "GET" if request.method == "GET" else "POST"
    return RequestLine(
        method=method,
        target=request.target,
        token=request.token,
        content_type=request.content_type,
        body=b64url(request.body),
    )


def reply_line(to: str, reply: Response) -> ReplyLine:
    """Return the line of a reply to the request of that id."""
    return ReplyLine(
        to=to,
        status=reply.status,
        token=reply.token,
        content_type=reply.content_type,
        body=b64url(reply.body),
    )


def write(head: Head, lines: Iterable[Line]) -> Iterator[bytes]:
    """Give a bundle, a line at a time."""
    yield head.encode() + _END
    for line in lines:
        yield line.encode() + _END


def read(pieces: Iterable[bytes]) -> tuple[Head, Iterator[Line]]:
    """Read a bundle that comes in pieces of any size; no more than a line of it is held.

    The lines are read as they are asked for. Raises BUNDLE_INVALID (line: from 1).
    """
    numbered = enumerate(_split(pieces), 1)
    _, first = next(numbered, (1, b""))
    return _head(first), _lines(numbered)


def _lines(numbered: Iterator[tuple[int, bytes]]) -> Iterator[Line]:
    for number, text in numbered:
        if number > BUNDLE_MESSAGES + 1:
            raise ComityError(Code.BUNDLE_INVALID, line=number)
        yield _line(number, text)


def _head(text: bytes) -> Head:
    try:
        head = Head.read(text)
        if head.encode() == text:
            return head
    except ComityError:
        pass
    raise ComityError(Code.BUNDLE_INVALID, line=1)


def _line(number: int, text: bytes) -> Line:
    try:
        value = parse(text, BUNDLE_LINE_BYTES)
        cls = _KINDS[str(value.get("type"))]
        # There is no list in them, so that what was parsed needs no second reading.
        line = cls.model_validate(value, by_alias=True, by_name=False)
        if line.encode() == text:
            return line
    except (ComityError, KeyError, ValidationError):
        pass
    raise ComityError(Code.BUNDLE_INVALID, line=number)


def _split(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut pieces into lines. Raises BUNDLE_INVALID for one that is too long, or has no end."""
    held, number = b"", 1
    for piece in pieces:
        *whole, held = (held + piece).split(_END)
        for text in whole:
            yield text
            number += 1
        if len(held) > BUNDLE_LINE_BYTES:
            raise ComityError(Code.BUNDLE_INVALID, line=number)
    if held:
        raise ComityError(Code.BUNDLE_INVALID, line=number)

"""What a node that accepts no connection says to a peer whose mailbox it collects.

Requests and replies are inside exactly as they are over HTTP, with their own tokens; the contact
message around them only carries them.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from comity.api import Request, Response
from comity.core.canonical import b64url, unb64url
from comity.core.messages import Hash, Wire
from comity.limits import (
    ID_CHARS,
    MAILBOX_BYTES,
    MAILBOX_MESSAGES,
    MAILBOX_WAIT_SECONDS,
    TARGET_BYTES,
    TOKEN_BYTES,
)

_Token = Annotated[str, Field(max_length=TOKEN_BYTES, pattern=r"^[\x21-\x7e]*$")]
_Bytes = Annotated[str, Field(max_length=MAILBOX_BYTES, pattern=r"^[A-Za-z0-9_-]*$")]
_ContentType = Annotated[str, Field(max_length=ID_CHARS, pattern=r"^[\x20-\x7e]*$")]


class Letter(Wire):
    """A request that waits for the node that collects."""

    method: Literal["GET", "POST"]
    target: Annotated[str, Field(min_length=1, max_length=TARGET_BYTES, pattern=r"^[\x21-\x7e]+$")]
    token: _Token
    content_type: _ContentType
    body: _Bytes

    @classmethod
    def of(cls, request: Request) -> "Letter":
        """Take a request as it is."""
        return cls(
            method="GET" if request.method == "GET" else "POST",
            target=request.target,
            token=request.token,
            content_type=request.content_type,
            body=b64url(request.body),
        )

    def request(self) -> Request:
        """Return what an exchange takes."""
        return Request(self.method, self.target, self.token, self.content_type, unb64url(self.body))


class Reply(Wire):
    """The reply to one of them; `to` is the SHA-256 of its token."""

    to: Hash
    status: Annotated[int, Field(ge=200, le=599)]
    token: _Token
    content_type: _ContentType
    body: _Bytes

    @classmethod
    def of(cls, to: str, response: Response) -> "Reply":
        """Take a response as it is."""
        return cls(
            to=to,
            status=response.status,
            token=response.token,
            content_type=response.content_type,
            body=b64url(response.body),
        )

    def response(self) -> Response:
        """Return what a client would have got."""
        return Response(self.status, self.token, self.content_type, unb64url(self.body))


class Collect(Wire):
    """Give replies, and ask for what waits."""

    limit: ClassVar[int] = MAILBOX_BYTES

    type: Literal["comity-mailbox-1"] = "comity-mailbox-1"
    replies: Annotated[tuple[Reply, ...], Field(max_length=MAILBOX_MESSAGES)] = ()
    under_way: Annotated[tuple[Hash, ...], Field(max_length=MAILBOX_MESSAGES)] = ()
    """What was collected before and is being worked on: it is not given again."""
    wait: Annotated[int, Field(ge=0, le=MAILBOX_WAIT_SECONDS)] = 0
    """How many seconds the peer may wait for something to come."""


class Collected(Wire):
    """What waits, as much as fits."""

    limit: ClassVar[int] = MAILBOX_BYTES

    type: Literal["comity-mailbox-reply-1"] = "comity-mailbox-reply-1"
    letters: Annotated[tuple[Letter, ...], Field(max_length=MAILBOX_MESSAGES)]

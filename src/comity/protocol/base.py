"""What the parts of the protocol share: this node, a peer, routes, and what comes of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote, unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection

from comity.api import Clock, Entropy, Kernel, Response
from comity.core.canonical import b64url, canonical
from comity.core.identity import Identity, Pinned
from comity.core.keys import Signer
from comity.errors import Code, ComityError
from comity.protocol.mailboxes import Mailboxes

DSP = "/dsp/2025-1"
"""Path of the Dataspace Protocol below a participant's address."""
DATA = "/comity/1"
"""Path of our own transfer formats and of the record."""
CONTACT = f"{DATA}/contact"
"""Path of contact messages, which speak of the record and are no part of it."""
JSON = "application/json"
BYTES = "application/octet-stream"
"""Media type of bulk bodies, which the record keeps by digest only."""


OLD = Response(409, "", JSON, canonical({"code": Code.INCARNATION_OLD}))
"""What an old incarnation is told. Nobody signs it: that would take a number of the record."""


@dataclass(frozen=True, slots=True)
class Signers:
    """One signer for each use of this node's identity."""

    message: Signer
    checkpoint: Signer
    cosignature: Signer


@dataclass(frozen=True, slots=True)
class Own:
    """What this node is known by: its document in force, and the keys that this names."""

    identity: Identity
    document: str
    """The signed identity document, as peers get it."""
    signers: Signers
    decryption_keys: tuple[X25519PrivateKey, ...] = field(repr=False)
    """What opens files that were encrypted to this node: the key that the document names, and those
    of documents before it as long as a message may be on its way."""


class InForce:
    """Which document is in force: another one from the moment on that keys are rotated.

    It changes in a write transaction, so that no message is numbered under one document and signed
    under another.
    """

    __slots__ = ("_own",)

    def __init__(self, own: Own) -> None:
        self._own = own

    @property
    def own(self) -> Own:
        """What is in force now."""
        return self._own

    def put(self, own: Own) -> None:
        """Put another document and its keys in force."""
        self._own = own


@dataclass(frozen=True, slots=True)
class Local:
    """This node, as far as the protocol needs it."""

    in_force: InForce
    kernel: Kernel
    clock: Clock
    entropy: Entropy
    folder: Path
    """Tag sets and epoch keys are files below it; nothing in a message names one."""
    sealing_key: bytes
    """Encrypts what must stay readable here only; 32 bytes."""
    mailboxes: Mailboxes = field(default_factory=Mailboxes)
    """What waits for peers that accept no connection."""

    @property
    def identity(self) -> Identity:
        """This node's identity."""
        return self.in_force.own.identity

    @property
    def signers(self) -> Signers:
        """The keys of this node's identity."""
        return self.in_force.own.signers

    @property
    def decryption_key(self) -> X25519PrivateKey:
        """Opens files that were encrypted to this node, under the document in force."""
        return self.in_force.own.decryption_keys[0]

    def now(self) -> int:
        """Return the time in seconds since 1970-01-01 UTC."""
        return int(self.clock.now().timestamp())

    def new_id(self) -> str:
        """Return a fresh message id: 16 random bytes, base64url."""
        return b64url(self.entropy(16))

    def new_urn(self) -> str:
        """Return a fresh urn:uuid (RFC 9562 version 4 layout)."""
        raw = bytearray(self.entropy(16))
        raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
        text = raw.hex()
        return f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@dataclass(frozen=True, slots=True)
class Inbound:
    """An authentic message of a pinned peer, and what a handler may know besides it."""

    local: Local
    peer: Pinned
    jti: str
    now: int
    params: tuple[str, ...]
    """The ids in the path, unquoted."""
    query: str = ""
    """What stands behind the question mark, where the route takes that."""
    token: str = field(default="", repr=False)
    """The token of a contact message: what it says may have to be shown."""


class Moved(Exception):
    """State changed between decide and commit; the exchange decides again."""


Effect = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a message: the reply, and what changes here in the same transaction."""

    status: int
    body: bytes
    effects: tuple[Effect, ...] = ()
    content_type: str = JSON
    refused: str = ""
    """The code, where the message is refused."""


Act = Callable[[], Outcome]
"""Pure work that needs no database: it runs between the two transactions of the walk."""

MessageT = TypeVar("MessageT")


Refusal = Callable[[Code, tuple[str, str]], bytes]
"""Makes the error body of one protocol, for a code and a process's (provider, consumer) pids."""


@dataclass(frozen=True, slots=True)
class Route(Generic[MessageT]):
    """One message that a peer may send. The table of routes is the closed set."""

    what: str
    """The message type: in the record, in the posture and in the texts."""
    method: str
    path: str
    """Below the address; `{}` stands for one id."""
    parse: Callable[[bytes], MessageT]
    decide: Callable[[Inbound, Connection, MessageT], Act]
    refusal: Refusal
    pids: Callable[[MessageT], tuple[str, str]] = lambda _: ("", "")
    reserve: Callable[[Inbound, Connection, MessageT], None] | None = None
    """Reserves quota in the transaction that admits the message; once, however often it comes."""
    again: Callable[[Inbound, Connection, str], bytes] | None = None
    """Reads again the bulk body of that digest, which was given before."""
    links: Callable[[Local, bytes], str] | None = None
    """Makes the Link header of a reply from its body. Only a route with pages takes a query."""
    reads: bool = False
    """It moves no state, so that others of the peer may be under way at the same time."""

    @property
    def is_brief(self) -> bool:
        """Whether it is answered from the database alone, and moves nothing in it."""
        return self.reads and self.again is None


AnyRoute = Route[Any]


def nothing(body: bytes) -> None:
    """Parse the body of a message that has none."""
    if body:
        raise ComityError(Code.SCHEMA_INVALID, where="")


def match_path(template: str, path: str) -> tuple[str, ...] | None:
    """Return the ids where a raw path fits a template, or None."""
    want, have = template.split("/"), path.split("/")
    if len(want) != len(have):
        return None
    pairs = list(zip(want, have, strict=True))
    if any(expected not in ("{}", segment) for expected, segment in pairs):
        return None
    try:
        found = tuple(unquote(item, errors="strict") for at, item in pairs if at == "{}")
    except UnicodeDecodeError:
        return None
    # No id has a control character, and no database should have to look one up.
    return found if all(item.isprintable() for item in found) else None


def fill_path(template: str, *ids: str) -> str:
    """Return a path with ids in the places of a template, each quoted whole."""
    path = template
    for text in ids:
        path = path.replace("{}", quote(text, safe=""), 1)
    return path


def prefix(identity: Identity) -> str:
    """Return the path of a participant's address, without a trailing slash."""
    return urlsplit(identity.address).path


@dataclass(frozen=True, slots=True)
class Reply:
    """A peer's authentic reply to a request of ours, or that there will be none."""

    local: Local
    peer: Pinned
    kind: str
    """The message type of our request."""
    subject: str
    jti: str
    """The id of our request."""
    status: int
    """0 where there will be no reply."""
    body: bytes = field(repr=False)
    content_type: str
    now: int

    @property
    def expired(self) -> bool:
        """Whether there will be no reply: the request was on its way for too long."""
        return self.status == 0

    @property
    def accepted(self) -> bool:
        """Whether the peer took the request."""
        return 200 <= self.status < 300


ReplyHandler = Callable[[Reply, Connection], None]
"""Applies a reply, in the transaction that records it. Must not raise for what a peer may send."""

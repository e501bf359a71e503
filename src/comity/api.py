"""The few interfaces that parts meet at. Everything here is implemented more than once."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from comity.errors import ComityError


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it crosses the border: exactly these bytes are signed and kept."""

    method: str
    target: str
    """The raw request target: path and query, as sent."""
    token: str
    """The message token, without the word Bearer."""
    content_type: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """One response as it crosses the border. `token` is empty where nobody was authenticated."""

    status: int
    token: str = ""
    content_type: str = ""
    body: bytes = b""
    link: str = ""
    """A Link header (RFC 8288) for those who follow the standard; it repeats what the body says."""


class Endpoint(Protocol):
    """What takes a request and gives the response: the exchange, and the client of a peer."""

    def handle(self, request: Request) -> Response:
        """Take one request to its response. Raises ComityError only on the client's side."""
        ...


@runtime_checkable
class Several(Protocol):
    """What takes several requests of one thread at once: the client of a peer."""

    def handle_all(
        self, requests: Sequence[Request]
    ) -> Iterator[list[tuple[int, Response | ComityError]]]:
        """Take requests to their responses; gives the places of those that came, and what came."""
        ...


class Together(Protocol):
    """What takes several requests at once, where they only read: the exchange."""

    def reads(self, request: Request) -> bool:
        """Tell whether a request may be handled together with others, whoever it is from."""
        ...

    def handle_all(self, requests: Sequence[Request]) -> list[Response | None]:
        """Take up to TOGETHER such requests to their responses, in their order.

        None for one that has to be handled by itself.
        """
        ...


class Clock(Protocol):
    """The time, in UTC."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...


class Entropy(Protocol):
    """Random bytes fit for keys."""

    def __call__(self, size: int, /) -> bytes:
        """Return `size` bytes."""
        ...


class Progress(Protocol):
    """Where long work says how far it is. `step` is a stable word, not prose."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Report that `done` of `total` units of `step` are finished."""
        ...


@dataclass(frozen=True, slots=True)
class Inputs:
    """Tokens in one buffer: item i is data[ends[i-1]:ends[i]]. No object per item."""

    data: bytes
    ends: "array[int]"
    """Cumulative end offsets, typecode Q."""

    def __len__(self) -> int:
        return len(self.ends)

    @classmethod
    def pack(cls, items: Iterable[bytes]) -> "Inputs":
        """Pack byte strings into one buffer."""
        buffer, ends = bytearray(), array("Q")
        for item in items:
            buffer += item
            ends.append(len(buffer))
        return cls(bytes(buffer), ends)

    def items(self) -> "Sequence[bytes]":
        """Unpack into byte strings."""
        starts = [0, *self.ends[:-1]] if self.ends else []
        return [self.data[start:end] for start, end in zip(starts, self.ends, strict=True)]


class Watch(Protocol):
    """Where a batch says how far it is."""

    def __call__(self, done: int, /) -> None:
        """Hear that `done` items are finished; what it raises ends the work."""
        ...


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found for a batch of outputs, ordered by output, then by ordinal."""

    outputs: "array[int]"
    """Which output each hit is of, typecode Q."""
    labels: bytes
    """The label of each hit: 32 bytes."""


class Kernel(Protocol):
    """Group operations in batches: RFC 9497 VOPRF, suite ristretto255-SHA512, plus set entries.

    Elements and scalars are 32 bytes, outputs 64, concatenated without separators; n is the
    number of items. Every implementation gives the same bytes. Errors are ComityError with
    ELEMENT_INVALID (index), INPUT_INVALID (index), SCALAR_INVALID, PROOF_INVALID or
    BATCH_TOO_LARGE (count, limit).
    """

    name: str

    def scalars(self, random: bytes) -> bytes:
        """Reduce every 64 random bytes to a non-zero scalar (a key, a blind)."""
        ...

    def public_key(self, key: bytes) -> bytes:
        """Return the public key of a private key (RFC 9497 section 3.2)."""
        ...

    def blind(self, inputs: Inputs, blinds: bytes) -> bytes:
        """Blind each input with its scalar (section 3.3.2, Blind): n elements."""
        ...

    def evaluate(self, key: bytes, blinded: bytes, random: bytes) -> tuple[bytes, bytes]:
        """Evaluate n blinded elements and prove it (BlindEvaluate): n elements, 64-byte proof.

        `random` is 64 bytes for the proof's nonce.
        """
        ...

    def finalise(
        self,
        inputs: Inputs,
        blinds: bytes,
        blinded: bytes,
        evaluated: bytes,
        proof: bytes,
        public_key: bytes,
    ) -> bytes:
        """Check the proof, unblind, hash (Finalize): n outputs of 64 bytes."""
        ...

    def tag(self, key: bytes, inputs: Inputs, watch: Watch | None = None) -> bytes:
        """Evaluate inputs the holder knows (Evaluate): n outputs of 64 bytes, any number.

        What `watch` raises ends the work.
        """
        ...

    def index(self, outputs: bytes, context: bytes, ordinals: Sequence[int]) -> bytes:
        """Derive the set index of each output for its ordinal: n times 10 bytes."""
        ...

    def seal(self, outputs: bytes, context: bytes, ordinals: Sequence[int], labels: bytes) -> bytes:
        """Make set entries: n times 58 bytes, index (10) and sealed label (32 + 16)."""
        ...

    def open(
        self, outputs: bytes, context: bytes, ordinals: Sequence[int], sealed: bytes
    ) -> list[bytes | None]:
        """Open n sealed labels of 48 bytes: the 32-byte label, or None where it is not ours."""
        ...

    def look_up(
        self, outputs: bytes, context: bytes, entries: bytes | memoryview, ordinals: int
    ) -> Hits:
        """Look outputs up in sorted entries of 58 bytes: `index`, find, `open`.

        For each output go through the ordinals below `ordinals` until one is not there, or does
        not open.
        """
        ...

"""The fast kernel, where it is installed: the package `comity-kernel`, made by `make kernel`.

It is Rust (kernel/), works on whole buffers without the interpreter lock, and on processors with
AVX-512 IFMA on eight items at once. Here its arguments and its refusals are translated, and
nothing is computed.
"""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from comity.api import Hits, Inputs, Watch
from comity.core.entries import LABEL_BYTES
from comity.core.oprf import ELEMENT_BYTES
from comity.errors import Code, ComityError
from comity.limits import BATCH_ELEMENTS

try:
    import comity_kernel
except ImportError:  # not built: `load` of comity.kernel then takes the portable one
    comity_kernel = None

PACKAGE: Final = "comity-kernel"


def installed() -> bool:
    """Tell whether the package is there."""
    return comity_kernel is not None


def location() -> str:
    """Return the file that was loaded. Empty where there is none."""
    return str(getattr(comity_kernel, "__file__", ""))


def paths() -> tuple[str, ...]:
    """Return the ways of computing that the package has on this machine, the fastest first."""
    return tuple(getattr(comity_kernel, "PATHS", ()))


class Native:
    """`comity.api.Kernel` in Rust. Objects may be shared between threads."""

    name = "native"

    def __init__(self, threads: int | None = None, path: str | None = None) -> None:
        """Take as many threads as there are cores, and the fastest path, or what is asked for.

        Raises KERNEL_MISSING where the package is not installed, or has no such path here.
        """
        if comity_kernel is None:
            raise ComityError(Code.KERNEL_MISSING, name=self.name)
        try:
            self._kernel: Any = comity_kernel.Kernel(threads or 0, path)
        except ValueError:
            raise ComityError(Code.KERNEL_MISSING, name=f"{self.name} {path}") from None
        self.path: str = self._kernel.path
        self.version: str = comity_kernel.__version__
        self.threads: int = self._kernel.threads

    def scalars(self, random: bytes) -> bytes:
        """See `Kernel.scalars`. Raises SCALAR_INVALID, for random bytes practically never."""
        with _refusals():
            return bytes(self._kernel.scalars(random))

    def public_key(self, key: bytes) -> bytes:
        """See `Kernel.public_key`. Raises SCALAR_INVALID."""
        with _refusals():
            return bytes(self._kernel.public_key(key))

    def blind(self, inputs: Inputs, blinds: bytes) -> bytes:
        """See `Kernel.blind`. Raises BATCH_TOO_LARGE, INPUT_INVALID or SCALAR_INVALID."""
        _batch(len(inputs))
        with _refusals():
            return bytes(self._kernel.blind(inputs.data, inputs.ends, blinds))

    def evaluate(self, key: bytes, blinded: bytes, random: bytes) -> tuple[bytes, bytes]:
        """See `Kernel.evaluate`. Raises BATCH_TOO_LARGE, ELEMENT_INVALID or SCALAR_INVALID."""
        _batch(-(-len(blinded) // ELEMENT_BYTES), least=1)
        with _refusals():
            evaluated, proof = self._kernel.evaluate(key, blinded, random)
        return evaluated, proof

    def finalise(
        self,
        inputs: Inputs,
        blinds: bytes,
        blinded: bytes,
        evaluated: bytes,
        proof: bytes,
        public_key: bytes,
    ) -> bytes:
        """See `Kernel.finalise`. No output leaves before the proof of the whole batch holds."""
        _batch(len(inputs), least=1)
        with _refusals():
            return bytes(
                self._kernel.finalise(
                    inputs.data, inputs.ends, blinds, blinded, evaluated, proof, public_key
                )
            )

    def tag(self, key: bytes, inputs: Inputs, watch: Watch | None = None) -> bytes:
        """See `Kernel.tag`. Any number of inputs. Raises INPUT_INVALID or SCALAR_INVALID."""
        with _refusals():
            return bytes(self._kernel.tag(key, inputs.data, inputs.ends, watch))

    def index(self, outputs: bytes, context: bytes, ordinals: Sequence[int]) -> bytes:
        """See `Kernel.index`. Raises INPUT_INVALID."""
        with _refusals():
            return bytes(self._kernel.index(outputs, context, _ordinals(ordinals)))

    def seal(self, outputs: bytes, context: bytes, ordinals: Sequence[int], labels: bytes) -> bytes:
        """See `Kernel.seal`. Raises INPUT_INVALID."""
        with _refusals():
            return bytes(self._kernel.seal(outputs, context, _ordinals(ordinals), labels))

    def open(
        self, outputs: bytes, context: bytes, ordinals: Sequence[int], sealed: bytes
    ) -> list[bytes | None]:
        """See `Kernel.open`. Raises INPUT_INVALID."""
        with _refusals():
            labels, good = self._kernel.open(outputs, context, _ordinals(ordinals), sealed)
        return [
            labels[i * LABEL_BYTES : (i + 1) * LABEL_BYTES] if ours else None
            for i, ours in enumerate(good)
        ]

    def look_up(
        self, outputs: bytes, context: bytes, entries: bytes | memoryview, ordinals: int
    ) -> Hits:
        """See `Kernel.look_up`. Raises INPUT_INVALID."""
        with _refusals():
            numbers, labels = self._kernel.look_up(outputs, context, entries, ordinals)
        return Hits(array("Q", numbers), labels)


@contextmanager
def _refusals() -> Iterator[None]:
    """Make the node's errors of the package's."""
    try:
        yield
    except comity_kernel.Refused as refused:
        code, index = refused.args
        parameters = {} if index is None else {"index": index}
        raise ComityError(Code(code), **parameters) from None


def _ordinals(ordinals: Sequence[int]) -> "array[int]":
    return array("H", ordinals)


def _batch(count: int, least: int = 0) -> None:
    """Check the size of a batch. Raises BATCH_TOO_LARGE, or ELEMENT_INVALID where it is empty."""
    if count > BATCH_ELEMENTS:
        raise ComityError(Code.BATCH_TOO_LARGE, count=count, limit=BATCH_ELEMENTS)
    if count < least:
        raise ComityError(Code.ELEMENT_INVALID, index=count)

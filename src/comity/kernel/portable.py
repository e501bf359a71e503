"""The kernel that works everywhere: RFC 9497 on libsodium, batches spread over threads.

libsodium's functions run without the interpreter lock, so threads share a batch. What the
interpreter itself does (hashing, set entries) stays behind the lock: about a quarter of tagging
and a tenth of a question, so past some cores more of them gain nothing here.
"""

import os
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from comity.api import Hits, Inputs, Watch
from comity.core import entries, oprf
from comity.core.entries import INDEX_BYTES
from comity.core.oprf import ELEMENT_BYTES, OUTPUT_BYTES, SCALAR_BYTES
from comity.core.tagset import find
from comity.errors import Code, ComityError
from comity.kernel.sodium import Library, Ristretto255, load
from comity.limits import BATCH_ELEMENTS

CHUNK: Final = 64
"""Items a thread takes at once: some 5 ms of work, so that handing over costs nothing."""

T = TypeVar("T")
Work = Callable[[Ristretto255, int, int], T]
"""Work on the items from start to stop, with a group of its own."""


class Portable:
    """`comity.api.Kernel` on libsodium. Objects may be shared between threads."""

    name = "portable"

    def __init__(self, library: Library | None = None, threads: int | None = None) -> None:
        """Take the library given, or this process's; and as many threads as there are cores.

        With one thread everything runs in the caller's. Raises KERNEL_MISSING.
        """
        self.library = library if library is not None else load()
        self.threads = threads if threads is not None else os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.threads, "comity-kernel") if self.threads > 1 else None

    def scalars(self, random: bytes) -> bytes:
        """See `Kernel.scalars`. Raises SCALAR_INVALID, for random bytes practically never."""
        group = self._group()
        each = range(0, max(len(random), 1), 64)
        return b"".join([oprf.scalar_from_random(group, random[at : at + 64]) for at in each])

    def public_key(self, key: bytes) -> bytes:
        """See `Kernel.public_key`. Raises SCALAR_INVALID."""
        group = self._group()
        group.check_scalar(key)
        return group.multiply_base(key)

    def blind(self, inputs: Inputs, blinds: bytes) -> bytes:
        """See `Kernel.blind`. Raises BATCH_TOO_LARGE, INPUT_INVALID or SCALAR_INVALID."""
        count = _batch(len(inputs))
        scalars = _split(blinds, SCALAR_BYTES, count, Code.SCALAR_INVALID)

        def work(group: Ristretto255, start: int, stop: int) -> bytes:
            items = _items(inputs, start, stop)
            return b"".join(
                _each(start, stop, lambda i: oprf.blind(group, items[i - start], scalars[i]))
            )

        return b"".join(self._spread(count, work))

    def evaluate(self, key: bytes, blinded: bytes, random: bytes) -> tuple[bytes, bytes]:
        """See `Kernel.evaluate`. Raises BATCH_TOO_LARGE, ELEMENT_INVALID or SCALAR_INVALID."""
        count = _batch(-(-len(blinded) // ELEMENT_BYTES), least=1)
        asked = _split(blinded, ELEMENT_BYTES, count, Code.ELEMENT_INVALID)
        own = self._group()
        nonce = oprf.scalar_from_random(own, random)
        public = self.public_key(key)

        def work(group: Ristretto255, start: int, stop: int) -> tuple[bytes, bytes]:
            batch = asked[start:stop]
            evaluated = _each(start, stop, lambda i: group.multiply(key, asked[i]))
            m = oprf.IDENTITY
            weights = oprf.composite_weights(group, public, batch, evaluated, start)
            for weight, element in zip(weights, batch, strict=True):
                m = oprf.weighted_term(group, m, weight, element)
            return b"".join(evaluated), m

        parts = self._spread(count, work)
        m = _sum(own, [part[1] for part in parts])
        composites = oprf.compute_composites_fast(own, key, m)
        proof = oprf.generate_proof(own, key, public, composites, nonce)
        return b"".join([part[0] for part in parts]), proof

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
        count = _batch(len(inputs), least=1)
        scalars = _split(blinds, SCALAR_BYTES, count, Code.SCALAR_INVALID)
        asked = _split(blinded, ELEMENT_BYTES, count, Code.ELEMENT_INVALID)
        answered = _split(evaluated, ELEMENT_BYTES, count, Code.ELEMENT_INVALID)

        def work(group: Ristretto255, start: int, stop: int) -> tuple[bytes, bytes, bytes]:
            items = _items(inputs, start, stop)
            weights = oprf.composite_weights(
                group, public_key, asked[start:stop], answered[start:stop], start
            )
            m = z = oprf.IDENTITY

            def one(i: int) -> bytes:
                nonlocal m, z
                m = oprf.weighted_term(group, m, weights[i - start], asked[i])
                z = oprf.weighted_term(group, z, weights[i - start], answered[i])
                unblinded = oprf.unblind(group, scalars[i], answered[i])
                return oprf.finish(items[i - start], unblinded)

            return b"".join(_each(start, stop, one)), m, z

        parts = self._spread(count, work)
        own = self._group()
        composites = (
            _sum(own, [part[1] for part in parts]),
            _sum(own, [part[2] for part in parts]),
        )
        oprf.verify_proof(own, public_key, composites, proof)
        return b"".join([part[0] for part in parts])

    def tag(self, key: bytes, inputs: Inputs, watch: Watch | None = None) -> bytes:
        """See `Kernel.tag`. Any number of inputs. Raises INPUT_INVALID or SCALAR_INVALID."""
        self._group().check_scalar(key)

        def work(group: Ristretto255, start: int, stop: int) -> bytes:
            items = _items(inputs, start, stop)
            return b"".join(
                _each(start, stop, lambda i: oprf.evaluate(group, key, items[i - start]))
            )

        outputs = b"".join(self._spread(len(inputs), work))
        if watch is not None:
            watch(len(inputs))
        return outputs

    # Set entries are short calls that keep the interpreter lock, so threads would not help.

    def index(self, outputs: bytes, context: bytes, ordinals: Sequence[int]) -> bytes:
        """See `Kernel.index`. Raises INPUT_INVALID."""
        each = _outputs(outputs, context, ordinals)
        return b"".join([entries.index(o, context, j) for o, j in zip(each, ordinals, strict=True)])

    def seal(self, outputs: bytes, context: bytes, ordinals: Sequence[int], labels: bytes) -> bytes:
        """See `Kernel.seal`. Raises INPUT_INVALID."""
        each = _outputs(outputs, context, ordinals)
        plain = _split(labels, entries.LABEL_BYTES, len(each), Code.INPUT_INVALID)
        return b"".join(
            [
                entries.seal(o, context, j, label)
                for o, j, label in zip(each, ordinals, plain, strict=True)
            ]
        )

    def open(
        self, outputs: bytes, context: bytes, ordinals: Sequence[int], sealed: bytes
    ) -> list[bytes | None]:
        """See `Kernel.open`. Raises INPUT_INVALID."""
        each = _outputs(outputs, context, ordinals)
        closed = _split(sealed, entries.SEALED_BYTES, len(each), Code.INPUT_INVALID)
        return [
            entries.unseal(o, context, j, box)
            for o, j, box in zip(each, ordinals, closed, strict=True)
        ]

    def look_up(
        self, outputs: bytes, context: bytes, entries: bytes | memoryview, ordinals: int
    ) -> Hits:
        """See `Kernel.look_up`. Raises INPUT_INVALID."""
        found: list[list[bytes]] = [[] for _ in range(len(outputs) // OUTPUT_BYTES)]
        going: Sequence[int] = range(len(found))
        for ordinal in range(ordinals):
            each = [outputs[i * OUTPUT_BYTES : (i + 1) * OUTPUT_BYTES] for i in going]
            asked = b"".join(each)
            places = self.index(asked, context, [ordinal] * len(going))
            stored = []
            for number, (i, output) in enumerate(zip(going, each, strict=True)):
                place = places[number * INDEX_BYTES : (number + 1) * INDEX_BYTES]
                if (sealed := find(entries, place)) is not None:
                    stored.append((i, output, sealed))
            going = []
            if stored:
                numbers, asked_again, sealed_labels = zip(*stored, strict=True)
                opened = self.open(
                    b"".join(asked_again), context, [ordinal] * len(stored), b"".join(sealed_labels)
                )
                for i, label in zip(numbers, opened, strict=True):
                    if label is not None:
                        found[i].append(label)
                        going.append(i)
            if not going:
                break
        which = array("Q", [i for i, labels in enumerate(found) for _ in labels])
        return Hits(which, b"".join([label for labels in found for label in labels]))

    def _group(self) -> Ristretto255:
        return Ristretto255(self.library)

    def _spread(self, count: int, work: Work[T]) -> list[T]:
        """Run work over all items, in chunks, and return the results in order.

        The first refusal in the order of the items is raised, whichever thread came upon it.
        """

        def chunk(start: int) -> T:
            return work(self._group(), start, min(start + CHUNK, count))

        starts = range(0, count, CHUNK)
        if self._pool is None or len(starts) == 1:
            return [chunk(start) for start in starts]
        return list(self._pool.map(chunk, starts))


def _batch(count: int, least: int = 0) -> int:
    """Return the size of a batch. Raises BATCH_TOO_LARGE, or ELEMENT_INVALID where it is empty."""
    if count > BATCH_ELEMENTS:
        raise ComityError(Code.BATCH_TOO_LARGE, count=count, limit=BATCH_ELEMENTS)
    if count < least:
        raise ComityError(Code.ELEMENT_INVALID, index=count)
    return count


def _split(buffer: bytes, size: int, count: int, code: Code) -> list[bytes]:
    """Cut a buffer into `count` items of `size` bytes.

    Raises the code with the index of the first item that is missing, incomplete or too many.
    """
    if len(buffer) != count * size:
        raise ComityError(code, index=min(count, len(buffer) // size))
    return [buffer[at : at + size] for at in range(0, len(buffer), size)]


def _outputs(outputs: bytes, context: bytes, ordinals: Sequence[int]) -> list[bytes]:
    if len(context) != entries.CONTEXT_BYTES:
        raise ComityError(Code.INPUT_INVALID, index=0)
    return _split(outputs, OUTPUT_BYTES, len(ordinals), Code.INPUT_INVALID)


def _items(inputs: Inputs, start: int, stop: int) -> list[bytes]:
    """Return the inputs from start to stop."""
    at = inputs.ends[start - 1] if start else 0
    found = []
    for end in inputs.ends[start:stop]:
        found.append(inputs.data[at:end])
        at = end
    return found


def _each(start: int, stop: int, one: Callable[[int], bytes]) -> list[bytes]:
    """Do one item after the other; a refusal names the item."""
    done: list[bytes] = []
    try:
        for i in range(start, stop):
            done.append(one(i))  # noqa: PERF401 - its length is the index of what was refused
    except ComityError as refusal:
        raise ComityError(refusal.code, index=start + len(done)) from None
    return done


def _sum(group: Ristretto255, elements: Sequence[bytes]) -> bytes:
    total = oprf.IDENTITY
    for element in elements:
        total = group.add(total, element)
    return total

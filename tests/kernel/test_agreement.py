"""All kernels give the same bytes and refuse the same things.

COMITY_KERNEL_SAMPLES says on how many random inputs; `make test-kernel SAMPLES=10000000` takes an
hour or two. SEED repeats a run that found something.
"""

import os
import random
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.api import Inputs, Kernel
from comity.errors import ComityError
from comity.kernel import native
from comity.kernel.native import Native
from comity.kernel.portable import Portable
from kernel.test_sodium import MULTIPLES, NOT_ENCODINGS, ORDER

pytestmark = pytest.mark.skipif(not native.installed(), reason="make kernel was not run")

SAMPLES = int(os.environ.get("COMITY_KERNEL_SAMPLES", "2000"))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(2**32)))
CHUNK = 10_000
KERNELS: list[Kernel] = [Portable(), *(Native(path=path) for path in native.paths())]
PORTABLE = KERNELS[0]
T = TypeVar("T")
NONCE = bytes(range(64))
CONTEXT = bytes(range(32))


def _same(call: Callable[[Kernel], T]) -> T:
    """Return what all kernels give alike."""
    first, *others = [call(kernel) for kernel in KERNELS]
    assert all(other == first for other in others), SEED
    return first


def _end_alike(call: Callable[[Kernel], object]) -> None:
    """Check that all give the same, or refuse the same."""

    def outcome(kernel: Kernel) -> object:
        try:
            return call(kernel)
        except ComityError as error:
            return error.code, dict(error.params)

    _same(outcome)


def _random_scalars(source: random.Random, count: int) -> bytes:
    return b"".join(source.randrange(1, ORDER).to_bytes(32, "little") for _ in range(count))


def test_random_inputs() -> None:
    source = random.Random(SEED)
    for start in range(0, SAMPLES, CHUNK):
        count = min(CHUNK, SAMPLES - start)
        inputs = Inputs.pack(source.randbytes(source.randrange(120)) for _ in range(count))
        key, labels = _random_scalars(source, 1), source.randbytes(32 * count)
        ordinals = [source.randrange(64) for _ in range(count)]
        _same(partial(_entries, key, inputs, ordinals, labels))


def _entries(
    key: bytes, inputs: Inputs, ordinals: list[int], labels: bytes, kernel: Kernel
) -> bytes:
    return kernel.seal(kernel.tag(key, inputs), CONTEXT, ordinals, labels)


def test_random_questions() -> None:
    """A tenth of the samples: on libsodium a question costs five times as much as a tag."""
    source = random.Random(SEED + 1)
    for start in range(0, SAMPLES // 10, CHUNK):
        count = min(CHUNK, SAMPLES // 10 - start)
        inputs = Inputs.pack(source.randbytes(source.randrange(300)) for _ in range(count))
        key, blinds = _random_scalars(source, 1), _random_scalars(source, count)
        _same(partial(_question, key, inputs, blinds, source.randbytes(64)))


def _question(key: bytes, inputs: Inputs, blinds: bytes, nonce: bytes, kernel: Kernel) -> bytes:
    """Return everything that a question comes to."""
    blinded = kernel.blind(inputs, blinds)
    evaluated, proof = kernel.evaluate(key, blinded, nonce)
    public_key = kernel.public_key(key)
    outputs = kernel.finalise(inputs, blinds, blinded, evaluated, proof, public_key)
    return blinded + evaluated + proof + public_key + outputs


SCALARS = {
    **{str(number): number for number in (0, 1, 2, 3, 15, 16, 17, 2**128, 2**251, 2**252)},
    **{f"order {by:+}": ORDER + by for by in (-3, -2, -1, 0, 1, 2)},
    "half": (ORDER + 1) // 2,
    "half, less one": (ORDER - 1) // 2,
    # Half of it is odd and past 2^252, which a window more would be for.
    "twice past 2^252": 2 * (2**252 + 5) - ORDER,
    "ones": int("1" * 63, 16),
    "fifteens": int("f" * 62, 16),
    "eights": int("8" * 62, 16),
    "2^253": 2**253,
    "2^255": 2**255,
    "all bits": 2**256 - 1,
}


@pytest.mark.parametrize("number", SCALARS.values(), ids=SCALARS.keys())
def test_scalars_at_the_edges(number: int) -> None:
    scalar = number.to_bytes(32, "little")
    inputs = Inputs.pack(b"%d" % i for i in range(19))
    elements = b"".join(bytes.fromhex(text) for text in MULTIPLES)
    blinds = _random_scalars(random.Random(7), 8)
    calls: tuple[Callable[[Kernel], object], ...] = (
        lambda k: k.public_key(scalar),
        lambda k: k.tag(scalar, inputs),
        lambda k: k.evaluate(scalar, elements, NONCE),
        lambda k: k.evaluate(b"\1" + bytes(31), elements, scalar + bytes(32)),
        lambda k: k.blind(Inputs.pack([b"x"] * 9), blinds + scalar),
        lambda k: k.scalars(scalar + scalar),
        lambda k: k.scalars(NONCE + scalar + scalar + NONCE),
        lambda k: k.scalars(scalar),
        lambda k: k.scalars(b""),
    )
    for call in calls:
        _end_alike(call)


def _low_order() -> list[bytes]:
    """Encodings of curve25519's points of low order, which are none here."""
    p = 2**255 - 19
    root = pow(2, (p - 1) // 4, p)
    return [n.to_bytes(32, "little") for n in (0, 1, p - 1, root, p - root, p, p + 1)]


@pytest.mark.parametrize("place", [0, 1, 7, 8, 15, 16, 31, 32, 300])
def test_what_is_no_element_at_any_place(place: int) -> None:
    good = [bytes.fromhex(MULTIPLES[i % 3]) for i in range(301)]
    bad = [bytes.fromhex(text) for text in NOT_ENCODINGS.values()]
    source = random.Random(place)
    for element in [*bad, *_low_order(), *(source.randbytes(32) for _ in range(8))]:
        _end_alike(partial(_evaluate, b"".join([*good[:place], element, *good[place + 1 :]])))


def _evaluate(blinded: bytes, kernel: Kernel) -> object:
    return kernel.evaluate(b"\5" + bytes(31), blinded, NONCE)


FLAWS = ("blinds", "blinded", "evaluated", "inputs", "proof")


@settings(max_examples=30)
@given(
    count=st.integers(1, 40),
    flaws=st.lists(st.tuples(st.sampled_from(FLAWS), st.integers(0, 39)), max_size=4),
)
def test_the_same_flaw_is_named(count: int, flaws: list[tuple[str, int]]) -> None:
    items = [b"%d" % i for i in range(count)]
    blinds = _random_scalars(random.Random(count), count)
    blinded = KERNELS[-1].blind(Inputs.pack(items), blinds)
    key = b"\7" + bytes(31)
    evaluated, proof = KERNELS[-1].evaluate(key, blinded, NONCE)
    parts = {"blinds": blinds, "blinded": blinded, "evaluated": evaluated}
    for part, place in flaws:
        if part == "inputs":
            items[place % count] = bytes(2**16)
        elif part == "proof":
            proof = bytes(64)
        else:
            at = 32 * (place % count)
            parts[part] = parts[part][:at] + b"\xff" * 32 + parts[part][at + 32 :]
    inputs, public_key = Inputs.pack(items), PORTABLE.public_key(key)
    calls: tuple[Callable[[Kernel], object], ...] = (
        lambda k: k.blind(inputs, parts["blinds"]),
        lambda k: k.evaluate(key, parts["blinded"], NONCE),
        lambda k: k.finalise(
            inputs, parts["blinds"], parts["blinded"], parts["evaluated"], proof, public_key
        ),
    )
    for call in calls:
        _end_alike(call)

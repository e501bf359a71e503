"""Every kernel there is here: batches, threads, and what it refuses."""

from array import array
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.api import Inputs, Kernel
from comity.core import entries
from comity.core.oprf import IDENTITY
from comity.errors import Code, ComityError
from comity.kernel import VARIABLE, describe, load, native
from comity.kernel.native import Native
from comity.kernel.portable import CHUNK, Portable
from comity.limits import BATCH_ELEMENTS
from rfc9497 import BATCH, FIRST, Vector, published

KERNEL: Kernel = Portable(threads=2)
KERNELS: dict[str, Kernel] = {
    "portable": KERNEL,
    **{f"native-{path}": Native(threads=2, path=path) for path in native.paths()},
}
NONCE = b"nonce of a proof".ljust(64, b".")
KEY = KERNEL.scalars(b"key".ljust(64, b"k"))
PUBLIC_KEY = KERNEL.public_key(KEY)
SOME = CHUNK + 6  # two chunks, so both threads have work


def _blinds(count: int) -> bytes:
    return KERNEL.scalars(b"".join(b"%064d" % (number + 7) for number in range(count)))


def _inputs(count: int) -> Inputs:
    return Inputs.pack(b"input %d" % number for number in range(count))


class Question:
    """A whole question of SOME inputs, answered honestly."""

    inputs = _inputs(SOME)
    blinds = _blinds(SOME)
    blinded = KERNEL.blind(inputs, blinds)
    evaluated, proof = KERNEL.evaluate(KEY, blinded, NONCE)

    @classmethod
    def finalise(cls, kernel: Kernel = KERNEL, **changed: bytes) -> bytes:
        """Finish it with some of its parts changed."""
        parts = {"public_key": PUBLIC_KEY, **changed}
        return kernel.finalise(
            cls.inputs,
            parts.get("blinds", cls.blinds),
            parts.get("blinded", cls.blinded),
            parts.get("evaluated", cls.evaluated),
            parts.get("proof", cls.proof),
            parts["public_key"],
        )


@pytest.fixture(params=list(KERNELS.values()), ids=list(KERNELS))
def kernel(request: pytest.FixtureRequest) -> Kernel:
    found: Kernel = request.param
    return found


def _follow(kernel: Kernel, vector: Vector) -> None:
    inputs = Inputs.pack(vector.inputs)
    blinds, blinded = b"".join(vector.blinds), b"".join(vector.blinded)
    evaluated, outputs = b"".join(vector.evaluated), b"".join(vector.outputs)
    assert kernel.public_key(vector.key) == vector.public_key
    assert kernel.blind(inputs, blinds) == blinded
    random = vector.nonce + bytes(32)  # reduces to the vector's r
    assert kernel.evaluate(vector.key, blinded, random) == (evaluated, vector.proof)
    finalised = kernel.finalise(inputs, blinds, blinded, evaluated, vector.proof, vector.public_key)
    assert finalised == outputs == kernel.tag(vector.key, inputs)


@pytest.mark.parametrize("vector", [FIRST, BATCH], ids=["single", "batch"])
def test_typed_vectors(kernel: Kernel, vector: Vector) -> None:
    _follow(kernel, vector)


def test_published_vectors(kernel: Kernel) -> None:
    for vector in published():
        _follow(kernel, vector)


def test_one_thread_and_many_agree() -> None:
    alone = Portable(threads=1)
    assert alone.blind(Question.inputs, Question.blinds) == Question.blinded
    assert alone.evaluate(KEY, Question.blinded, NONCE) == (Question.evaluated, Question.proof)
    assert alone.tag(KEY, Question.inputs) == Question.finalise()


@settings(max_examples=15, deadline=None)
@given(
    items=st.lists(st.binary(max_size=200), min_size=1, max_size=6),
    seed=st.binary(min_size=64, max_size=64),
)
def test_a_question_gives_what_the_holder_tags(items: list[bytes], seed: bytes) -> None:
    inputs, blinds = Inputs.pack(items), _blinds(len(items))
    key = KERNEL.scalars(bytes([seed[0] | 1]) + seed[1:])
    blinded = KERNEL.blind(inputs, blinds)
    evaluated, proof = KERNEL.evaluate(key, blinded, NONCE)
    outputs = KERNEL.finalise(inputs, blinds, blinded, evaluated, proof, KERNEL.public_key(key))
    assert outputs == KERNEL.tag(key, inputs)
    # Equal inputs and only they have equal outputs.
    each = [outputs[at : at + 64] for at in range(0, len(outputs), 64)]
    assert [items.index(item) for item in items] == [each.index(output) for output in each]


def _replaced(buffer: bytes, position: int, element: bytes) -> bytes:
    return buffer[: 32 * position] + element + buffer[32 * (position + 1) :]


FLAWS = {
    "identity": IDENTITY,
    "not canonical": b"\xff" * 32,
    "off the curve": bytes.fromhex(
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"
    ),
}


@pytest.mark.parametrize("element", FLAWS.values(), ids=FLAWS.keys())
@pytest.mark.parametrize("position", [0, SOME - 1])
def test_element_that_is_none(kernel: Kernel, element: bytes, position: int) -> None:
    for name in ("blinded", "evaluated"):
        flawed = _replaced(getattr(Question, name), position, element)
        with pytest.raises(ComityError) as error:
            Question.finalise(kernel, **{name: flawed})
        assert (error.value.code, error.value.params) == (
            Code.ELEMENT_INVALID,
            {"index": position},
        )
    with pytest.raises(ComityError) as error:
        kernel.evaluate(KEY, _replaced(Question.blinded, position, element), NONCE)
    assert (error.value.code, error.value.params) == (Code.ELEMENT_INVALID, {"index": position})


def test_the_first_of_several_flaws_is_named(kernel: Kernel) -> None:
    flawed = _replaced(_replaced(Question.blinded, SOME - 1, IDENTITY), 3, IDENTITY)
    with pytest.raises(ComityError) as error:
        kernel.evaluate(KEY, flawed, NONCE)
    assert error.value.params == {"index": 3}


def test_answers_that_the_proof_does_not_cover(kernel: Kernel) -> None:
    first, second = Question.evaluated[:32], Question.evaluated[32:64]
    other_key, _ = kernel.evaluate(kernel.scalars(b"o" * 64), Question.blinded, NONCE)
    flaws = {
        "swapped": {"evaluated": second + first + Question.evaluated[64:]},
        "one replaced": {"evaluated": _replaced(Question.evaluated, SOME - 1, first)},
        "one under another key": {"evaluated": other_key[:32] + Question.evaluated[32:]},
        "all under another key": {"evaluated": other_key},
        "other questions": {"blinded": _replaced(Question.blinded, 0, second)},
        "another public key": {"public_key": first},
        "a public key that is none": {"public_key": b"\xff" * 32},
        "the identity as public key": {"public_key": IDENTITY},
        "altered proof": {"proof": bytes([Question.proof[0] ^ 1]) + Question.proof[1:]},
        "short proof": {"proof": Question.proof[:63]},
    }
    for flaw, changed in flaws.items():
        with pytest.raises(ComityError) as error:
            Question.finalise(kernel, **changed)
        assert error.value.code is Code.PROOF_INVALID, flaw


def test_a_batch_has_at_most_batch_elements(kernel: Kernel) -> None:
    most, more = Inputs(b"", array("Q", bytes(8 * BATCH_ELEMENTS))), _inputs(BATCH_ELEMENTS + 1)
    elements = bytes(32 * BATCH_ELEMENTS)
    calls: tuple[Callable[[], object], ...] = (
        lambda: kernel.blind(more, b""),
        lambda: kernel.evaluate(KEY, elements + bytes(1), NONCE),
        lambda: kernel.finalise(more, b"", b"", b"", b"", PUBLIC_KEY),
    )
    for refused in calls:
        with pytest.raises(ComityError) as error:
            refused()
        assert error.value.code is Code.BATCH_TOO_LARGE
    # With one less, the first thing wrong is the first element.
    good_calls: tuple[Callable[[], object], ...] = (
        lambda: kernel.evaluate(KEY, elements, NONCE),
        lambda: kernel.finalise(most, elements, elements, elements, b"", PUBLIC_KEY),
    )
    for accepted in good_calls:
        with pytest.raises(ComityError) as error:
            accepted()
        assert (error.value.code, error.value.params) == (Code.ELEMENT_INVALID, {"index": 0})


@pytest.mark.parametrize("size", [0, 31, 32 * SOME - 1, 32 * SOME + 1, 32 * SOME + 32])
def test_buffers_that_are_too_short_or_too_long(kernel: Kernel, size: int) -> None:
    index = min(SOME, size // 32)
    for name, code in (
        ("blinds", Code.SCALAR_INVALID),
        ("blinded", Code.ELEMENT_INVALID),
        ("evaluated", Code.ELEMENT_INVALID),
    ):
        cut = (getattr(Question, name) + Question.blinded)[:size]
        with pytest.raises(ComityError) as error:
            Question.finalise(kernel, **{name: cut})
        assert (error.value.code, error.value.params) == (code, {"index": index})


def test_an_empty_question_is_none(kernel: Kernel) -> None:
    empty = Inputs.pack([])
    calls: tuple[Callable[[], object], ...] = (
        lambda: kernel.evaluate(KEY, b"", NONCE),
        lambda: kernel.finalise(empty, b"", b"", b"", Question.proof, PUBLIC_KEY),
    )
    for refused in calls:
        with pytest.raises(ComityError) as error:
            refused()
        assert error.value.code is Code.ELEMENT_INVALID
    assert kernel.tag(KEY, empty) == kernel.blind(empty, b"") == b""


@pytest.mark.parametrize("scalar", [bytes(32), b"\xff" * 32, b"\1" * 31], ids=["0", "big", "short"])
def test_keys_and_blinds_that_are_no_scalars(kernel: Kernel, scalar: bytes) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: kernel.public_key(scalar),
        lambda: kernel.tag(scalar, Question.inputs),
        lambda: kernel.evaluate(scalar, Question.blinded, NONCE),
        lambda: kernel.blind(_inputs(1), scalar),
    )
    for refused in calls:
        with pytest.raises(ComityError) as error:
            refused()
        assert error.value.code is Code.SCALAR_INVALID


def test_input_too_long_is_named(kernel: Kernel) -> None:
    inputs = Inputs.pack([b"short", bytes(2**16)])
    calls: tuple[Callable[[], object], ...] = (
        lambda: kernel.blind(inputs, _blinds(2)),
        lambda: kernel.tag(KEY, inputs),
    )
    for refused in calls:
        with pytest.raises(ComityError) as error:
            refused()
        assert (error.value.code, error.value.params) == (Code.INPUT_INVALID, {"index": 1})


def test_entries_are_those_of_the_definition(kernel: Kernel) -> None:
    outputs, context = Question.finalise(kernel)[: 3 * 64], b"c" * 32
    each = [outputs[at : at + 64] for at in range(0, len(outputs), 64)]
    ordinals, labels = [0, 1, 63], [b"a" * 32, b"b" * 32, b"c" * 32]
    whole = kernel.seal(outputs, context, ordinals, b"".join(labels))
    made = [whole[at : at + 58] for at in range(0, len(whole), 58)]
    assert made == [
        entries.seal(output, context, ordinal, label)
        for output, ordinal, label in zip(each, ordinals, labels, strict=True)
    ]
    assert kernel.index(outputs, context, ordinals) == b"".join(entry[:10] for entry in made)
    sealed = b"".join(entry[10:] for entry in made)
    assert kernel.open(outputs, context, ordinals, sealed) == labels
    assert kernel.open(outputs, context, [0, 1, 62], sealed) == [*labels[:2], None]
    with pytest.raises(ComityError):
        kernel.index(outputs, context, [0])
    with pytest.raises(ComityError):
        kernel.index(outputs, context[:31], ordinals)
    with pytest.raises(ComityError):
        kernel.seal(outputs, context, ordinals, bytes(95))
    with pytest.raises(ComityError):
        kernel.open(outputs, context, ordinals, sealed[:-1])


def test_look_up(kernel: Kernel) -> None:
    context, labels = b"c" * 32, _blinds(SOME)
    # A record of each of the first 40 tokens, and a second and third one of the first five.
    outputs = Question.finalise()
    which = [*range(40), *range(5), *range(5)]
    ordinals = [0] * 40 + [1] * 5 + [2] * 5
    packed = b"".join(outputs[64 * i : 64 * i + 64] for i in which)
    made = kernel.seal(packed, context, ordinals, labels[: 32 * 50])
    ordered = b"".join(sorted(made[at : at + 58] for at in range(0, len(made), 58)))
    for held in (ordered, memoryview(ordered)):
        hits = kernel.look_up(outputs, context, held, 64)
        expected = sorted(zip(which, ordinals, range(50), strict=True))
        assert list(hits.outputs) == [i for i, _, _ in expected]
        assert hits.labels == b"".join(labels[32 * n : 32 * n + 32] for _, _, n in expected)
    assert len(kernel.look_up(outputs, context, ordered, 1).outputs) == 40
    assert len(kernel.look_up(outputs, b"d" * 32, ordered, 64).outputs) == 0
    assert len(kernel.look_up(outputs, context, b"", 64).outputs) == 0
    assert len(kernel.look_up(b"", context, ordered, 64).outputs) == 0
    # In many entries a few are found as well: the set is then not looked at as a whole.
    noise = [bytes([i >> 8, i & 255]) * 29 for i in range(1, 2**10)]
    many = b"".join(sorted([ordered[at : at + 58] for at in range(0, len(ordered), 58)] + noise))
    few = kernel.look_up(outputs[: 3 * 64], context, many, 64)
    assert list(few.outputs) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    # A label that does not open ends the search: the second of token 3.
    place = kernel.index(packed[64 * 43 : 64 * 44], context, [1])
    at = ordered.index(place) + 57
    flawed = ordered[:at] + bytes([ordered[at] ^ 1]) + ordered[at + 1 :]
    assert [*kernel.look_up(outputs, context, flawed, 64).outputs].count(3) == 1


def test_tagging_tells_how_far_it_is(kernel: Kernel) -> None:
    heard: list[int] = []
    assert kernel.tag(KEY, Question.inputs, heard.append) == Question.finalise()
    assert heard[-1] == SOME


def test_what_is_said_while_tagging_ends_it(kernel: Kernel) -> None:
    class Enough(Exception):
        pass

    def stop(done: int) -> None:
        raise Enough(done)

    with pytest.raises(Enough):
        kernel.tag(KEY, Question.inputs, stop)


def test_load_and_describe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    best = "native" if native.installed() else "portable"
    assert load().name == describe().kernel == best
    monkeypatch.setenv(VARIABLE, "portable")
    assert load().name == load("portable").name == describe().kernel == "portable"
    assert describe().library == "libsodium"
    monkeypatch.setenv(VARIABLE, "no-such-kernel")
    for ask in (load, describe, lambda: load("another")):
        with pytest.raises(ComityError) as error:
            ask()
        assert error.value.code is Code.KERNEL_MISSING


@pytest.mark.skipif(not native.installed(), reason="make kernel was not run")
def test_a_path_that_is_not_there() -> None:
    with pytest.raises(ComityError) as error:
        Native(path="no-such-path")
    assert error.value.code is Code.KERNEL_MISSING


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "comity_kernel", None)
    assert not native.installed()
    with pytest.raises(ComityError) as error:
        Native()
    assert error.value.code is Code.KERNEL_MISSING

"""RFC 9497 step by step, against its own vectors and against everything it refuses."""

import pytest

from comity.core import oprf
from comity.core.oprf import IDENTITY
from comity.errors import Code, ComityError
from comity.kernel.sodium import Ristretto255, load
from rfc9497 import BATCH, FIRST, PUBLIC_KEY, Vector, published


@pytest.fixture
def group() -> Ristretto255:
    return Ristretto255(load())


def _weighted_sum(group: Ristretto255, weights: list[bytes], elements: list[bytes]) -> bytes:
    total = IDENTITY
    for weight, element in zip(weights, elements, strict=True):
        total = oprf.weighted_term(group, total, weight, element)
    return total


def _composites(group: Ristretto255, vector: Vector) -> tuple[bytes, bytes]:
    """As the asker computes them (ComputeComposites)."""
    weights = oprf.composite_weights(group, vector.public_key, vector.blinded, vector.evaluated)
    return (
        _weighted_sum(group, weights, vector.blinded),
        _weighted_sum(group, weights, vector.evaluated),
    )


def _follow(group: Ristretto255, vector: Vector) -> None:
    assert group.multiply_base(vector.key) == vector.public_key
    for position, private_input in enumerate(vector.inputs):
        scalar = vector.blinds[position]
        assert oprf.blind(group, private_input, scalar) == vector.blinded[position]
        evaluated = group.multiply(vector.key, vector.blinded[position])
        assert evaluated == vector.evaluated[position]
        unblinded = oprf.unblind(group, scalar, evaluated)
        assert oprf.finish(private_input, unblinded) == vector.outputs[position]
        assert oprf.evaluate(group, vector.key, private_input) == vector.outputs[position]
    composites = _composites(group, vector)
    assert oprf.compute_composites_fast(group, vector.key, composites[0]) == composites
    proof = oprf.generate_proof(group, vector.key, vector.public_key, composites, vector.nonce)
    assert proof == vector.proof
    oprf.verify_proof(group, vector.public_key, composites, proof)


@pytest.mark.parametrize("vector", [FIRST, BATCH], ids=["single", "batch"])
def test_typed_vectors(group: Ristretto255, vector: Vector) -> None:
    _follow(group, vector)


def test_published_vectors(group: Ristretto255) -> None:
    vectors = published()
    assert sorted(len(vector.inputs) for vector in vectors) == [1, 1, 2]
    for vector in vectors:
        _follow(group, vector)


def _refused(code: Code, error: pytest.ExceptionInfo[ComityError]) -> None:
    assert error.value.code is code


@pytest.mark.parametrize(
    "flaw", ["a bit of c", "a bit of s", "short", "long", "zero c", "zero s", "s not canonical"]
)
def test_altered_proof(group: Ristretto255, flaw: str) -> None:
    c, s = BATCH.proof[:32], BATCH.proof[32:]
    order = 2**252 + 27742317777372353535851937790883648493
    altered = {
        "a bit of c": bytes([c[0] ^ 1]) + c[1:] + s,
        "a bit of s": c + bytes([s[0] ^ 1]) + s[1:],
        "short": BATCH.proof[:-1],
        "long": BATCH.proof + b"\0",
        "zero c": bytes(32) + s,
        "zero s": c + bytes(32),
        "s not canonical": c + (int.from_bytes(s, "little") + order).to_bytes(32, "little"),
    }[flaw]
    with pytest.raises(ComityError) as error:
        oprf.verify_proof(group, PUBLIC_KEY, _composites(group, BATCH), altered)
    _refused(Code.PROOF_INVALID, error)


def test_proof_under_another_key(group: Ristretto255) -> None:
    other = group.multiply_base(BATCH.nonce)
    with pytest.raises(ComityError) as error:
        oprf.verify_proof(group, other, _composites(group, BATCH), BATCH.proof)
    _refused(Code.PROOF_INVALID, error)


@pytest.mark.parametrize("public_key", [IDENTITY, b"\xff" * 32, b"", PUBLIC_KEY[:31]])
def test_public_key_that_is_none(group: Ristretto255, public_key: bytes) -> None:
    with pytest.raises(ComityError) as error:
        oprf.verify_proof(group, public_key, _composites(group, BATCH), BATCH.proof)
    _refused(Code.PROOF_INVALID, error)


def test_proof_where_the_sum_of_the_answers_is_the_identity(group: Ristretto255) -> None:
    m, _ = _composites(group, BATCH)
    with pytest.raises(ComityError) as error:
        oprf.verify_proof(group, PUBLIC_KEY, (m, IDENTITY), BATCH.proof)
    _refused(Code.PROOF_INVALID, error)


def test_input_longer_than_its_length_field(group: Ristretto255) -> None:
    assert len(oprf.hash_to_group(group, bytes(oprf.INPUT_BYTES))) == 32
    with pytest.raises(ComityError) as error:
        oprf.hash_to_group(group, bytes(oprf.INPUT_BYTES + 1))
    _refused(Code.INPUT_INVALID, error)


class CollapsedGroup(Ristretto255):
    """A group whose map gives nothing but the identity."""

    def element_from_uniform(self, uniform: bytes) -> bytes:
        return IDENTITY


def test_input_that_hashes_to_the_identity() -> None:
    with pytest.raises(ComityError) as error:
        oprf.blind(CollapsedGroup(load()), b"any", FIRST.blinds[0])
    _refused(Code.INPUT_INVALID, error)


def test_scalar_from_random_refuses_zero(group: Ristretto255) -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    for zero in (0, order, order << 200):
        with pytest.raises(ComityError) as error:
            oprf.scalar_from_random(group, zero.to_bytes(64, "little"))
        _refused(Code.SCALAR_INVALID, error)

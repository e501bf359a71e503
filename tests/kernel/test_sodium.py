"""The binding: which library is found, and what the group refuses."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.errors import Code, ComityError
from comity.kernel import sodium
from comity.kernel.sodium import Library, Ristretto255

ORDER = 2**252 + 27742317777372353535851937790883648493


def _found() -> list[Library]:
    libraries = []
    for place in sodium.candidates():
        try:
            libraries.append(sodium.open_first([place]))
        except ComityError:
            continue
    return libraries


LIBRARIES = _found()


@pytest.fixture(params=LIBRARIES, ids=[f"{one.origin}-{one.version}" for one in LIBRARIES])
def group(request: pytest.FixtureRequest) -> Ristretto255:
    return Ristretto255(request.param)


def _scalar(number: int) -> bytes:
    return number.to_bytes(32, "little")


def test_one_library_is_loaded_once() -> None:
    library = sodium.load()
    assert library is sodium.load()
    assert library.version == LIBRARIES[0].version
    assert tuple(map(int, library.version.split("."))) >= sodium.OLDEST


def test_wheels_library_comes_before_the_systems() -> None:
    origins = [origin for origin, _ in sodium.candidates()]
    assert origins == sorted(origins, reverse=True)
    assert "system" in origins


def test_no_usable_library(tmp_path: Path) -> None:
    broken = tmp_path / "libsodium.so"
    broken.write_bytes(b"not a library")
    with pytest.raises(ComityError) as error:
        sodium.open_first(
            [
                ("wheel", str(tmp_path / "absent.so")),
                ("wheel", str(broken)),
                ("system", "libm.so.6"),  # a library, and not this one
            ]
        )
    assert error.value.code is Code.KERNEL_MISSING


def test_loading_leaves_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    program = "from comity import kernel; k = kernel.load(); k.public_key(k.scalars(b'1' * 64))"
    environment = {**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}
    subprocess.run([sys.executable, "-W", "error", "-c", program], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


def test_zmq_itself_is_never_imported() -> None:
    program = "import sys; from comity import kernel; kernel.load(); sys.exit('zmq' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


# RFC 9496 appendix A.1: the first multiples of the generator.
MULTIPLES = [
    "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
    "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
    "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
]
# RFC 9496 appendix A.2: what is no encoding.
NOT_ENCODINGS = {
    "not canonical: 2^256 - 256": "00" + "ff" * 31,
    "not canonical: 2^255 - 1": "ff" * 31 + "7f",
    "not canonical: p + 6": "f3" + "ff" * 30 + "7f",
    "not canonical: p": "ed" + "ff" * 30 + "7f",
    "negative: 1": "01" + "00" * 31,
    "negative: p - 236": "01" + "ff" * 30 + "7f",
    "off the curve": "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "off the curve, too": "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
    "negative xy": "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    "y is zero": "ec" + "ff" * 30 + "7f",
}


def test_multiples_of_the_generator(group: Ristretto255) -> None:
    elements = [bytes.fromhex(text) for text in MULTIPLES]
    for factor, element in enumerate(elements, 1):
        assert group.multiply_base(_scalar(factor)) == element
        assert group.multiply(_scalar(factor), elements[0]) == element
    assert group.add(elements[0], elements[1]) == elements[2]
    assert group.add(bytes(32), elements[1]) == elements[1]


@pytest.mark.parametrize("text", NOT_ENCODINGS.values(), ids=NOT_ENCODINGS.keys())
def test_what_is_no_encoding(group: Ristretto255, text: str) -> None:
    element, generator = bytes.fromhex(text), bytes.fromhex(MULTIPLES[0])
    calls: tuple[Callable[[], object], ...] = (
        lambda: group.multiply(_scalar(5), element),
        lambda: group.add(element, generator),
        lambda: group.add(generator, element),
    )
    for refused in calls:
        with pytest.raises(ComityError) as error:
            refused()
        assert error.value.code is Code.ELEMENT_INVALID


def test_the_identity_and_the_zero_scalar(group: Ristretto255) -> None:
    generator = bytes.fromhex(MULTIPLES[0])
    for scalar, element in ((_scalar(5), bytes(32)), (_scalar(0), generator)):
        with pytest.raises(ComityError) as error:
            group.multiply(scalar, element)
        assert error.value.code is Code.ELEMENT_INVALID
    for refused in (group.multiply_base, group.scalar_invert, group.check_scalar):
        with pytest.raises(ComityError) as error:
            refused(_scalar(0))
        assert error.value.code is Code.SCALAR_INVALID


@pytest.mark.parametrize("number", [ORDER, ORDER + 1, 2**255, 2**256 - 1])
def test_scalars_that_are_not_canonical(group: Ristretto255, number: int) -> None:
    with pytest.raises(ComityError) as error:
        group.check_scalar(_scalar(number))
    assert error.value.code is Code.SCALAR_INVALID


@pytest.mark.parametrize("number", [1, 2, ORDER // 3, ORDER - 1])
def test_scalar_arithmetic(group: Ristretto255, number: int) -> None:
    scalar, other = _scalar(number), _scalar(2**200 + 1)
    group.check_scalar(scalar)
    assert group.scalar_invert(scalar) == _scalar(pow(number, -1, ORDER))
    assert group.scalar_multiply(scalar, other) == _scalar(number * (2**200 + 1) % ORDER)
    assert group.scalar_subtract(scalar, other) == _scalar((number - 2**200 - 1) % ORDER)
    wide = number * (2**250 + 7)
    assert group.scalar_from_uniform(wide.to_bytes(64, "little")) == _scalar(wide % ORDER)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_no_operation_reads_past_a_wrong_length(group: Ristretto255, size: int) -> None:
    wrong, good = bytes([1]) * size, bytes.fromhex(MULTIPLES[0])
    calls: tuple[Callable[[], object], ...] = (
        lambda: group.element_from_uniform(wrong),
        lambda: group.multiply(wrong, good),
        lambda: group.multiply(_scalar(1), wrong),
        lambda: group.multiply_base(wrong),
        lambda: group.add(wrong, good),
        lambda: group.add(good, wrong),
        lambda: group.scalar_from_uniform(wrong),
        lambda: group.check_scalar(wrong),
        lambda: group.scalar_invert(wrong),
        lambda: group.scalar_multiply(wrong, _scalar(1)),
        lambda: group.scalar_multiply(_scalar(1), wrong),
        lambda: group.scalar_subtract(wrong, _scalar(1)),
        lambda: group.scalar_subtract(_scalar(1), wrong),
    )
    for refused in calls:
        with pytest.raises(ComityError):
            refused()

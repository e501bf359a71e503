"""ristretto255 on libsodium: the one place that calls native code.

Why this binding, and why the wheel's library before the system's, is written down in
docs/decisions/0002-portable-kernel.md. Every operation on a scalar is libsodium's and takes the
same time for every scalar (https://doc.libsodium.org/advanced/point-arithmetic/ristretto).
"""

import ctypes
import importlib.metadata
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from comity.core.oprf import ELEMENT_BYTES, SCALAR_BYTES, UNIFORM_BYTES
from comity.errors import Code, ComityError

OLDEST: Final = (1, 0, 18)
"""The first release with ristretto255."""
BEARER: Final = "pyzmq"
"""The distribution whose wheels bundle a complete libsodium. It is never imported."""

Origin = Literal["wheel", "system"]

_SYSTEM_NAMES: Final = {
    "linux": ("libsodium.so.26", "libsodium.so.23"),
    "darwin": ("libsodium.26.dylib", "libsodium.23.dylib"),
    "win32": ("libsodium.dll",),
}
# ctypes.util.find_library is not used: it runs a compiler and makes a temporary file.

_ARGUMENTS: Final = {
    "crypto_core_ristretto255_from_hash": 2,
    "crypto_core_ristretto255_add": 3,
    "crypto_core_ristretto255_scalar_reduce": 2,
    "crypto_core_ristretto255_scalar_invert": 2,
    "crypto_core_ristretto255_scalar_mul": 3,
    "crypto_core_ristretto255_scalar_sub": 3,
    "crypto_scalarmult_ristretto255": 3,
    "crypto_scalarmult_ristretto255_base": 2,
}
"""The functions used, each with the number of its arguments, all of them pointers."""


@dataclass(frozen=True, slots=True)
class Library:
    """A libsodium that is loaded, initialised and complete."""

    origin: Origin
    path: str
    """What was opened: a file for the wheel's, a name that the loader resolved for the system's."""
    version: str
    handle: ctypes.CDLL


def candidates() -> Iterator[tuple[Origin, str]]:
    """Yield where a libsodium may be, best first."""
    try:
        files = importlib.metadata.files(BEARER) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if re.fullmatch(r"libsodium\b.*(\.so[.\d]*|\.dylib)", file.name):
            yield "wheel", str(Path(str(file.locate())).resolve())
    for name in _SYSTEM_NAMES.get(sys.platform, ()):
        yield "system", name


def open_first(places: Iterable[tuple[Origin, str]]) -> Library:
    """Open the first usable library. Raises KERNEL_MISSING where there is none."""
    for origin, path in places:
        library = _open(origin, path)
        if library is not None:
            return library
    raise ComityError(Code.KERNEL_MISSING, name="libsodium")


@cache
def load() -> Library:
    """Return this process's libsodium. Raises KERNEL_MISSING where there is none."""
    return open_first(candidates())


def _open(origin: Origin, path: str) -> Library | None:
    try:
        handle = ctypes.CDLL(path)
        handle.sodium_version_string.restype = ctypes.c_char_p
        for name, count in _ARGUMENTS.items():
            getattr(handle, name).argtypes = [ctypes.c_void_p] * count
        handle.sodium_memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
        handle.sodium_is_zero.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    except (OSError, AttributeError):  # not there, or a build without ristretto255
        return None
    version: str = handle.sodium_version_string().decode("ascii")
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    if numbers < OLDEST or handle.sodium_init() < 0:
        return None
    return Library(origin, path, version, handle)


class Ristretto255:
    """`comity.core.oprf.Group` on libsodium.

    Results pass through one buffer of this object, so each thread needs an object of its own.
    """

    def __init__(self, library: Library) -> None:
        handle = library.handle
        self._from_hash = handle.crypto_core_ristretto255_from_hash
        self._add = handle.crypto_core_ristretto255_add
        self._reduce = handle.crypto_core_ristretto255_scalar_reduce
        self._invert = handle.crypto_core_ristretto255_scalar_invert
        self._scalar_multiply = handle.crypto_core_ristretto255_scalar_mul
        self._scalar_subtract = handle.crypto_core_ristretto255_scalar_sub
        self._multiply = handle.crypto_scalarmult_ristretto255
        self._multiply_base = handle.crypto_scalarmult_ristretto255_base
        self._memcmp = handle.sodium_memcmp
        self._is_zero = handle.sodium_is_zero
        self._out = ctypes.create_string_buffer(ELEMENT_BYTES)

    def element_from_uniform(self, uniform: bytes) -> bytes:
        """Map 64 uniform bytes to an element (RFC 9496 section 4.3.4)."""
        if len(uniform) != UNIFORM_BYTES or self._from_hash(self._out, uniform) != 0:
            raise ComityError(Code.ELEMENT_INVALID)
        return self._out.raw

    def multiply(self, scalar: bytes, element: bytes) -> bytes:
        """Decode the element and multiply it; see `Group.multiply` for what is refused."""
        # libsodium refuses invalid encodings and a result that is the identity with one code. For
        # a non-zero scalar the result is the identity only if the element is.
        if (
            len(scalar) != SCALAR_BYTES
            or len(element) != ELEMENT_BYTES
            or self._multiply(self._out, scalar, element) != 0
        ):
            raise ComityError(Code.ELEMENT_INVALID)
        return self._out.raw

    def multiply_base(self, scalar: bytes) -> bytes:
        """Multiply the generator. Raises SCALAR_INVALID where the scalar is zero."""
        if len(scalar) != SCALAR_BYTES or self._multiply_base(self._out, scalar) != 0:
            raise ComityError(Code.SCALAR_INVALID)
        return self._out.raw

    def add(self, left: bytes, right: bytes) -> bytes:
        """Add two elements; either may be the identity."""
        if (
            len(left) != ELEMENT_BYTES
            or len(right) != ELEMENT_BYTES
            or self._add(self._out, left, right) != 0
        ):
            raise ComityError(Code.ELEMENT_INVALID)
        return self._out.raw

    def scalar_from_uniform(self, uniform: bytes) -> bytes:
        """Reduce 64 bytes, little-endian, modulo the order of the group."""
        if len(uniform) != UNIFORM_BYTES:
            raise ComityError(Code.SCALAR_INVALID)
        self._reduce(self._out, uniform)
        return self._out.raw

    def check_scalar(self, scalar: bytes) -> None:
        """Raise SCALAR_INVALID unless this is the canonical encoding of a non-zero scalar."""
        if len(scalar) != SCALAR_BYTES:
            raise ComityError(Code.SCALAR_INVALID)
        self._reduce(self._out, scalar + bytes(UNIFORM_BYTES - SCALAR_BYTES))
        differs = self._memcmp(self._out, scalar, SCALAR_BYTES)
        if differs != 0 or self._is_zero(scalar, SCALAR_BYTES) != 0:
            raise ComityError(Code.SCALAR_INVALID)

    def scalar_invert(self, scalar: bytes) -> bytes:
        """Invert a scalar. Raises SCALAR_INVALID where it is zero."""
        if len(scalar) != SCALAR_BYTES or self._invert(self._out, scalar) != 0:
            raise ComityError(Code.SCALAR_INVALID)
        return self._out.raw

    def scalar_multiply(self, left: bytes, right: bytes) -> bytes:
        """Multiply two scalars."""
        if len(left) != SCALAR_BYTES or len(right) != SCALAR_BYTES:
            raise ComityError(Code.SCALAR_INVALID)
        self._scalar_multiply(self._out, left, right)
        return self._out.raw

    def scalar_subtract(self, left: bytes, right: bytes) -> bytes:
        """Subtract the right scalar from the left one."""
        if len(left) != SCALAR_BYTES or len(right) != SCALAR_BYTES:
            raise ComityError(Code.SCALAR_INVALID)
        self._scalar_subtract(self._out, left, right)
        return self._out.raw

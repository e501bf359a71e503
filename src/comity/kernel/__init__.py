"""Group operations in batches, behind `comity.api.Kernel`: which kernels there are."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from comity.api import Kernel
from comity.errors import Code, ComityError
from comity.kernel import native, sodium
from comity.kernel.native import Native
from comity.kernel.portable import Portable

_KERNELS: Final[dict[str, Callable[[], Kernel]]] = {"native": Native, "portable": Portable}
"""Every kernel by name, the preferred one first."""

VARIABLE: Final = "COMITY_KERNEL"
"""The setting that names the kernel; without it, the best there is."""


@dataclass(frozen=True, slots=True)
class Description:
    """Which native code a kernel runs on, for a person who has to vouch for it."""

    kernel: str
    library: str
    version: str
    origin: str
    """`wheel` (installed with Comity) or `system`; for the native one, the way it computes."""
    path: str


def chosen() -> str:
    """Return the name of the kernel that is used: the one that is set, else the best there is."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    return Native.name if native.installed() else Portable.name


def load(name: str | None = None) -> Kernel:
    """Return the named kernel, or the chosen one. Raises KERNEL_MISSING."""
    name = chosen() if name is None else name
    if name not in _KERNELS:
        raise ComityError(Code.KERNEL_MISSING, name=name)
    return _KERNELS[name]()


def describe(name: str | None = None) -> Description:
    """Say what `load()` runs on. Raises KERNEL_MISSING."""
    kernel = load(name)
    if isinstance(kernel, Native):
        return Description(
            kernel.name, native.PACKAGE, kernel.version, kernel.path, native.location()
        )
    library = sodium.load()
    return Description(kernel.name, "libsodium", library.version, library.origin, library.path)

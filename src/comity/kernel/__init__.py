"""Group operations in batches, behind `comity.api.Kernel`: which kernels there are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from comity.api import Kernel
from comity.errors import Code, ComityError
from comity.kernel import sodium
from comity.kernel.portable import Portable

_KERNELS: Final[dict[str, Callable[[], Kernel]]] = {"portable": Portable}
"""Every kernel by name, the preferred one first."""


@dataclass(frozen=True, slots=True)
class Description:
    """Which native code a kernel runs on, for a person who has to vouch for it."""

    kernel: str
    library: str
    version: str
    origin: str
    """`wheel` (installed with Comity) or `system`."""
    path: str


def load(name: str | None = None) -> Kernel:
    """Return the named kernel, or the best there is. Raises KERNEL_MISSING."""
    chosen = next(iter(_KERNELS)) if name is None else name
    if chosen not in _KERNELS:
        raise ComityError(Code.KERNEL_MISSING, name=chosen)
    return _KERNELS[chosen]()


def describe() -> Description:
    """Say what `load()` runs on. Raises KERNEL_MISSING."""
    library = sodium.load()
    return Description("portable", "libsodium", library.version, library.origin, library.path)

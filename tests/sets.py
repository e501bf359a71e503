"""Tag sets made in memory, the short way: what the long way must come to, too."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from comity.api import Entropy
from comity.core.entries import ENTRY_BYTES
from comity.core.tagset import SMALLEST, encode, padded_size
from comity.store import files

SMALL = SMALLEST * ENTRY_BYTES


def build(parts: Iterable[bytes], entropy: Entropy) -> bytes:
    """Pad and sort entries, given in buffers of whole entries, and return the file."""
    joined = b"".join(parts)
    found = [joined[at : at + ENTRY_BYTES] for at in range(0, len(joined), ENTRY_BYTES)]
    size = padded_size(len(found))
    padding = entropy((size - len(found)) * ENTRY_BYTES)
    found += [padding[at : at + ENTRY_BYTES] for at in range(0, len(padding), ENTRY_BYTES)]
    return b"".join(encode(size, sorted(found)))


def digest(data: bytes) -> bytes:
    """Return what a manifest names a file by."""
    return sha256(data).digest()


def write(folder: Path, named: bytes, data: bytes) -> None:
    """Put a file where the set of a digest is, whatever is in it."""
    path = files.set_path(folder, named)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o600)

"""The family keys that tag sets of an agreement are made with, for as long as they live.

They are durable before the first output is made with them, and what is made is kept beside them
(`comity.store.outputs`). So tagging that was killed goes on, and the next set of the same keys
takes over what has not changed (docs/decisions/0042-tagging-again.md). All of it is in one folder,
named by a digest of the agreement's id and the second at which the keys end, and goes with them.
"""

import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

from comity.core.canonical import b64url, canonical, parse, unb64url
from comity.core.records import Family
from comity.edge import keyfiles
from comity.edge.keyfiles import failures
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from comity.store.files import EPOCHS

_KEYS: Final = "keys"
_DERIVATION: Final = "derivation"
"""Its place among the names of families."""
_OUTPUTS: Final = "outputs"
_under_way: Final[set[Path]] = set()
_taking: Final = Lock()


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys of an agreement, and until when they may be used."""

    path: Path
    """The folder that they are in."""
    derivation: str
    """The rules by which tokens are derived that are tagged with them."""
    keys: Mapping[Family, bytes]
    """The private key of each family that the agreement names."""

    @property
    def ends(self) -> int:
        """When they are destroyed, in seconds since 1970-01-01 UTC."""
        return _ends(self.path)

    @property
    def outputs(self) -> Path:
        """The file of what was made with them."""
        return self.path / _OUTPUTS

    def secret(self) -> bytes:
        """Return 32 bytes that only these keys and this derivation give."""
        return sha256(b"comity-outputs-1\x00" + _encoded(self.derivation, self.keys)).digest()


@contextmanager
def alone(folder: Path, agreement: str) -> Iterator[None]:
    """Let nobody else use the keys of an agreement to tag. Raises TAGGING_UNDER_WAY (agreement)."""
    name = folder / EPOCHS / _hashed(agreement)
    with _taking:
        if name in _under_way:
            raise ComityError(Code.TAGGING_UNDER_WAY, agreement=agreement)
        _under_way.add(name)
    try:
        yield
    finally:
        with _taking:
            _under_way.discard(name)


def current(folder: Path, agreement: str) -> KeySet | None:
    """Return the keys of an agreement, None where there are none. Raises what key files raise."""
    for path in _of(folder, agreement):
        if (path / _KEYS).exists():
            found = parse(keyfiles.read_private(path / _KEYS), BODY_BYTES)
            derivation = str(found.pop(_DERIVATION))
            keys = {Family(name): unb64url(str(key), 32) for name, key in found.items()}
            return KeySet(path, derivation, keys)
    return None


def make(
    folder: Path, agreement: str, derivation: str, ends: int, keys: Mapping[Family, bytes]
) -> KeySet:
    """Put new keys in the place of those that an agreement has. Raises DISK_FULL, STORE_FAILED."""
    destroy(folder, agreement)
    path = folder / EPOCHS / f"{_hashed(agreement)}.{ends}"
    with failures(path):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.mkdir(mode=0o700)
        keyfiles.write_once(path / _KEYS, _encoded(derivation, keys))
        keyfiles.sync_folder(path)
    return KeySet(path, derivation, keys)


def destroy(folder: Path, agreement: str) -> None:
    """Destroy the keys of an agreement, and all that was made with them."""
    for path in _of(folder, agreement):
        _destroy(path)


def destroy_all(folder: Path) -> None:
    """Destroy the keys of all agreements, and all that was made with them."""
    for path in _every(folder):
        _destroy(path)


def destroy_due(folder: Path, now: int) -> None:
    """Destroy what has come to its end."""
    for path in _every(folder):
        if _ends(path) <= now:
            _destroy(path)


def clear(folder: Path, agreements: Collection[str], now: int) -> None:
    """Destroy what is of none of these agreements, is over, or lacks its keys."""
    alive = set(map(_hashed, agreements))
    for path in _every(folder):
        name = path.name.partition(".")[0]
        if name not in alive or _ends(path) <= now or not (path / _KEYS).exists():
            _destroy(path)


def _destroy(path: Path) -> None:
    """Keys first: what is left then means nothing."""
    keyfiles.destroy(path / _KEYS)
    with failures(path):
        shutil.rmtree(path, ignore_errors=True)
        keyfiles.sync_folder(path)


def _every(folder: Path) -> list[Path]:
    return [path for path in (folder / EPOCHS).glob("*.*") if path.is_dir()]


def _of(folder: Path, agreement: str) -> list[Path]:
    return list((folder / EPOCHS).glob(f"{_hashed(agreement)}.*"))


def _ends(path: Path) -> int:
    return int(path.name.rpartition(".")[2])


def _hashed(agreement: str) -> str:
    return sha256(agreement.encode()).hexdigest()[:32]


def _encoded(derivation: str, keys: Mapping[Family, bytes]) -> bytes:
    named = {str(family): b64url(key) for family, key in keys.items()}
    return canonical({_DERIVATION: derivation, **named})

"""What is too large or too secret for the database: tag sets, and the keys of an epoch.

File names are digests that we computed; nothing in a message names a file. Epoch keys are files
of their own, so that a backup of the database never has them and ending an epoch destroys them.
"""

import mmap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from comity.core.canonical import b64url, canonical, parse, unb64url
from comity.core.records import Family
from comity.core.tagset import Check, TagSet, part_count, part_range
from comity.edge import keyfiles
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from comity.store import kept

EPOCHS: Final = "epochs"
"""The folder of all keys that end, and of what was made with them."""
_joining: Final = Lock()


def set_path(folder: Path, digest: bytes) -> Path:
    """Return where the tag set of that digest is, or goes."""
    return folder / "sets" / f"{digest.hex()}.tags"


def settle_set(folder: Path, digest: bytes, made: Path) -> None:
    """Give a whole and synced set its name. Raises DISK_FULL or STORE_FAILED."""
    path = set_path(folder, digest)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    kept.settle(made, path)


def remove_set(folder: Path, digest: bytes) -> None:
    """Delete a set, and what came of it."""
    set_path(folder, digest).unlink(missing_ok=True)
    _let_go(list((folder / "sets" / "parts").glob(f"{digest.hex()}.*")))


def write_part(folder: Path, digest: bytes, number: int, data: bytes) -> None:
    """Keep one part of a set that is being fetched. Raises DISK_FULL."""
    path = _part(folder, digest, number)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyfiles.replace(path, data, 0o600)


def missing_parts(folder: Path, digest: bytes, size: int) -> list[int]:
    """Return the numbers of the parts that are not here yet, whole."""
    return [
        number
        for number in range(part_count(size))
        if not _is_whole(_part(folder, digest, number), part_range(size, number))
    ]


def join_parts(
    folder: Path, digest: bytes, size: int, joined: Callable[[int], None] = lambda _: None
) -> None:
    """Make a set of its parts, check it against its digest, and let the parts go.

    One part is in memory at a time; `joined` hears how many were joined. Raises TAG_SET_INVALID,
    and then fetching starts over: one bad part cannot be told from others. Raises DISK_FULL or
    STORE_FAILED; then the parts stay.
    """
    parts = [_part(folder, digest, number) for number in range(part_count(size))]
    whole = parts[0].with_name(f"{digest.hex()}.whole")
    # Of two who fetched the same set one joins it, and the other finds it there.
    with _joining:
        if set_path(folder, digest).exists():
            return
        try:
            if missing_parts(folder, digest, size):
                # The peer took the question for it and gave something else.
                raise ComityError(Code.TAG_SET_INVALID)
            check = Check()
            with kept.growing(whole, fresh=True) as file:
                for number, path in enumerate(parts, 1):
                    data = path.read_bytes()
                    check.update(data)
                    file.write(data)
                    joined(number)
                check.finish(digest)
            settle_set(folder, digest, whole)
        except ComityError as error:
            if error.code is Code.TAG_SET_INVALID:
                _let_go(parts)
            raise
        finally:
            whole.unlink(missing_ok=True)
        _let_go(parts)


def read_part(folder: Path, digest: bytes, number: int) -> bytes:
    """Return one part of a set of ours. Raises TAG_SET_INVALID past the last."""
    path = set_path(folder, digest)
    try:
        with path.open("rb") as file:
            start, stop = part_range(path.stat().st_size, number)
            file.seek(start)
            return file.read(stop - start)
    except FileNotFoundError:
        raise ComityError(Code.TAG_SET_INVALID) from None


@contextmanager
def open_set(folder: Path, digest: bytes) -> Iterator[TagSet]:
    """Open a set for look-ups, memory-mapped. Raises TAG_SET_INVALID.

    It was checked from end to end before it got its name (docs/decisions/0039-tag-sets.md).
    """
    try:
        with (
            set_path(folder, digest).open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            memoryview(mapped) as view,
        ):
            tags = TagSet(view)
            try:
                yield tags
            finally:
                tags.close()
    except FileNotFoundError:
        raise ComityError(Code.TAG_SET_INVALID) from None


def write_keys(folder: Path, manifest: str, keys: Mapping[Family, bytes]) -> None:
    """Write the private keys of an epoch, 0600."""
    path = _keys(folder, manifest)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    keyfiles.write_once(path, canonical({str(f): b64url(k) for f, k in keys.items()}), 0o600)


def read_keys(folder: Path, manifest: str) -> dict[Family, bytes]:
    """Return the private keys of an epoch. Raises EPOCH_ENDED where they were destroyed."""
    path = _keys(folder, manifest)
    if not path.exists():
        raise ComityError(Code.EPOCH_ENDED)
    found = parse(keyfiles.read_private(path), BODY_BYTES)
    return {Family(family): unb64url(str(key), 32) for family, key in found.items()}


def destroy_keys(folder: Path, manifest: str) -> None:
    """End an epoch: without its keys its tags mean nothing any more."""
    path = _keys(folder, manifest)
    if path.exists():
        keyfiles.destroy(path)


def _keys(folder: Path, manifest: str) -> Path:
    return folder / EPOCHS / f"{unb64url(manifest, 32).hex()}.keys"


def _part(folder: Path, digest: bytes, number: int) -> Path:
    return folder / "sets" / "parts" / f"{digest.hex()}.{number}"


def _let_go(parts: list[Path]) -> None:
    for path in parts:
        path.unlink(missing_ok=True)


def _is_whole(path: Path, span: tuple[int, int]) -> bool:
    return path.exists() and path.stat().st_size == span[1] - span[0]

"""Parts of bundles that wait for their other parts: the files as they came, still encrypted.

They stand below the node's folder, under names made of what their signature says. Nothing else
knows of them, so a crash in between loses nothing, and a part that comes again is there already.
"""

import re
import shutil
from pathlib import Path
from typing import Final

from comity.core.canonical import unb64url
from comity.core.courier import PartClaims
from comity.edge.keyfiles import PRIVATE, failures
from comity.errors import Code, ComityError
from comity.limits import COURIER_KEPT_BYTES, COURIER_LIFETIME_SECONDS

FOLDER: Final = "courier"
_NAME: Final = re.compile(r"[0-9a-f]{32}\.([0-9]+)-of-[0-9]+")


def keep(folder: Path, claims: PartClaims, path: Path) -> None:
    """Keep a part that was checked. Raises COURIER_FULL (limit), DISK_FULL."""
    spool = folder / FOLDER
    spool.mkdir(mode=0o700, exist_ok=True)
    to = _path(folder, claims, claims.prt)
    if to.exists():
        return
    held = sum(each.stat().st_size for each in spool.iterdir())
    if held + path.stat().st_size > COURIER_KEPT_BYTES:
        raise ComityError(Code.COURIER_FULL, limit=COURIER_KEPT_BYTES)
    made = spool / f".{to.name}"
    with failures(made):
        shutil.copyfile(path, made)
        made.chmod(PRIVATE)
        made.replace(to)


def parts(folder: Path, claims: PartClaims) -> dict[int, Path]:
    """Return the parts of a bundle that are here, by number."""
    numbered = ((n, _path(folder, claims, n)) for n in range(1, claims.tot + 1))
    return {n: path for n, path in numbered if path.exists()}


def let_go(folder: Path, claims: PartClaims) -> None:
    """Let the parts of a bundle go: it was taken."""
    for path in parts(folder, claims).values():
        path.unlink(missing_ok=True)


def let_go_old(folder: Path, now: int) -> int:
    """Let parts go that nothing can come of any more; returns how many."""
    spool = folder / FOLDER
    old = [
        path
        for path in (spool.iterdir() if spool.exists() else ())
        if not _NAME.fullmatch(path.name) or path.stat().st_mtime + COURIER_LIFETIME_SECONDS < now
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _path(folder: Path, claims: PartClaims, part: int) -> Path:
    name = unb64url(claims.jti, 16).hex()
    return folder / FOLDER / f"{name}.{part}-of-{claims.tot}"

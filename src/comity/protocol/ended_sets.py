"""Tag sets that nobody can use any more are deleted, on both sides."""

from collections import defaultdict
from itertools import pairwise

from sqlalchemy import Connection

from comity.core.canonical import unb64url
from comity.core.machines import Role
from comity.protocol.base import Local
from comity.protocol.questions import manifest_in
from comity.store import files, links
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import many


def let_go(local: Local, tx: Connection) -> None:
    """Delete ours of which no part can be asked for again, and peers' that can answer nothing.

    A part of ours that was given before is given again for as long as the message that asked for it
    is good, though another set has taken its place. Questions are under the manifest in force
    alone, so a peer's set is of no use from the next one on.
    """
    for rows in _by_agreement(tx, Role.PROVIDER):
        lifetime = links.lifetime(tx, rows[0].peer)
        for row, following in pairwise([*rows, None]):
            if row and files.set_path(local.folder, _digest(row)).exists():
                over = row.ends
                if following:
                    over = min(over, manifest_in(following).created_at)
                if over + lifetime <= local.now():
                    files.remove_set(local.folder, _digest(row))
    for rows in _by_agreement(tx, Role.CONSUMER):
        for row in rows:
            if row.epoch < rows[-1].epoch or row.ends <= local.now():
                files.remove_set(local.folder, _digest(row))


def _by_agreement(tx: Connection, role: Role) -> list[list[ManifestRow]]:
    found: dict[str, list[ManifestRow]] = defaultdict(list)
    for row in many(tx, ManifestRow, role=role, order="epoch"):
        found[row.agreement].append(row)
    return list(found.values())


def _digest(row: ManifestRow) -> bytes:
    return unb64url(manifest_in(row).tag_set.digest, 32)

"""Recovery: the offline recovery key gives a node new keys where its own are lost or stolen.

It works where the node may not open any more, as its message key is gone, so it is no operation;
nobody serves the folder meanwhile.
"""

from pathlib import Path

from sqlalchemy import Connection

from comity.api import Clock
from comity.core import identity
from comity.core.machines import Role
from comity.core.succession import commitment
from comity.edge import keyfiles
from comity.edge.config import read_config
from comity.edge.keyring import USES
from comity.errors import Code, ComityError
from comity.node import WRAP_KEYS, SystemClock, read_document
from comity.operations import rotating
from comity.operations.identity import Rotated
from comity.operations.setup import authenticate
from comity.protocol.sending import State
from comity.store import files, journal, keysets
from comity.store.engine import Store
from comity.store.peers import history
from comity.store.rows.delivery import Outgoing
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import change, many
from comity.store.vault import Vault


def recover(
    folder: Path, token: str, recovery: Path, next_recovery: Path, clock: Clock | None = None
) -> Rotated:
    """Issue a new version, endorsed by the recovery key, with new keys for every use.

    The caller holds the folder. The new version commits to another recovery key, which is written
    to `next_recovery` and nowhere else: one that was used is used up. What was signed with the keys
    before and has not arrived goes late, for the record alone, and every epoch ends. Raises
    LOGIN_FAILED, FILE_EXISTS, KEY_FILE_OPEN, KEY_FILE_INVALID, and ENDORSEMENT_INVALID (reason:
    recovery) for another key.
    """
    config = read_config(folder)
    document = read_document(folder)
    before = identity.read(document)
    store = Store(config.database_url(folder), Vault(folder / WRAP_KEYS))
    try:
        officer = authenticate(store, token).officer
        signer = keyfiles.read_signer(recovery)
        with store.read() as tx:
            # As where a rotation was cut off by a crash.
            document = next((row.document for row in reversed(history(tx, before.id))), document)
            before = identity.read(document)
        if commitment(signer.public) != before.recovery:
            raise ComityError(Code.ENDORSEMENT_INVALID, reason="recovery")
        if next_recovery.exists():
            raise ComityError(Code.FILE_EXISTS, path=str(next_recovery))
        clock = clock or SystemClock()
        made = rotating.make(folder, before, config, USES, clock.now())
        following = keyfiles.make_signer(next_recovery)
        made = rotating.committed(made, commitment(following.public))
        now = int(clock.now().timestamp())
        with store.write() as tx:
            step = rotating.put_in_force(tx, document, made, "recovery", signer, now, officer)
            _void(tx, now)
            ended = _end_epochs(tx)
            journal.note(tx, now, officer, "identity.recover", version=step.identity.version)
        with store.read() as tx:
            rotating.settle(folder, tx, step, clock.now(), config.pkcs11(folder))
        for digest in ended:
            files.destroy_keys(folder, digest)
        keysets.destroy_all(folder)
    finally:
        store.close()
    return Rotated.of(step, made.uses, str(next_recovery))


def _void(tx: Connection, now: int) -> None:
    """Let everything that waits run out: peers take nothing more of what the keys before signed."""
    for state in (State.WAITING, State.ASKED):
        change(tx, Outgoing, {"state": state}, expires=now - 1, not_before=0)


def _end_epochs(tx: Connection) -> list[str]:
    """End all epochs of ours; returns the digests of their manifests.

    Peers believe no manifest of a revoked key, and who has taken that may have taken theirs, too.
    """
    own = many(tx, ManifestRow, role=Role.PROVIDER, ready=True)
    change(tx, ManifestRow, {"role": Role.PROVIDER}, ready=False)
    return [row.digest for row in own]

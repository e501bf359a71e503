"""How new keys of this node come in force: written beside, then in force at once, then the rest.

    1  the new keys are files that nothing names yet
    2  one transaction: the new document, endorsed, is the last of our history; from here on nothing
       is signed with the old keys
    3  the file of the document follows, the listener shows its certificate, old keys are destroyed

A crash before the end of 2 leaves files that nothing names. One after it is made up for when the
node is opened (`comity.node.open_own`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select

from comity.core import identity
from comity.core.identity import Identity, issue
from comity.core.keys import Signer
from comity.core.succession import Endorser, Step, endorse
from comity.edge import keyfiles, keyring, pkcs11
from comity.edge.config import NodeConfig
from comity.edge.keyring import USES, Use
from comity.edge.pkcs11 import Pkcs11
from comity.node import IDENTITY_FILE, IDENTITY_MODE, former
from comity.store import identities, record
from comity.store.peers import history, message_key
from comity.store.schema.record import messages

_SEEN: Final = frozenset({"checkpoint", "cosignature"})
"""What these sign travels in messages. A peer that knew the message key and not these would believe
a message, and find that what it says is not so. So both change, and the message waits."""


@dataclass(frozen=True, slots=True)
class Made:
    """New keys on disk, and what the document will say; its version and time are still open."""

    identity: Identity
    uses: tuple[Use, ...]
    signer: Signer
    """The message key, which signs the document."""


def make(
    folder: Path, before: Identity, config: NodeConfig, wanted: Sequence[Use], now: datetime
) -> Made:
    """Make new keys for the uses wanted, all where none is named.

    With the keys of checkpoints and cosignatures the message key is new, too. Name, territory and
    address are those of the settings: a node that has moved says so with a new
    version. A new host needs a new certificate. Raises what `keyring.make_keys` raises.
    """
    uses = [use for use in USES if not wanted or use in wanted]
    if _SEEN & set(uses) and "message" not in uses:
        uses.insert(0, "message")
    hosts = {urlsplit(address).hostname for address in (before.address, config.address)}
    if len(hosts) > 1 and "certificate" not in uses:
        uses.append("certificate")
    moved = before.model_copy(
        update={"name": config.name, "territory": config.territory, "address": config.address}
    )
    hardware = config.pkcs11(folder)
    made = keyring.make_keys(folder, moved, uses, now, hardware)
    return Made(made, tuple(uses), keyring.open_keys(folder, made, hardware).signers["message"])


def committed(made: Made, recovery: str) -> Made:
    """Return new keys whose document commits to another recovery key."""
    return replace(made, identity=made.identity.model_copy(update={"recovery": recovery}))


def put_in_force(
    tx: Connection,
    before: str,
    made: Made,
    by: Endorser,
    endorser: Signer,
    now: int,
    officer: str,
) -> Step:
    """Issue the new document, endorse it, and make it the last of our history.

    Its time is not before that of anything signed with the keys before it: up to it, they count.
    """
    last = identity.read(before)
    issued = max(now, _last_signed(tx))
    named = made.identity.model_copy(update={"version": last.version + 1, "issued": issued})
    document = issue(named, made.signer)
    step = Step(named, document, endorse(before, document, by, endorser))
    if not history(tx, named.id):
        identities.begin(tx, named.id, before, last.issued, "")
    identities.succeed(tx, named.id, step, by, now, officer)
    return step


def settle(
    folder: Path, tx: Connection, step: Step, now: datetime, hardware: Pkcs11 | None
) -> None:
    """Write the document's file, and destroy the keys that no document in force names."""
    keyfiles.replace(folder / IDENTITY_FILE, step.document.encode() + b"\n", IDENTITY_MODE)
    known = history(tx, step.identity.id)
    keyring.sweep(folder, step.identity, former(known, now))
    if hardware is not None:
        for public in {message_key(row) for row in known} - {message_key(known[-1])}:
            pkcs11.destroy(hardware, public)


def _last_signed(tx: Connection) -> int:
    query = select(func.max(messages.c.at)).where(messages.c.direction == record.OUT)
    return int(tx.execute(query).scalar_one() or 0)

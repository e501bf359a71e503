"""Consent to an agreement, after it was made: suspended, given again, withdrawn, at an end.

DSP ends a negotiation with the agreement and has no message for what follows, so this one is ours.
It tells the peer what holds here already: what a node gives, it decides by its own word alone.
"""

from functools import partial
from typing import Final, Literal

from sqlalchemy import Connection

from comity.core.agreement import IN_FORCE, Standing
from comity.core.identity import Pinned
from comity.core.machines import Role, TransferState
from comity.core.messages import Consent, ConsentTaken
from comity.errors import Code, ComityError
from comity.protocol import transferring
from comity.protocol.addresses import dsp_base
from comity.protocol.base import DATA, DSP, Act, Effect, Inbound, Local, Outcome, Route
from comity.protocol.refusals import plain
from comity.protocol.sending import post
from comity.store import files, journal, keysets
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import change, many, one

State = Literal["active", "suspended", "withdrawn"]
_PATH: Final = f"{DATA}/agreements"


def suspend(local: Local, tx: Connection, peer: Pinned, row: Agreement, reason: str) -> None:
    """Suspend our consent at once, and what runs under it. Raises AGREEMENT_UNKNOWN."""
    _move(tx, row, Standing.ACTIVE, Standing.SUSPENDED)
    for transfer in _quiet(tx, row, TransferState.STARTED):
        transferring.suspend(local, tx, peer, transfer, reason)
    _tell(local, tx, peer, row, "suspended", reason)


def resume(local: Local, tx: Connection, peer: Pinned, row: Agreement) -> None:
    """End a suspension of ours; the peer's own stays. Raises AGREEMENT_UNKNOWN."""
    _move(tx, row, Standing.SUSPENDED, Standing.ACTIVE)
    _tell(local, tx, peer, row, "active", "")
    if not row.peer_suspended:
        _restart(local, tx, peer, row)


def withdraw(local: Local, tx: Connection, peer: Pinned, row: Agreement, reason: str) -> None:
    """Withdraw our consent for good, and end what runs under it. Raises AGREEMENT_UNKNOWN."""
    if row.state not in IN_FORCE:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    _move(tx, row, Standing(row.state), Standing.WITHDRAWN)
    end(local, tx, peer, row, reason)
    _tell(local, tx, peer, row, "withdrawn", reason)


def end(local: Local, tx: Connection, peer: Pinned, row: Agreement, reason: str) -> None:
    """End all transfers under an agreement, and the epochs of its tag sets."""
    for transfer in many(tx, Transfer, agreement=row.id):
        if not transferring.is_over(transfer) and not transferring.is_ending(transfer):
            transferring.terminate(local, tx, peer, transfer, reason)
    end_epochs(local, tx, row.id)


def end_epochs(local: Local, tx: Connection, agreement: str) -> None:
    """End every epoch of an agreement that we gave under: its keys are destroyed.

    Those that no set was published with, too.
    """
    keysets.destroy(local.folder, agreement)
    for epoch in many(tx, ManifestRow, agreement=agreement, role=Role.PROVIDER, ready=True):
        end_epoch(local, tx, epoch)


def end_epoch(local: Local, tx: Connection, epoch: ManifestRow) -> None:
    """Destroy the keys of one epoch: without them its tags mean nothing any more."""
    change(tx, ManifestRow, {"digest": epoch.digest}, ready=False)
    files.destroy_keys(local.folder, epoch.digest)
    journal.note(tx, local.now(), "", "epoch.ended", manifest=epoch.digest)


def _quiet(tx: Connection, row: Agreement, state: TransferState) -> list[Transfer]:
    """Return the transfers in a state, but for those of which a message is on its way.

    They are looked at again when its acknowledgement comes.
    """
    return list(many(tx, Transfer, agreement=row.id, state=state, pending=""))


def _restart(local: Local, tx: Connection, peer: Pinned, row: Agreement) -> None:
    """Start again what is suspended and ours to start."""
    for transfer in _quiet(tx, row, TransferState.SUSPENDED):
        transferring.resume(local, tx, peer, transfer)


def _move(tx: Connection, row: Agreement, before: Standing, after: Standing) -> None:
    if change(tx, Agreement, {"id": row.id, "state": before}, state=after) != 1:
        raise ComityError(Code.AGREEMENT_UNKNOWN)


def _tell(
    local: Local, tx: Connection, peer: Pinned, row: Agreement, state: State, reason: str
) -> None:
    message = Consent(agreement=row.id, state=state, reason=reason)
    target = dsp_base(peer.identity).removesuffix(DSP) + _PATH
    post(tx, local, peer, message.type, "POST", target, message.encode(), row.id)


def _consent(inbound: Inbound, tx: Connection, message: Consent) -> Act:
    """Take the peer's word about its consent. Ours is not changed by it, but for a withdrawal."""
    row = one(tx, Agreement, id=message.agreement, peer=inbound.peer.id)
    if row is None or row.state not in IN_FORCE:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    effects: tuple[Effect, ...] = (partial(_take, inbound, row, message.state),)
    return partial(Outcome, 200, ConsentTaken(agreement=row.id).encode(), effects)


def _take(inbound: Inbound, row: Agreement, state: State, tx: Connection) -> None:
    if state == "withdrawn":
        change(tx, Agreement, {"id": row.id}, state=Standing.WITHDRAWN)
        # The peer ended its transfers before it said so; one that crossed with that ends here.
        end(inbound.local, tx, inbound.peer, row, state)
    else:
        change(tx, Agreement, {"id": row.id}, peer_suspended=state == "suspended")
        if state == "active" and row.state == Standing.ACTIVE:
            # What we would have started again before, and could not while the peer was suspended.
            _restart(inbound.local, tx, inbound.peer, row)
    journal.note(
        tx, inbound.now, "", f"agreement.peer-{state}", agreement=row.id, peer=inbound.peer.id
    )


ROUTES = (Route("comity-consent-1", "POST", _PATH, Consent.read, _consent, plain),)

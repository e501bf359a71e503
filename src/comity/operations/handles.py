"""What handles stand for: records of ours, for the peer that names them, until the epoch ends."""

from comity.api import Progress
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.registry import Caller, Model, operation
from comity.store.rows.matching import Handle, ManifestRow
from comity.store.rows.moving import one


class HandlesNamed(Model):
    """Handles that a peer names, in a request or on the telephone."""

    handles: tuple[str, ...]


class HandleShown(Model):
    """What one handle stands for: a record of ours, for that peer, until the epoch ends."""

    handle: str
    manifest: str
    peer: str
    dataset: str
    record: str


class HandlesShown(Model):
    """What handles stand for."""

    handles: tuple[HandleShown, ...]


@operation("match.handles", HandlesNamed, HandlesShown)
def show(node: Node, caller: Caller, args: HandlesNamed, progress: Progress) -> HandlesShown:
    """Show which records of ours handles stand for. Raises HANDLE_UNKNOWN."""
    shown = []
    with node.store.read() as tx:
        for handle in args.handles:
            found = one(tx, Handle, handle=handle)
            manifest = one(tx, ManifestRow, digest=found.manifest) if found else None
            if found is None or manifest is None:
                raise ComityError(Code.HANDLE_UNKNOWN)
            shown.append(
                HandleShown(
                    handle=handle,
                    manifest=found.manifest,
                    peer=manifest.peer,
                    dataset=found.dataset,
                    record=found.record,
                )
            )
    return HandlesShown(handles=tuple(shown))

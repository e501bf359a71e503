"""What an operation is: a typed function with a name, the same for every surface that renders it.

Command line, operators' listener and clients all go through this table, so whatever one of them
can do, all of them can do, and none of them can do anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from comity.api import Progress
from comity.errors import Code, ComityError
from comity.store import standing

if TYPE_CHECKING:
    from comity.node import Node


class Model(BaseModel):
    """Base of all arguments and results: frozen, and nothing unknown is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Caller:
    """The officer in whose name an operation runs."""

    officer: str


ArgsT = TypeVar("ArgsT", bound=Model)
ResultT = TypeVar("ResultT", bound=Model)
Run = Callable[["Node", Caller, ArgsT, Progress], ResultT]


@dataclass(frozen=True, slots=True)
class Operation(Generic[ArgsT, ResultT]):
    """One thing an operator can do."""

    name: str
    args: type[ArgsT]
    result: type[ResultT]
    run: Run[ArgsT, ResultT]
    serving: bool
    """Whether it needs a node that serves, since the other side has to reach it."""


_OPERATIONS: dict[str, Operation[Model, Model]] = {}


def operation(
    name: str, args: type[ArgsT], result: type[ResultT], *, serving: bool = False
) -> Callable[[Run[ArgsT, ResultT]], Operation[ArgsT, ResultT]]:
    """Register a function as the operation `name`; the decorated name becomes the operation."""

    def register(run: Run[ArgsT, ResultT]) -> Operation[ArgsT, ResultT]:
        made = Operation(name, args, result, _unless_frozen(name, run), serving)
        if name in _OPERATIONS:
            raise ValueError(name)
        _OPERATIONS[name] = made  # type: ignore[assignment]  # one table for all signatures
        return made

    return register


WHILE_FROZEN: Final = frozenset(
    {
        *("agreement.list", "agreement.show", "holdings.list", "holdings.show", "identity.history"),
        *("inbox.list", "inbox.show", "journal.show", "ledger.statements", "match.handles"),
        *("match.hits", "negotiation.list", "negotiation.show", "node.aside", "node.settle"),
        *("node.show", "node.thaw", "node.unsettled", "offer.list", "officer.add", "officer.list"),
        # A peer may have got new keys since the backup: without them nobody comes back to it.
        *("peer.history", "peer.list", "peer.read", "peer.revoke", "peer.update"),
        *("peer.update.read", "posture.show", "recall.list", "recall.show", "received.list"),
        *("record.alarms", "record.check", "record.show", "request.list", "terms.explain"),
        *("transfer.list", "transfer.show", "watch.changes", "watch.list", "watch.looked"),
        "witness.list",
    }
)
"""What a frozen node does: it shows what it has, and comes back. Whatever is not here, it does not,
and so nothing that is added later."""


def _unless_frozen(name: str, run: Run[ArgsT, ResultT]) -> Run[ArgsT, ResultT]:
    """Return a function that raises NODE_FROZEN (reason) on a node that is frozen as a whole."""
    if name in WHILE_FROZEN:
        return run

    @wraps(run)
    def checked(node: "Node", caller: Caller, args: ArgsT, progress: Progress) -> ResultT:
        with node.store.read() as tx:
            standing.check_node(tx)
        return run(node, caller, args, progress)

    return checked


def find(name: str) -> Operation[Model, Model]:
    """Return the operation of that name. Raises OPERATION_UNKNOWN."""
    try:
        return _OPERATIONS[name]
    except KeyError:
        raise ComityError(Code.OPERATION_UNKNOWN, name=name[:100]) from None


def names() -> list[str]:
    """Return the names of all operations, sorted."""
    return sorted(_OPERATIONS)

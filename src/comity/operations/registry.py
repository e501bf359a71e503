"""What an operation is: a typed function with a name, the same for every surface that renders it.

Command line, operators' listener and clients all go through this table, so whatever one of them
can do, all of them can do, and none of them can do anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from comity.api import Progress
from comity.errors import Code, ComityError

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
        made = Operation(name, args, result, run, serving)
        if name in _OPERATIONS:
            raise ValueError(name)
        _OPERATIONS[name] = made  # type: ignore[assignment]  # one table for all signatures
        return made

    return register


def find(name: str) -> Operation[Model, Model]:
    """Return the operation of that name. Raises OPERATION_UNKNOWN."""
    try:
        return _OPERATIONS[name]
    except KeyError:
        raise ComityError(Code.OPERATION_UNKNOWN, name=name[:100]) from None


def names() -> list[str]:
    """Return the names of all operations, sorted."""
    return sorted(_OPERATIONS)

"""The play without a network: both nodes in this process, files between them, and no socket.

An operation that waits for the courier is run again once one has been there and back, as an officer
would. So the steps of the play are the same, and so are their claims.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from comity.api import Progress
from comity.demo.sides import Party, Side, silent
from comity.demo.stage import Stage
from comity.edge import lock
from comity.errors import Code, ComityError
from comity.node import Node, open_node
from comity.operations import couriers, linking, peers, records
from comity.operations.registry import Caller, Model, Operation
from comity.store.links import Kind

ResultT = TypeVar("ResultT", bound=Model)
_WAYS: Final = 8
"""Couriers that one step may take there and back before something is wrong."""
_SOCKETS: Final[list[str]] = []
"""Events of sockets that were opened while the play looked."""


class CourierSide(Side):
    """One party's node, which serves nobody: what is said with the other is carried."""

    def __init__(self, party: Party, base: Path, mail: "Mail") -> None:
        """`mail` carries files to the other side and back."""
        super().__init__(party, base)
        self._mail = mail
        self._node: Node | None = None
        self._held = ExitStack()
        mail.sides.append(self)

    @property
    def node(self) -> Node:
        """The node. Raises NODE_NOT_SERVING where it is closed."""
        if self._node is None:
            raise ComityError(Code.NODE_NOT_SERVING)
        return self._node

    def start(self) -> None:
        """Open the node in this process."""
        self._held.enter_context(lock.hold(self.folder))
        self._node = open_node(self.folder)

    def ready(self) -> None:
        """Be ready: nothing listens."""

    def stop(self) -> None:
        """Close the node."""
        if self._node is not None:
            self._node.close()
            self._node = None
        self._held.close()

    def kill(self) -> None:
        """Close the node."""
        self.stop()

    def once(
        self, operation: Operation[Any, ResultT], progress: Progress | None = None, /, **args: Any
    ) -> ResultT:
        """Run an operation, and do not wait for any courier."""
        caller = Caller(self.party.officer)
        return operation.run(self.node, caller, operation.args(**args), progress or silent)

    def run(
        self, operation: Operation[Any, ResultT], progress: Progress | None = None, /, **args: Any
    ) -> ResultT:
        """Run an operation, again after each courier that it waits for."""
        for _ in range(_WAYS):
            try:
                return self.once(operation, progress, **args)
            except ComityError as error:
                if error.code is not Code.COURIER_WAITS:
                    raise
            self._mail.there_and_back(self)
        raise ComityError(Code.WAIT_ENDED, operation=operation.name)

    def wait(
        self, operation: Operation[Any, ResultT], until: Callable[[ResultT], bool], /, **args: Any
    ) -> ResultT:
        """Run an operation until its result is as wanted, with couriers in between."""
        for _ in range(_WAYS):
            result = self.run(operation, **args)
            if until(result):
                return result
            self._mail.bring_to(self)
            if until(result := self.run(operation, **args)):
                return result
            self._mail.there_and_back(self)
        raise ComityError(Code.WAIT_ENDED, operation=operation.name)


@dataclass(slots=True)
class Mail:
    """Carries files between two sides."""

    folder: Path
    sides: list[CourierSide] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    bytes: int = 0

    def there_and_back(self, side: CourierSide) -> None:
        """Carry what waits at a side, and bring back what came of it."""
        self.carry(side, self.other(side))
        self.carry(self.other(side), side)

    def bring_to(self, side: CourierSide) -> None:
        """Bring what waits at the other side."""
        self.carry(self.other(side), side)

    def other(self, side: CourierSide) -> CourierSide:
        """Return the side at the other end."""
        return next(each for each in self.sides if each is not side)

    def carry(self, sender: CourierSide, receiver: CourierSide) -> couriers.Unpacked:
        """Pack at one side, and unpack at the other."""
        path = self.folder / f"{len(self.files) + 1:03}-{receiver.party.key}.comity"
        packed = sender.once(couriers.pack, peer=receiver.id, file=str(path))
        self.files.append(path)
        self.bytes += packed.bytes
        came = receiver.once(couriers.unpack, files=packed.files)
        for file in came.files:
            if file.error:
                raise ComityError(Code(file.error), **file.params)
        return came


def watch_sockets() -> None:
    """Note from now on every socket that this process opens; a hook stays as long as it runs."""
    sys.addaudithook(_note)
    _SOCKETS.clear()


def _note(event: str, _args: tuple[Any, ...]) -> None:
    if event.startswith("socket."):
        _SOCKETS.append(event)


def link(stage: Stage) -> None:
    """Let each side say that a courier is the way to the other."""
    for here, there in ((stage.mx, stage.us), (stage.us, stage.mx)):
        here.run(linking.peer_link, peer=there.id, kind=Kind.COURIER)
    stage.screen.say("linked")


def attempt_all(stage: Stage, mail: Mail) -> None:
    """Try what can be wrong with a file: none of it changes anything."""
    mx = mail.sides[0]
    last = next(path for path in reversed(mail.files) if path.name.endswith("mx.comity"))
    data = last.read_bytes()
    middle = len(data) // 2
    tried = {
        "cut": (data[:middle], "courier-truncated"),
        "altered-file": (
            data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "courier-changed",
        ),
        "for-another": (None, "courier-for-another"),
        "twice": (data, ""),
    }
    for name, (content, code) in tried.items():
        path = mail.folder / f"{name}.comity"
        if content is None:
            path = next(path for path in mail.files if path.name.endswith("us.comity"))
        else:
            path.write_bytes(content)
        before = _size(mx)
        came = mx.once(couriers.unpack, files=(str(path),))
        told = came.files[0].error
        new = sum(each.new for each in came.bundles)
        held = (told, new, _size(mx)) == (code, 0, before)
        stage.claims.check(f"courier-{name}", held, code=told or "known")
    stage.claims.check("no-socket", not _SOCKETS, count=len(_SOCKETS))
    stage.claims.check("carried", bool(mail.files), count=len(mail.files), bytes=mail.bytes)


def _size(side: CourierSide) -> int:
    known = side.once(peers.peer_list).peers
    return sum(len(side.once(records.show, peer=each.id).entries) for each in known)

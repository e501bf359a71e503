"""Two nodes that only couriers connect: what is carried, and how a test carries it."""

from pathlib import Path
from typing import Any

import pytest

from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import Operation, couriers, linking
from comity.operations.couriers import BundleShown, PackShown, Unpacked
from comity.store.links import Kind
from nodes import Pair, ResultT, run


def link(p: Pair, *, one_way: bool = False) -> None:
    """Let a courier be the link in both nodes, and cut the wires."""
    run(linking.peer_link, p.mx, peer=p.us.id, kind=Kind.COURIER)
    run(linking.peer_link, p.us, peer=p.mx.id, kind=Kind.COURIER, one_way=one_way)
    p.to_mx.cut = p.to_us.cut = True


def other(p: Pair, node: Node) -> Node:
    """Return the node at the other end."""
    return p.us if node is p.mx else p.mx


def pack(p: Pair, sender: Node, **more: Any) -> PackShown:
    """Pack what waits at a node, into a file of a name of its own."""
    number = len(list(p.folder.glob("*.comity*"))) + 1
    path = p.folder / f"{number:03}.comity"
    return run(couriers.pack, sender, peer=other(p, sender).id, file=str(path), **more)


def unpack(p: Pair, receiver: Node, *files: str | Path) -> Unpacked:
    """Take files in."""
    return run(couriers.unpack, receiver, files=tuple(map(str, files)))


def carry(p: Pair, sender: Node, **more: Any) -> BundleShown:
    """Pack at one node and unpack at the other; everything in it is taken."""
    packed = pack(p, sender, **more)
    came = unpack(p, other(p, sender), *packed.files)
    assert [each.error for each in came.files if each.error] == []
    assert came.bundles[-1].record == "equal", came.bundles
    return came.bundles[-1]


def there_and_back(p: Pair, asker: Node) -> None:
    """Carry what waits at a node, and bring back what comes of it."""
    carry(p, asker)
    carry(p, other(p, asker))


def waits(operation: Operation[Any, ResultT], node: Node, /, **args: Any) -> None:
    """Run an operation that has to wait for the courier."""
    with pytest.raises(ComityError) as refused:
        run(operation, node, **args)
    assert refused.value.code is Code.COURIER_WAITS

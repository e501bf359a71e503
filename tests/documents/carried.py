"""Shows what a courier would carry after the play: a bundle, and what its sender signs."""

import json
from typing import Any

import pytest

from comity.core import bundle
from comity.core.bundle import ReplyLine, RequestLine
from comity.core.identity import Pinned
from comity.edge import courier_file
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import couriers, linking, offering
from comity.operations.peering import find_peer
from comity.protocol import packing
from comity.store.links import Kind
from documents import shown
from nodes import Pair, run


def play(nodes: Pair) -> tuple[str, str]:
    """Return a bundle with a request and a reply, and the claims of its file, as documents do."""
    mx, us = nodes.mx, nodes.us
    for node, peer in ((mx, us), (us, mx)):
        run(linking.peer_link, node, peer=peer.id, kind=Kind.COURIER)
        with pytest.raises(ComityError) as waits:
            run(offering.catalog, node, peer=peer.id)
        assert waits.value.code is Code.COURIER_WAITS
    out = nodes.folder / "for-mx"
    run(couriers.pack, us, peer=mx.id, file=str(out))
    run(couriers.unpack, mx, files=(str(out),))
    back = nodes.folder / "for-us"
    run(couriers.pack, mx, peer=us.id, file=str(back))
    with mx.store.read() as tx:
        reader = find_peer(tx, us.id)
    part = courier_file.read(back, [us.local.decryption_key])
    return _bundle(mx, reader), shown.token(part.token)


def _bundle(node: Node, peer: Pinned) -> str:
    with node.store.read() as tx:
        lines = list(packing.lines(tx, node.local, peer))
        chosen = [
            next(line for line in lines if isinstance(line, kind))
            for kind in (RequestLine, ReplyLine)
        ]
        written = bundle.write(packing.head(tx, node.local, peer), chosen)
        values: list[Any] = [json.loads(line) for line in written]
    return "\n\n".join(map(shown.value, values))

"""Appends with a durable checkpoint, a second: an entry, a signed checkpoint over it, one commit.

One node's own log for one peer, SQLite with synchronous=FULL: alone, and with several entries under
one checkpoint and one commit, as they come together.
"""

import tempfile
import time
from pathlib import Path
from typing import Final, TypedDict

from bench.exchanges import pair
from comity.limits import TOGETHER
from comity.node import Node
from comity.protocol import recording
from comity.protocol.sending import Draft, State, put
from comity.store.peers import pinned

_TARGET: Final = "/dsp/2025-1/catalog/datasets/list"


class Figures(TypedDict):
    """What was measured: wall-clock, entries a second."""

    appends_per_second: float
    """With a checkpoint and a commit for each entry."""
    appends_per_second_together: float
    """With a checkpoint and a commit for each TOGETHER entries."""


def measure(appends: int = 1_000) -> Figures:
    """Append entries, sign a checkpoint over all of the log, commit durably, and again."""
    with tempfile.TemporaryDirectory() as temporary:
        holder, asker = pair(Path(temporary))
        holder.close()
        try:
            return Figures(
                appends_per_second=round(_append(asker, appends, 1), 1),
                appends_per_second_together=round(_append(asker, 8 * appends, TOGETHER), 1),
            )
        finally:
            asker.close()


def _append(node: Node, appends: int, together: int) -> float:
    with node.store.read() as tx:
        peer = pinned(tx, "did:web:holder.example")
    draft = Draft(peer, "DatasetRequestMessage", "GET", _TARGET, b"", "")
    begun = time.perf_counter()
    for _ in range(appends // together):
        with node.store.write() as tx:
            put(tx, node.local, [draft] * together, State.DONE)
            recording.own_checkpoint(node.local, tx, peer.id)
    return (appends // together) * together / (time.perf_counter() - begun)


if __name__ == "__main__":
    print(measure())

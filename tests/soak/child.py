"""One life of one node: what `comity serve` does, with parts that die at a step."""

import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from comity.edge import lock, logs, tls
from comity.edge.file_listener import FileListener
from comity.edge.operators_listener import operators_app
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener, Ready, serve
from comity.gate import FileGate
from comity.node import Node, open_node
from comity.operations import find, names
from comity.operations.setup import authenticate
from comity.serving import LOOPBACK, version_document
from comity.worker import Worker
from soak.clock import SharedClock
from soak.mortal import Fate, make_mortal, mortal_app

CLOCK_FILE: Final = "clock"
_TICK_SECONDS: Final = 0.05


def live(folder: Path, step: str, count: int) -> None:
    """Serve the node in a folder until the `count`-th time that it comes to a step.

    With no step it lives until it is killed. The clock stands beside the folder.
    """
    logs.configure("error")
    fate = Fate(step, count)
    with ExitStack() as stack:
        stack.enter_context(lock.hold(folder))
        plain = open_node(folder, clock=SharedClock(folder.parent / CLOCK_FILE))
        node = make_mortal(plain, fate)
        worker = Worker(node)

        def ready(said: Ready) -> None:
            _, (host, port) = said.addresses
            stack.enter_context(lock.announce(folder, f"http://{host}:{port}"))
            worker.start()
            threading.Thread(target=_hurry, args=(node,), daemon=True).start()

        keys, config = folder / "keys", node.config
        files = FileListener(FileGate(node.local, node.store, node.wake.set), "")
        peers = mortal_app(peer_app(node.exchange, version_document(""), files=files), fate)
        acts = [find(name) for name in names()]
        officers = operators_app(node, acts, lambda said: authenticate(node.store, said), LOOPBACK)
        context = tls.server_context(keys / "tls.pem", keys / "tls.key")
        listeners = (
            Listener(peers, config.peer_host, config.peer_port, context),
            Listener(officers, config.operators_host, config.operators_port),
        )
        serve(listeners, ready)


def _hurry(node: Node) -> None:
    """Wake the worker more often than the clock on the wall would."""
    while True:
        time.sleep(_TICK_SECONDS)
        node.wake.set()

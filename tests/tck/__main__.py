"""`python -m tck CLASSPATH_FILE [PATTERN]`: two fresh nodes, the kit, and its report."""

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from comity.core.canonical import unb64url
from comity.edge import logs, tls
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener, Ready, serve
from comity.errors import ComityError
from comity.node import Node
from comity.operations import records
from comity.protocol.base import DSP
from comity.serving import version_document
from comity.worker import Worker
from nodes import run
from tck import acting, kit, officer, seeds, sides, webhooks
from tck.verifier import STATIC, WayIn, WayOut


def main(classpath: Path, pattern: str = "") -> int:
    """Run the kit once; return the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="comity-tck-"))
    with (folder / "node.log").open("w", encoding="utf-8") as log:
        logs.configure("debug", log)
        report, same = _run(folder, classpath.read_text("utf-8").strip(), pattern)
    passed = report.complete and same
    if passed:
        shutil.rmtree(folder)
    else:
        print(f"what the node and the kit wrote: {folder}")
    print(report.line())
    return 0 if passed else 1


def _run(folder: Path, classpath: str, pattern: str) -> tuple[kit.Report, bool]:
    """Return the kit's report, and whether both sides have the same record of the run."""
    with sides.opened(folder) as both:
        told = seeds.seed(both)
        node, identity = both.node, both.node.local.identity
        way_out = WayOut(both.kit, f"http://127.0.0.1:{both.kit_port}")
        both.to_kit.end = way_out
        with (
            _serving(node, WayIn(both.kit, node.id, node.exchange)),
            officer.on_duty(acting.negotiators(node, _say), acting.senders(node, _say)),
            webhooks.listening(acting.wishes(node, both.kit.id)) as hooks,
        ):
            values = kit.properties(
                node=node.id,
                address=identity.address,
                base=identity.address + DSP,
                static=STATIC,
                callback=both.kit.local.identity.address,
                port=both.kit_port,
                webhooks=hooks,
            )
            kit.write_properties(folder / "kit.properties", values | told)
            kit.write_truststore(folder / "node.p12", unb64url(identity.certificate))
            report = kit.run(
                classpath,
                folder / "kit.properties",
                folder / "node.p12",
                folder / "kit.log",
                _say,
                pattern,
            )
        way_out.close()
        # The kit's side kept a record, too, as every peer does: nothing is lost, nothing twice.
        both.to_kit.end = both.kit.exchange
        try:
            verified = run(records.verify, node, peer=both.kit.id)
        except ComityError as error:
            _say(f"record: {error.code}")
            return report, False
        _say(f"record: {verified.sent.size} sent, {verified.received.size} received, both the same")
        return report, True


def _say(line: str) -> None:
    print(line, flush=True)


@contextmanager
def _serving(node: Node, way_in: WayIn) -> Iterator[None]:
    """Serve as a node does: its real listener with its real TLS, and its real worker."""
    keys = node.folder / "keys"
    listener = Listener(
        peer_app(way_in, version_document("")),
        node.config.peer_host,
        node.config.peer_port,
        tls.server_context(keys / "tls.pem", keys / "tls.key"),
    )
    ready: list[Ready] = []
    told = threading.Event()

    def on_ready(said: Ready) -> None:
        ready.append(said)
        told.set()

    thread = threading.Thread(target=serve, args=([listener], on_ready))
    thread.start()
    told.wait(10)
    worker = Worker(node)
    worker.start()
    try:
        yield
    finally:
        worker.stop()
        ready[0].stop()
        thread.join()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:3]))

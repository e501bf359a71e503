"""Evidence as two real nodes make it, for the tests of the verifier."""

import json
from pathlib import Path
from typing import Any

from comity.operations import finding, inbox, proving, records
from comity.store.rows.evidence import Cosigned
from comity.store.rows.moving import remove
from comity_verify import Found, verify
from nodes import MX, Pair, run


def answered(p: Pair) -> records.EntryShown:
    """Let the asker get one answer, and both cosign; returns the answer as the asker has it."""
    handle = run(finding.hits, p.us).hits[0].handle
    run(inbox.ask, p.us, handle=handle, case_reference="US-2026-0042")
    (request,) = run(inbox.inbox, p.mx).requests
    run(inbox.approve, p.mx, request=request.id, approval=request.approval)
    p.pump()
    run(records.verify, p.us, peer=MX.id)
    return next(
        entry
        for entry in run(records.show, p.us, peer=MX.id).entries
        if (entry.what, entry.kind, entry.direction) == ("comity-answer-1", "request", "in")
    )


def prove(p: Pair, *entries: str, **more: Any) -> bytes:
    """Return an evidence file of the asker's."""
    path = p.folder / f"evidence-{len(list(p.folder.glob('evidence-*')))}.json"
    run(proving.prove, p.us, peer=MX.id, entries=entries, path=str(path), **more)
    return path.read_bytes()


def forget_checkpoints(p: Pair) -> None:
    """Bring the asker to where nothing was cosigned yet."""
    with p.us.store.write() as tx:
        remove(tx, Cosigned, peer=MX.id)


def documents(p: Pair) -> list[bytes]:
    """Return the identity documents of both."""
    return [p.mx.document.encode(), p.us.document.encode()]


def check(p: Pair, evidence: bytes, **more: Any) -> Found:
    """Check a file as somebody does who has the identity documents alone."""
    return verify(evidence, documents(p), **more)


def files(p: Pair, folder: Path, evidence: bytes) -> list[str]:
    """Write all that a third has to disk; returns the arguments that name it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evidence.json").write_bytes(evidence)
    arguments = [str(folder / "evidence.json")]
    for name, document in zip(("mx", "us"), documents(p), strict=True):
        (folder / f"{name}.identity").write_bytes(document)
        arguments += ["--identity", str(folder / f"{name}.identity")]
    return arguments


def changed(evidence: bytes, number: int = 0, **members: Any) -> bytes:
    """Return the file with other members in one entry; None takes a member out."""
    file = json.loads(evidence)
    entry = file["entries"][number]
    for name, value in members.items():
        entry[name] = value
        if value is None:
            del entry[name]
    return json.dumps(file).encode()

"""Comity: the kernel and the core, from the token to the opened label.

Preparing goes from records of one token to the sorted file of the set, and has the digest that
the manifest names. Opening it is what the asker does once: the digest, the order. A question is
blinded, evaluated with a proof, checked, finished, looked up, and its label opened.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.peers import work
from bench.peers.meter import Job, Report, Step, measured, peak
from bench.rows import tagged
from comity import kernel
from comity.api import Inputs, Kernel
from comity.core.canonical import b64url, unb64url
from comity.core.label import Label
from comity.core.manifest import SetReference
from comity.core.matching import ROW_BYTES, look_up
from comity.core.records import Family
from comity.core.tagset import Check, TagSet
from comity.core.tokens import Token
from comity.demo.sides import silent
from comity.kernel.native import Native
from comity.kernel.portable import Portable
from comity.limits import BATCH_ELEMENTS, SET_PART_BYTES
from comity.operations.tag_sets import Maker
from comity.store import files
from comity.store.building import Building
from comity.store.partitions import Partitions

_CONTEXT = bytes(range(32))
"""The manifest's binding, which would be a digest."""


def prepare(job: Job, variant: str) -> Report:
    """Tag what is held, and write the set."""
    on = kernel.load(variant)
    steps: list[Step] = []
    key = on.scalars(os.urandom(64))
    with measured(steps) as sent:
        reference = _write_set(job.folder, on, key, job.size)
        sent.bytes = reference.bytes
    (job.folder / "key").write_bytes(key)
    (job.folder / "digest").write_bytes(unb64url(reference.digest))
    return _report(variant, steps[0], [])


def ask(job: Job, variant: str) -> Report:
    """Open the set, and ask."""
    on = kernel.load(variant)
    steps: list[Step] = []
    key, digest = (job.folder / "key").read_bytes(), (job.folder / "digest").read_bytes()
    questions = list(work.asked(job.size, job.questions))
    with ExitStack() as stack:
        with measured(steps):
            _check(job.folder, digest)
            tag_set = stack.enter_context(files.open_set(job.folder, digest))
        for _ in range(job.rounds):
            found: set[str] = set()
            with measured(steps) as sent:
                for start in range(0, len(questions), BATCH_ELEMENTS):
                    batch = questions[start : start + BATCH_ELEMENTS]
                    numbers, size = _question(on, key, tag_set, batch)
                    found.update(numbers)
                    sent.bytes += size
            work.check(job.size, job.questions, found)
    return _report(variant, steps[0], steps[1:])


def _report(variant: str, once: Step, rounds: list[Step]) -> Report:
    described, on = kernel.describe(variant), kernel.load(variant)
    assert isinstance(on, Native | Portable)
    library = f"{described.library} {described.version} ({described.origin})"
    return {
        "once": once,
        "rounds": rounds,
        "peak": peak(),
        "library": library,
        "threads": on.threads,
    }


def _question(on: Kernel, key: bytes, tag_set: TagSet, batch: list[str]) -> tuple[list[str], int]:
    """Ask one batch, both sides: what was found, and how many bytes the messages carry."""
    inputs = Inputs.pack(_token(text).input() for text in batch)
    blinds = on.scalars(os.urandom(64 * len(batch)))
    blinded = on.blind(inputs, blinds)
    question = b64url(blinded)
    evaluated, proof = on.evaluate(key, unb64url(question), os.urandom(64))
    answer = b64url(evaluated) + b64url(proof)
    outputs = on.finalise(inputs, blinds, blinded, evaluated, proof, on.public_key(key))
    found = [
        work.item(int.from_bytes(label.handle))
        for labels in look_up(on, _CONTEXT, tag_set, outputs)
        for label in labels
    ]
    return found, len(question) + len(answer)


def _records(size: int) -> Iterator[tuple[Label, list[Token]]]:
    """Yield records; their handle says which they are, so that a hit shows what it opened."""
    for number, text in enumerate(work.held(size)):
        yield Label(number.to_bytes(12)), [_token(text)]


def _token(text: str) -> Token:
    return Token(Family.RFC, None, text)


def _write_set(folder: Path, on: Kernel, key: bytes, size: int) -> SetReference:
    """Tag, seal, sort and write, as a node does it; the set is where `files.open_set` finds it."""
    building = Building(folder, folder)
    maker = Maker(on, os.urandom, silent, building)
    rows = Partitions(folder / "rows", ROW_BYTES)
    for some in tagged(on, {Family.RFC: key}, _records(size)):
        rows.put(some)
    entries, _ = maker.seal(_CONTEXT, rows)
    reference = maker.write(entries)
    building.settle(unb64url(reference.digest))
    return reference


def _check(folder: Path, digest: bytes) -> None:
    """Check the set from end to end, as its parts are joined."""
    check = Check()
    with files.set_path(folder, digest).open("rb") as file:
        while block := file.read(SET_PART_BYTES):
            check.update(block)
    check.finish(digest)

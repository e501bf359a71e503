"""The `voprf` wheel: RFC 9497 in Rust, one item after the other, one thread.

It has the group operations and the proof, and no set: here outputs are kept as they are, in a
file, and in the asker's memory as a Python set.
"""

import os
from importlib.metadata import version

from voprf import ristretto

from bench.peers import work
from bench.peers.meter import Job, Report, Step, measured, peak

_BATCH = 10_000
"""The wheel takes up to 65,535."""
_ELEMENT, _OUTPUT = 32, 64


def prepare(job: Job, variant: str) -> Report:
    """Evaluate what is held, and write the outputs."""
    steps: list[Step] = []
    seed = os.urandom(32)
    (job.folder / "seed").write_bytes(seed)
    evaluator = ristretto.Evaluator(seed)
    path = job.folder / "set"
    with measured(steps) as sent:
        # Sorted, or their order would tell which is which.
        outputs = sorted(
            evaluator.evaluate_known_input(text.encode()) for text in work.held(job.size)
        )
        path.write_bytes(b"".join(outputs))
        sent.bytes = path.stat().st_size
    return _report(steps[0], [])


def ask(job: Job, variant: str) -> Report:
    """Read the outputs, and ask."""
    evaluator = ristretto.Evaluator((job.folder / "seed").read_bytes())
    questions = list(work.asked(job.size, job.questions))
    steps: list[Step] = []
    with measured(steps):
        data = (job.folder / "set").read_bytes()
        known = {data[at : at + _OUTPUT] for at in range(0, len(data), _OUTPUT)}
        del data
    for _ in range(job.rounds):
        found: set[str] = set()
        with measured(steps) as sent:
            for start in range(0, len(questions), _BATCH):
                batch = questions[start : start + _BATCH]
                outputs, size = _question(evaluator, batch)
                sent.bytes += size
                found.update(text for text, out in zip(batch, outputs, strict=True) if out in known)
        work.check(job.size, job.questions, found)
    return _report(steps[0], steps[1:])


def _question(evaluator: ristretto.Evaluator, batch: list[str]) -> tuple[list[bytes], int]:
    """Ask one batch, both sides: the outputs, and how many bytes were sent."""
    clients, blinded = zip(*[ristretto.Client.blind(text.encode()) for text in batch], strict=True)
    question = b"".join([one.serialize() for one in blinded])
    received = [
        ristretto.BlindedInput.deserialize(question[at : at + _ELEMENT])
        for at in range(0, len(question), _ELEMENT)
    ]
    answer = evaluator.evaluate_batch(received).serialize()
    evaluated = ristretto.VerifiableBatchOutput.deserialize(answer)
    outputs = ristretto.Client.finalize_batch(clients, evaluated, evaluator.public_key)
    return outputs, len(question) + len(answer)


def _report(once: Step, rounds: list[Step]) -> Report:
    library = f"voprf {version('voprf')}"
    return {"once": once, "rounds": rounds, "peak": peak(), "library": library, "threads": 1}

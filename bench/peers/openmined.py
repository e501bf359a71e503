"""OpenMined PSI: ECDH over P-256, one thread.

The binding under the Python classes is used: the classes parse the whole set-up message anew for
every question, which the protocol does not ask for.
"""

from importlib.metadata import version

from private_set_intersection.python import _openmined_psi as psi

from bench.peers import work
from bench.peers.meter import Job, Report, Step, measured, peak

_FALSE_POSITIVES = 1e-9
"""Chance of a false hit in a whole round of questions."""
_STRUCTURE = psi.data_structure.GCS
"""A Golomb-coded set: what the library takes by itself, the smallest, and as fast as the others."""


def prepare(job: Job, variant: str) -> Report:
    """Make the set-up message."""
    steps: list[Step] = []
    server = psi.cpp_server.CreateWithNewKey(True)
    items = list(work.held(job.size))
    with measured(steps) as sent:
        setup = server.CreateSetupMessage(
            _FALSE_POSITIVES, work.QUESTIONS, items, _STRUCTURE
        ).save()
        (job.folder / "set").write_bytes(setup)
        sent.bytes = len(setup)
    (job.folder / "key").write_bytes(server.GetPrivateKeyBytes())
    return _report(steps[0], [])


def ask(job: Job, variant: str) -> Report:
    """Read the set-up message, and ask."""
    server = psi.cpp_server.CreateFromKey((job.folder / "key").read_bytes(), True)
    questions = list(work.asked(job.size, job.questions))
    steps: list[Step] = []
    with measured(steps):
        setup = psi.cpp_proto_server_setup.Load((job.folder / "set").read_bytes())
    for _ in range(job.rounds):
        with measured(steps) as sent:
            client = psi.cpp_client.CreateWithNewKey(True)
            request = client.CreateRequest(questions).save()
            response = server.ProcessRequest(psi.cpp_proto_request.Load(request)).save()
            places = client.GetIntersection(setup, psi.cpp_proto_response.Load(response))
            sent.bytes = len(request) + len(response)
        work.check(job.size, job.questions, {questions[place] for place in places})
    return _report(steps[0], steps[1:])


def _report(once: Step, rounds: list[Step]) -> Report:
    library = f"openmined_psi {version('openmined_psi')}"
    return {"once": once, "rounds": rounds, "peak": peak(), "library": library, "threads": 1}

"""SecretFlow's `spu`, the unbalanced protocol: the holder's set is evaluated once and cached."""

import os

from spu import psi

from bench.peers import loopback
from bench.peers.meter import Job, Report, Step


def prepare(job: Job, variant: str) -> Report:
    """Evaluate what is held, and give the asker its cache."""
    if job.role == "holder":
        (job.folder / "key").write_bytes(os.urandom(32))
    return _run(job, psi.UbPsiMode.MODE_OFFLINE)


def ask(job: Job, variant: str) -> Report:
    """Ask against the cache, round after round; the asker has the result."""
    return _run(job, psi.UbPsiMode.MODE_ONLINE)


def _run(job: Job, mode: psi.UbPsiMode) -> Report:
    steps: list[Step] = []
    given = {
        "mode": mode,
        "client_receive_result": True,
        "server_receive_result": False,
        "cache_path": str(job.folder / "cache"),
        "input_params": loopback.write_input(job),
        "output_params": loopback.output(job),
    }
    if job.role == "holder":
        key = str(job.folder / "key")
        config = psi.UbPsiExecuteConfig(
            role=psi.UbPsiRole.ROLE_SERVER,
            server_params=psi.UbPsiServerParams(secret_key_path=key),
            **given,
        )
    else:
        config = psi.UbPsiExecuteConfig(role=psi.UbPsiRole.ROLE_CLIENT, **given)
    connection = loopback.connect(job)

    def execute() -> object:
        return psi.ub_psi_execute(config, connection)

    if mode == psi.UbPsiMode.MODE_OFFLINE:
        loopback.step(steps, execute)
        found = loopback.report(steps[0], [])
    else:
        loopback.rounds(job, connection, steps, execute)
        found = loopback.report(None, steps)
    connection.stop_link()
    return found

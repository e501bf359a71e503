"""SecretFlow's `spu`, the protocols that keep nothing: RR22 and ECDH. All cores, both sides."""

from typing import Final

from spu import psi

from bench.peers import loopback
from bench.peers.meter import Job, Report, Step

_CURVES: Final = {
    "ecdh": psi.EllipticCurveType.CURVE_25519,
    "elligator2": psi.EllipticCurveType.CURVE_25519_ELLIGATOR2,
}


def ask(job: Job, variant: str) -> Report:
    """Intersect both sets, round after round; the asker has the result."""
    steps: list[Step] = []
    config = psi.PsiExecuteConfig(
        protocol_conf=_protocol(variant),
        input_params=loopback.write_input(job),
        output_params=loopback.output(job),
    )
    connection = loopback.connect(job)
    loopback.rounds(job, connection, steps, lambda: psi.psi_execute(config, connection))
    found = loopback.report(None, steps)
    connection.stop_link()
    return found


def _protocol(variant: str) -> psi.PsiProtocolConfig:
    if variant == "rr22":
        return psi.PsiProtocolConfig(protocol=psi.PsiProtocol.PROTOCOL_RR22, receiver_rank=1)
    return psi.PsiProtocolConfig(
        protocol=psi.PsiProtocol.PROTOCOL_ECDH,
        receiver_rank=1,
        ecdh_params=psi.EcdhParams(curve=_CURVES[variant]),
    )

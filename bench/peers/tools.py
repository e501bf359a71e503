"""The tools that are measured, and what each of them promises. Standard library only."""

from dataclasses import dataclass
from typing import Final

OURS: Final = "comity"
"""All ratios are to this one."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool, or one way of using one."""

    name: str
    module: str
    """Under bench.peers; has `prepare(job, variant)` where something is kept, and `ask`."""
    variant: str
    own: bool
    """Whether it runs in Comity's environment; else in that of the peers."""
    keeps: bool
    """Whether what was prepared serves every later question."""
    two_processes: bool
    largest: int
    """A run of all tools leaves greater sets out, which would take too long; ONLY does not."""
    protocol: str
    group: str
    verifiable: bool
    labels: bool
    model: str
    redone: str
    """What every round of questions pays for."""


_10M, _1M, _100K = 10_000_000, 1_000_000, 100_000
_PER_QUESTION: Final = "blind, evaluate and prove, check and finish, look up: per question"
_ALL_AGAIN: Final = "everything, both sets, on both sides"

TOOLS: Final = (
    Tool(
        name=OURS,
        module="ours",
        variant="native",
        own=True,
        keeps=True,
        two_processes=False,
        largest=_10M,
        protocol="VOPRF, RFC 9497",
        group="ristretto255, standard hash to group",
        verifiable=True,
        labels=True,
        model="a holder that cheats is noticed",
        redone=_PER_QUESTION,
    ),
    Tool(
        name="comity-portable",
        module="ours",
        variant="portable",
        own=True,
        keeps=True,
        two_processes=False,
        largest=_1M,
        protocol="VOPRF, RFC 9497",
        group="ristretto255, standard hash to group",
        verifiable=True,
        labels=True,
        model="a holder that cheats is noticed",
        redone=_PER_QUESTION,
    ),
    Tool(
        name="spu-cached",
        module="secretflow_cached",
        variant="",
        own=False,
        keeps=True,
        two_processes=True,
        largest=_10M,
        protocol="unbalanced ECDH-OPRF, cached",
        group="FourQ",
        verifiable=False,
        labels=False,
        model="semi-honest",
        redone="blind, evaluate, finish: per question; the whole cache is read",
    ),
    Tool(
        name="spu-rr22",
        module="secretflow",
        variant="rr22",
        own=False,
        keeps=False,
        two_processes=True,
        largest=_10M,
        protocol="oblivious transfer, RR22",
        group="none for the items",
        verifiable=False,
        labels=False,
        model="semi-honest",
        redone=_ALL_AGAIN,
    ),
    Tool(
        name="spu-ecdh",
        module="secretflow",
        variant="ecdh",
        own=False,
        keeps=False,
        two_processes=True,
        largest=_10M,
        protocol="ECDH",
        group="curve25519, no standard hash to curve",
        verifiable=False,
        labels=False,
        model="semi-honest",
        redone=_ALL_AGAIN,
    ),
    Tool(
        name="spu-elligator2",
        module="secretflow",
        variant="elligator2",
        own=False,
        keeps=False,
        two_processes=True,
        largest=_100K,
        protocol="ECDH",
        group="curve25519, Elligator 2",
        verifiable=False,
        labels=False,
        model="semi-honest",
        redone=_ALL_AGAIN,
    ),
    Tool(
        name="voprf",
        module="voprf_wheel",
        variant="",
        own=False,
        keeps=True,
        two_processes=False,
        largest=_10M,
        protocol="VOPRF, RFC 9497",
        group="ristretto255, standard hash to group",
        verifiable=True,
        labels=False,
        model="a holder that cheats is noticed",
        redone=_PER_QUESTION,
    ),
    Tool(
        name="openmined",
        module="openmined",
        variant="",
        own=False,
        keeps=True,
        two_processes=False,
        largest=_10M,
        protocol="ECDH, a Golomb-coded set",
        group="P-256, hash to curve of its own",
        verifiable=False,
        labels=False,
        model="semi-honest",
        redone="request, response, intersection: per question",
    ),
)

"""Two nodes that say the same thing every time: fixed keys, a fixed clock, seeded randomness."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256, shake_256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from comity.api import Endpoint
from comity.core.canonical import b64url
from comity.core.identity import Identity, Keys, Pinned, fingerprint, issue
from comity.core.keys import Ed25519Signer
from comity.edge import keyfiles
from comity.edge.config import NodeConfig, write_config
from comity.node import IDENTITY_FILE, KEYS, Node, open_node
from comity.operations.peers import peer_add
from nodes import GROUP, Pair, TestClock, Wire, run

MX: Final = NodeConfig(
    id="did:web:mx.example",
    name="Servicio de Ejemplo",
    territory="MX",
    address="https://comity.mx.example:8443",
)
US: Final = NodeConfig(
    id="did:web:us.example",
    name="Example Office",
    territory="US",
    address="https://comity.us.example:8443",
)
CERTIFICATES: Final = {
    "mx": """
        MIIBtDCCAVqgAwIBAgIURNgo1IR-0x60WLBhPb4aKYtbMbUwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUQ29taXR5
        IHBlZXIgbGlzdGVuZXIwIBcNMjYxMTAxMDkwMDAwWhgPOTk5OTEyMzEyMzU5NTlaMB8xHTAbBgNVBAMMFENvbWl0
        eSBwZWVyIGxpc3RlbmVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKlkitoJANkBM1VQkP9xIJZ-pRXh1gTOX
        sOKdTsOSeBJpk46fkI7LJMYamBq3v8_4oCQLr-tJCEcTNzTRjsGcdaNyMHAwDAYDVR0TAQH_BAIwADAOBgNVHQ8B
        Af8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHAYDVR0RBBUwE4IRY29taXR5Lm14LmV4YW1wbGUwHQYDVR0O
        BBYEFIJ5gNZ5OVhYNYSnMZz1O49xzgXGMAoGCCqGSM49BAMCA0gAMEUCICIxYSyyYBccDOlTGuvz4l7kVnHiEgzD
        YeDlxM7gCwIjAiEAooWzlbBGuVk32xQ_LGtrJhqjfZNa8wigm8Kv_eQSue4
    """,
    "us": """
        MIIBtTCCAVqgAwIBAgIUVzdchYXpgvdMPR_1WDP3cw8HHkwwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUQ29taXR5
        IHBlZXIgbGlzdGVuZXIwIBcNMjYxMTAxMDkwMDAwWhgPOTk5OTEyMzEyMzU5NTlaMB8xHTAbBgNVBAMMFENvbWl0
        eSBwZWVyIGxpc3RlbmVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjV7Cl7_Zp9bjr-m6TB5QI5USIgzufpHU
        Q76NsL_n0QE2GE8t6q1C9fNFZbNbrHwFhVfFxziXIjUgZhGpe0DQ76NyMHAwDAYDVR0TAQH_BAIwADAOBgNVHQ8B
        Af8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHAYDVR0RBBUwE4IRY29taXR5LnVzLmV4YW1wbGUwHQYDVR0O
        BBYEFK1piyjZHhNYqO5HDlLzwUTIlE02MAoGCCqGSM49BAMCA0kAMEYCIQDTdtg8lS3Qc7tx5p8tpFTlj0aXqK0o
        GJMFVdWQxsWMswIhAOYwpUuYcXFNN1a5APQn278VUVwaYmgvmsEZnwaIYmPy
    """,
}
"""Two listeners' certificates (DER, base64url) whose keys are gone: their signatures are random."""


class Seeded:
    """Bytes that look random and are the same in every run. For examples only."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def __call__(self, size: int, /) -> bytes:
        """Return the next `size` bytes."""
        self._count += 1
        return shake_256(f"{self._seed} {self._count}".encode()).digest(size)


def _make(folder: Path, name: str, config: NodeConfig, issued: int) -> None:
    """Write a node's folder as `init` would, with keys that are no secret."""
    (folder / "keys").mkdir(mode=0o700, parents=True)
    signers = {}
    for use in (*KEYS, "recovery"):
        seed = sha256(f"{name} {use}".encode()).digest()
        signers[use] = signer_of(name, use)
        if use in KEYS:
            pem = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            keyfiles.write_once(folder / "keys" / f"{use}.key", pem)
    sealing = base64.b64encode(sha256(f"{name} sealing".encode()).digest())
    keyfiles.write_once(folder / "keys" / "sealing.key", sealing + b"\n")
    encryption = X25519PrivateKey.from_private_bytes(sha256(f"{name} encryption".encode()).digest())
    pem = encryption.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    keyfiles.write_once(folder / "keys" / "encryption.key", pem)
    own = Identity(
        id=config.id,
        name=config.name,
        territory=config.territory,
        version=1,
        issued=issued,
        address=config.address,
        certificate="".join(CERTIFICATES[name].split()),
        keys=Keys(
            **{use: b64url(signers[use].public) for use in KEYS},
            encryption=b64url(encryption.public_key().public_bytes_raw()),
        ),
        recovery=b64url(sha256(signers["recovery"].public).digest()),
    )
    write_config(folder, config)
    document = issue(own, signers["message"])
    keyfiles.write_once(folder / IDENTITY_FILE, document.encode() + b"\n", 0o644)


def signer_of(name: str, use: str) -> Ed25519Signer:
    """Return a key of a node, or one that takes its place. It is no secret."""
    return Ed25519Signer(sha256(f"{name} {use}".encode()).digest())


@contextmanager
def pair(folder: Path) -> Iterator[Pair]:
    """Make two nodes that pinned each other."""
    clock, wires = TestClock(), {"mx": Wire(), "us": Wire()}
    nodes: dict[str, Node] = {}
    ids = {MX.id: "mx", US.id: "us"}

    def endpoint(peer: Pinned) -> Endpoint:
        return wires[ids[peer.id]]

    for name, config in (("mx", MX), ("us", US)):
        _make(folder / name, name, config, int(clock.now().timestamp()))
        nodes[name] = open_node(
            folder / name, clock=clock, entropy=Seeded(name), group=GROUP, endpoint=endpoint
        )
        wires[name].target = nodes[name].exchange
    mx, us = nodes["mx"], nodes["us"]
    for node, other in ((mx, us), (us, mx)):
        document = other.document
        run(peer_add, node, document=document, fingerprint=fingerprint(document))
    try:
        yield Pair(mx, us, clock, wires["mx"], wires["us"], folder)
    finally:
        mx.close()
        us.close()

"""The RFC's own vectors for VOPRF(ristretto255, SHA-512): two typed in, all of them from shared."""

import json
from dataclasses import dataclass

from shared import shared


@dataclass(frozen=True)
class Vector:
    """One VOPRF vector of RFC 9497 A.1.2."""

    key: bytes
    public_key: bytes
    inputs: list[bytes]
    blinds: list[bytes]
    blinded: list[bytes]
    evaluated: list[bytes]
    nonce: bytes
    proof: bytes
    outputs: list[bytes]


def _bytes(*texts: str) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


KEY = bytes.fromhex("e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909")
PUBLIC_KEY = bytes.fromhex("c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e")
FIRST = Vector(  # A.1.2.1
    KEY,
    PUBLIC_KEY,
    _bytes("00"),
    _bytes("64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"),
    _bytes("863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"),
    _bytes("aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"),
    bytes.fromhex("222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e"),
    bytes.fromhex(
        "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06"
        "6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d"
    ),
    _bytes(
        "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d"
        "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c"
    ),
)
BATCH = Vector(  # A.1.2.3, two inputs under one proof
    KEY,
    PUBLIC_KEY,
    _bytes("00", "5a" * 17),
    _bytes(
        "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706",
        "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e",
    ),
    _bytes(
        "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
        "90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654",
    ),
    _bytes(
        "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
        "cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a",
    ),
    bytes.fromhex("419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c"),
    bytes.fromhex(
        "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a"
        "5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08"
    ),
    _bytes(
        "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d"
        "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
        "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60"
        "356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6",
    ),
)


def published() -> list[Vector]:
    """Return every VOPRF vector of the RFC, from the shared material."""
    suites = json.loads(shared("vectors/rfc9497/ristretto255-SHA512.json").read_text())
    suite = next(suite for suite in suites if suite["mode"] == 1)

    def split(vector: dict[str, str], name: str) -> list[bytes]:
        return _bytes(*vector[name].split(","))

    return [
        Vector(
            key=bytes.fromhex(suite["skSm"]),
            public_key=bytes.fromhex(suite["pkSm"]),
            inputs=split(vector, "Input"),
            blinds=split(vector, "Blind"),
            blinded=split(vector, "BlindedElement"),
            evaluated=split(vector, "EvaluationElement"),
            nonce=bytes.fromhex(vector["Proof"]["r"]),
            proof=bytes.fromhex(vector["Proof"]["proof"]),
            outputs=split(vector, "Output"),
        )
        for vector in suite["vectors"]
    ]

"""A holder that lies: what it evaluates, proves, publishes or serves is not what it signed for."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

import sets
from comity.api import Inputs, Request, Response, Watch
from comity.core import jws, token
from comity.core.canonical import unb64url
from comity.core.manifest import Manifest
from comity.core.tokens import CANARY_DOMAIN
from comity.errors import Code
from comity.kernel.portable import Portable
from comity.operations import finding, records
from comity.protocol.base import BYTES, JSON
from comity.protocol.sending import envelope_for
from comity.store import files
from comity.store.rows.matching import Hit, ManifestRow, Question
from comity.store.rows.moving import many
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import Stages, match, tag


class LyingKernel(Portable):
    """The holder's kernel, with another answer to a question."""

    def __init__(self, lie: "Lie") -> None:
        super().__init__()
        self._lie = lie

    def evaluate(self, key: bytes, blinded: bytes, random: bytes) -> tuple[bytes, bytes]:
        """Evaluate, and lie."""
        return self._lie(self, key, blinded, random)

    def honestly(self, key: bytes, blinded: bytes, random: bytes) -> tuple[bytes, bytes]:
        """Evaluate as one should."""
        return super().evaluate(key, blinded, random)


Lie: TypeAlias = Callable[[LyingKernel, bytes, bytes, bytes], tuple[bytes, bytes]]


def with_another_key(
    kernel: LyingKernel, key: bytes, blinded: bytes, random: bytes
) -> tuple[bytes, bytes]:
    """Evaluate with another key than the manifest's, and prove that."""
    return kernel.honestly(kernel.scalars(b"\7" * 64), blinded, random)


def with_another_key_for_one(
    kernel: LyingKernel, key: bytes, blinded: bytes, random: bytes
) -> tuple[bytes, bytes]:
    """Evaluate only the last element with another key."""
    evaluated, proof = kernel.honestly(key, blinded, random)
    other, _ = kernel.honestly(kernel.scalars(b"\7" * 64), blinded[-32:], random)
    return evaluated[:-32] + other, proof


def swapped(kernel: LyingKernel, key: bytes, blinded: bytes, random: bytes) -> tuple[bytes, bytes]:
    evaluated, proof = kernel.honestly(key, blinded, random)
    return evaluated[32:64] + evaluated[:32] + evaluated[64:], proof


def of_another_batch(
    kernel: LyingKernel, key: bytes, blinded: bytes, random: bytes
) -> tuple[bytes, bytes]:
    """Prove another batch, with the right key."""
    evaluated, _ = kernel.honestly(key, blinded, random)
    _, proof = kernel.honestly(key, blinded[32:], random)
    return evaluated, proof


def echoed(kernel: LyingKernel, key: bytes, blinded: bytes, random: bytes) -> tuple[bytes, bytes]:
    return blinded, kernel.honestly(key, blinded, random)[1]


def shortened(
    kernel: LyingKernel, key: bytes, blinded: bytes, random: bytes
) -> tuple[bytes, bytes]:
    return kernel.honestly(key, blinded[:-32], random)


def neutral(kernel: LyingKernel, key: bytes, blinded: bytes, random: bytes) -> tuple[bytes, bytes]:
    evaluated, proof = kernel.honestly(key, blinded, random)
    return evaluated[:-32] + bytes(32), proof


def altered_proof(
    kernel: LyingKernel, key: bytes, blinded: bytes, random: bytes
) -> tuple[bytes, bytes]:
    evaluated, proof = kernel.honestly(key, blinded, random)
    return evaluated, bytes([proof[0] ^ 1]) + proof[1:]


def empty_proof(
    kernel: LyingKernel, key: bytes, blinded: bytes, random: bytes
) -> tuple[bytes, bytes]:
    return kernel.honestly(key, blinded, random)[0], bytes(64)


LIES: dict[Lie, Code] = {
    with_another_key: Code.PROOF_INVALID,
    with_another_key_for_one: Code.PROOF_INVALID,
    swapped: Code.PROOF_INVALID,
    of_another_batch: Code.PROOF_INVALID,
    echoed: Code.PROOF_INVALID,
    shortened: Code.ELEMENT_INVALID,
    neutral: Code.ELEMENT_INVALID,
    altered_proof: Code.PROOF_INVALID,
    empty_proof: Code.PROOF_INVALID,
}


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__.replace("_", " "))
def test_an_evaluation_that_is_not_proved_counts_for_nothing(
    stages: Stages,
    tmp_path_factory: pytest.TempPathFactory,
    lie: Callable[..., tuple[bytes, bytes]],
) -> None:
    with stages.open("one family", tmp_path_factory.mktemp("lie")) as p:
        p.restart("mx", group=LyingKernel(lie))
        with refuses(LIES[lie]):
            match(p)
        with p.us.store.read() as tx:
            assert many(tx, Hit) == []
            assert [row.answered for row in many(tx, Question)] == [False]
        # The lie is on the record, signed; and the record is the same on both sides.
        run(records.verify, p.us, peer=MX.id)
        # The next epoch of an honest holder is taken.
        p.restart("mx")
        tag(p)
        assert len(match(p).hits) == 2


class WrongTags(Portable):
    """A kernel that tags some inputs under another key than the one it publishes."""

    def __init__(self, wrong: Callable[[bytes], bool]) -> None:
        super().__init__()
        self._wrong = wrong

    def tag(self, key: bytes, inputs: Inputs, watch: Watch | None = None) -> bytes:
        """Tag, some of it wrongly."""
        right = super().tag(key, inputs, watch)
        other = super().tag(self.scalars(b"\7" * 64), inputs)
        each = range(len(inputs))
        return b"".join(
            (other if self._wrong(item) else right)[at * 64 : at * 64 + 64]
            for at, item in zip(each, inputs.items(), strict=True)
        )


def last_canary(item: bytes) -> bool:
    return item.startswith(CANARY_DOMAIN) and item.endswith(b"\x0f")


@pytest.mark.parametrize("wrong", [lambda _: True, last_canary], ids=["all", "one canary"])
def test_a_set_that_does_not_belong_to_its_keys(
    stages: Stages, tmp_path: Path, wrong: Callable[[bytes], bool]
) -> None:
    with stages.open("one family", tmp_path) as p:
        p.restart("mx", group=WrongTags(wrong))
        tag(p)
        with refuses(Code.CANARY_MISSED, family="rfc", index=15 if wrong is last_canary else 0):
            match(p)
        assert run(finding.hits, p.us).hits == ()


def set_of(p: Pair) -> tuple[bytes, bytes]:
    """Return the digest and the bytes of the set in force."""
    with p.mx.store.read() as tx:
        signed = many(tx, ManifestRow, ready=True)[-1].signed
    digest = unb64url(Manifest.read(jws.payload(signed)).tag_set.digest)
    return digest, files.set_path(p.mx.folder, digest).read_bytes()


@pytest.mark.parametrize(
    ("flaw", "other"),
    [
        ("one bit", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        ("cut", lambda data: data[:-58]),
        ("a set of its own", lambda data: sets.build([], secrets.token_bytes)),
        ("more than announced", lambda data: data + bytes(58)),
    ],
)
def test_a_set_that_is_not_the_one_of_the_manifest(
    tagged: Pair, flaw: str, other: Callable[[bytes], bytes]
) -> None:
    digest, data = set_of(tagged)
    sets.write(tagged.mx.folder, digest, other(data))
    for _ in range(2):
        with refuses(Code.TAG_SET_INVALID):
            match(tagged)
        assert not files.set_path(tagged.us.folder, digest).exists()
    sets.write(tagged.mx.folder, digest, data)
    assert len(match(tagged).hits) == 8


def test_a_part_altered_on_the_way_is_asked_for_again(tagged: Pair) -> None:
    def alter(response: Response) -> Response:
        if response.content_type != BYTES:
            return response
        body = bytes([response.body[0] ^ 1]) + response.body[1:]
        return Response(response.status, response.token, response.content_type, body)

    tagged.to_mx.on_response = alter
    with refuses(Code.PEER_ANSWER_INVALID, reason="token"):
        match(tagged)
    tagged.to_mx.mend()
    assert len(match(tagged).hits) == 8


@dataclass
class Evasive:
    """A holder that takes the request for a part, and answers with words."""

    p: Pair

    def handle(self, request: Request) -> Response:
        """Answer, signed as one should."""
        if "/set/" not in request.target:
            return self.p.mx.exchange.handle(request)
        local = self.p.mx.local
        with self.p.mx.store.write() as tx:
            envelope = envelope_for(tx, local, US.id)
        signer = local.signers.message
        return token.seal_response(envelope, 200, JSON, b"{}", request.token, signer)


def test_words_in_place_of_a_part(tagged: Pair) -> None:
    tagged.to_mx.target = Evasive(tagged)
    with refuses(Code.TAG_SET_INVALID):
        match(tagged)

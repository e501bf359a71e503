"""A holder that publishes another manifest than the one it signed for, agreed on or began with."""

import pytest

from comity.api import Response
from comity.core import jws, tagset
from comity.core.canonical import b64url
from comity.core.keys import Signer
from comity.core.manifest import TYP, FamilyKey, Manifest, SetReference
from comity.core.records import Family
from comity.errors import Code
from comity.limits import EPOCH_SECONDS
from comity.protocol.base import BYTES
from comity.store.rows.delivery import Outgoing
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import change, many
from nodes import MX, Pair
from refusals import refuses
from stages import match


def serve(p: Pair, manifest: Manifest, signer: Signer | None = None) -> None:
    """Let the holder give out a manifest."""
    signed = jws.sign(TYP, manifest.encode(), signer or p.mx.local.signers.message)
    with p.mx.store.write() as tx:
        (row,) = many(tx, ManifestRow)
        change(tx, ManifestRow, {"digest": row.digest}, signed=signed)


def published(p: Pair) -> Manifest:
    with p.mx.store.read() as tx:
        (row,) = many(tx, ManifestRow)
    return Manifest.read(jws.payload(row.signed))


MANIFESTS: dict[str, tuple[Code, dict[str, object]]] = {
    "another in place of it": (Code.MANIFEST_CHANGED, {"salt": b64url(bytes(32))}),
    "an epoch that is over": (Code.MANIFEST_CHANGED, {"epoch": 1}),
    "of another agreement": (Code.MANIFEST_INVALID, {"agreement": "urn:uuid:x"}),
    "of another dataset": (Code.MANIFEST_INVALID, {"dataset": "x"}),
    "for somebody else": (Code.MANIFEST_INVALID, {"consumer": "did:web:ca.example"}),
    "of somebody else": (Code.MANIFEST_INVALID, {"provider": "did:web:ca.example"}),
    "past its end": (Code.EPOCH_ENDED, {"created_at": 1, "ends_at": 2}),
    "a family left out": (
        Code.MANIFEST_INVALID,
        {"family_keys": (FamilyKey(family=Family.RFC, key=b64url(bytes(32))),)},
    ),
}


@pytest.mark.parametrize("flaw", MANIFESTS)
def test_a_manifest_that_is_not_the_one(tagged: Pair, flaw: str) -> None:
    expected, changes = MANIFESTS[flaw]
    honest = published(tagged)
    if flaw == "an epoch that is over":
        serve(tagged, honest.model_copy(update={"epoch": 2}))
        # Of the question: under that digest the holder has nothing.
        with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason="manifest-changed"):
            match(tagged)
    else:
        match(tagged)
    serve(tagged, honest.model_copy(update=changes))
    with refuses(expected):
        match(tagged)
    if expected is not Code.MANIFEST_CHANGED:
        serve(tagged, honest)
        assert len(match(tagged).hits) == 8


def test_a_manifest_signed_by_another_key(tagged: Pair) -> None:
    serve(tagged, published(tagged), tagged.mx.local.signers.checkpoint)
    with refuses(Code.MANIFEST_INVALID):
        match(tagged)


def test_a_manifest_that_announces_another_size(tagged: Pair) -> None:
    honest = published(tagged)
    entries = tagset.padded_size(2_000)
    reference = SetReference(
        digest=honest.tag_set.digest, entries=entries, bytes=tagset.file_bytes(entries)
    )
    serve(tagged, honest.model_copy(update={"tag_set": reference}))
    with refuses(Code.TAG_SET_INVALID):
        match(tagged)


def test_an_epoch_that_ends_while_one_asks(tagged: Pair) -> None:
    def later(response: Response) -> Response:
        if response.content_type == BYTES:
            tagged.clock.forward(seconds=EPOCH_SECONDS)
        return response

    tagged.to_mx.on_response = later
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason=Code.EPOCH_ENDED.value):
        match(tagged)
    with tagged.us.store.read() as tx:
        assert many(tx, Outgoing, state="waiting") == []

"""Which document has which generated blocks, and what writes each of them."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from comity.core import disclosure
from comity.core.canonical import unb64url
from comity.core.dsp.catalog import RootDataset
from comity.core.identity import fingerprint
from comity.core.machines import NEGOTIATION, TRANSFER
from comity_verify import telling, verify
from documents import (
    compared,
    fuzzy,
    leaks,
    measured,
    plotted,
    plotted_peers,
    qualities,
    shown,
    succeeded,
    tables,
    vectors,
)
from documents.marks import ROOT, filled, found_in
from documents.played import Played, play

_EXCHANGES: Final = (
    "catalog-request",
    "dataset-request",
    "negotiation-request",
    "negotiation-offer",
    "negotiation-accepted",
    "negotiation-agreement",
    "negotiation-verification",
    "negotiation-finalized",
    "negotiation-state",
    "negotiation-termination",
    "transfer-request",
    "transfer-start",
    "transfer-suspension",
    "consent",
    "manifest",
    "set-part",
    "question",
    "detail-request",
    "answer",
    "answer-declined",
    "answer-expired",
    "record",
    "record-roots",
    "record-entries",
    "resume",
    "ledger",
    "recall",
    "attestation",
    "recall-outcome",
    "file-request",
    "file-start",
    "push-request",
    "refused",
    "unknown-message",
    "uniform-error",
)


def _protocol() -> dict[str, str]:
    played = play()
    exchanges = played.exchanges
    reply = exchanges["catalog-request"][1]
    answer = json.loads(exchanges["answer"][0].body)
    agreement = json.loads(exchanges["negotiation-agreement"][0].body)
    manifest = json.loads(exchanges["manifest"][1].body)["manifest"]
    record = json.loads(exchanges["record"][1].body)
    dataset = RootDataset.model_validate_json(exchanges["dataset-request"][1].body)
    return {
        **{name: shown.exchange(exchanges[name]) for name in _EXCHANGES},
        "identity": shown.token(played.identity),
        "endorsement": succeeded.endorsement(played.identity),
        "revocation": succeeded.revoked(played.identity),
        "fingerprint": shown.text(fingerprint(played.identity)),
        "request-token": shown.token(exchanges["catalog-request"][0].token),
        "response-token": shown.token(reply.token),
        "terms": shown.value(dataset.has_policy[0].to_value()),
        "terms-table": tables.profile(),
        "agreement-signature": shown.token(agreement["signature"]),
        "negotiation-states": tables.states(NEGOTIATION),
        "transfer-states": tables.states(TRANSFER),
        "manifest-token": shown.token(manifest),
        "set-file": vectors.header(played.tag_set),
        "families": tables.families(),
        "fuzzy-families": fuzzy.table_of_families(),
        "fuzzy-words": fuzzy.words(),
        "fuzzy-vectors": fuzzy.vectors(),
        "token-vectors": vectors.tokens(),
        "walk-vector": vectors.walk(),
        "disclosures": "\n".join(
            ["```json", *(unb64url(one).decode() for one in answer["disclosures"]), "```"]
        ),
        "disclosed-digests": "\n".join(
            ["```text", *map(disclosure.digest, answer["disclosures"]), "```"]
        ),
        "file-pull": played.pulled,
        "file-push": played.pushed,
        "ledger-statement": shown.token(json.loads(exchanges["ledger"][1].body)["statement"]),
        "evidence": shown.value(json.loads(played.evidence)),
        "evidence-proof": shown.text(json.loads(played.evidence)["entries"][0]["proof"].strip()),
        "evidence-told": shown.text("\n".join(_told(played)).strip()),
        "checkpoint": shown.text(record["cosigned"].strip()),
        "bundle": played.bundle,
        "courier-claims": played.courier,
        "messages": tables.messages(),
        "limits": tables.bounds(),
        "statuses": tables.statuses(),
        "codes": tables.codes(),
    }


def _told(played: Played) -> Iterator[str]:
    """Give what the verifier says of the evidence."""
    documents = [played.identity.encode(), played.asker.encode()]
    return telling.lines(verify(played.evidence, documents), "en")


def _readme() -> dict[str, str]:
    return {
        "settings": tables.settings(),
        "environment": tables.environment(),
        "bench": measured.table(),
    }


def _benchmarks() -> dict[str, str]:
    return {
        "proofs": measured.proofs(),
        "sets": measured.sets(),
        "taggings": measured.taggings(),
        **compared.blocks(),
    }


def _threats() -> dict[str, str]:
    return {"leaks": leaks.leaks()}


DOCUMENTS: Final[Mapping[str, Callable[[], dict[str, str]]]] = {
    "docs/PROTOCOL.md": _protocol,
    "README.md": _readme,
    "docs/benchmarks.md": _benchmarks,
    "docs/THREATS.md": _threats,
    "docs/quality.md": qualities.blocks,
}


def plots() -> dict[Path, str]:
    """Return the plots as they should be, by their files."""
    return {
        plotted.PLOT: plotted.draw(measured.of_proofs()),
        plotted_peers.PLOT: plotted_peers.draw(compared.of_peers()),
    }


def refreshed(name: str) -> str:
    """Return a document as it should read."""
    return filled((ROOT / name).read_text("utf-8"), DOCUMENTS[name]())


def unused(name: str) -> set[str]:
    """Return the blocks that are written and that the document has no place for."""
    return set(DOCUMENTS[name]()) - set(found_in((ROOT / name).read_text("utf-8")))


def refresh() -> list[Path]:
    """Write all documents anew; return those that changed."""
    changed = []
    for path, drawn in plots().items():
        if not path.exists() or path.read_text("utf-8") != drawn:
            path.write_text(drawn, "utf-8")
            changed.append(path)
    for name in DOCUMENTS:
        path, text = ROOT / name, refreshed(name)
        if path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed

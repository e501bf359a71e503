"""How the two nodes come to where the soak starts: each has matched the list of the other."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from comity.core.identity import fingerprint
from comity.demo.sides import free_ports
from comity.operations import agreeing, matching, offering, setup, tagging, transfers
from comity.operations.peers import peer_add
from comity.protocol.catalog import MATCH
from nodes import MX, OFFICER, US, Pair, opened, run
from soak.child import CLOCK_FILE
from soak.clock import SharedClock
from stages import MX_ROWS, US_ROWS, load

MATCHED: Final = "list"
"""What was agreed about and matched beforehand: questions and requests are about it."""
TALKED: Final = "talks"
"""What negotiations are about."""
TERMS: Final[dict[str, Any]] = {
    "purposes": ["sanctions"],
    "legalBases": ["treaty"],
    "expiry": "2030-01-01T00:00:00Z",
    "handling": "TLP:AMBER",
    "match": {"approval": "automatic", "families": ["rfc"]},
    "request": {"approval": "one-officer", "fields": ["names"], "answerWithin": "PT1H"},
}


def set_stage(folder: Path) -> tuple[dict[str, str], SharedClock]:
    """Make both nodes below a folder; returns the officers' tokens, by side, and the clock."""
    tokens = {}
    for name, config, port in zip(("mx", "us"), (MX, US), free_ports(2), strict=True):
        config = config.model_copy(
            update={
                "address": f"https://127.0.0.1:{port}",
                "peer_host": "127.0.0.1",
                "peer_port": port,
                "operators_port": 0,
            }
        )
        made = setup.init(folder / name, config, OFFICER.officer, folder / f"{name}-recovery.key")
        tokens[name] = Path(made.officer_token_file).read_text("ascii").strip()
    with opened(folder) as p:
        _meet(p)
        for asker, holder in (("us", "mx"), ("mx", "us")):
            _match(p, asker, holder)
        began = p.clock.now()
    assert began > datetime(2026, 1, 1, tzinfo=UTC)
    return tokens, SharedClock.make(folder / CLOCK_FILE, began)


def _meet(p: Pair) -> None:
    for node, other, rows in ((p.mx, p.us, MX_ROWS), (p.us, p.mx, US_ROWS)):
        document = other.document
        run(peer_add, node, document=document, fingerprint=fingerprint(document))
        for dataset in (MATCHED, TALKED):
            load(node, dataset, *rows)
            run(offering.make_offer, node, dataset=dataset, terms=TERMS)


def _match(p: Pair, asker: str, holder: str) -> None:
    """Let one side agree to the other's list, and find who is on both."""
    asking, holding = getattr(p, asker), getattr(p, holder)
    begun = run(agreeing.negotiate, asking, peer=holding.id, dataset=MATCHED)
    p.pump()
    agreement = run(agreeing.show, asking, negotiation=begun.id).agreement
    run(tagging.tag, holding, peer=asking.id, dataset=MATCHED)
    run(transfers.request, asking, peer=holding.id, agreement=agreement, format=MATCH)
    p.pump()
    assert run(matching.match, asking, peer=holding.id, dataset=MATCHED, holdings=MATCHED).hits
    p.pump()

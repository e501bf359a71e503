"""What is there before the kit starts: datasets, offers, and agreements, all made by operations."""

from typing import Any, Final

from comity.node import Node
from comity.operations import agreeing, filing, offering
from nodes import run
from tck.scripts import (
    CONSUMER_NEGOTIATIONS,
    CONSUMER_TRANSFERS,
    PROVIDER_NEGOTIATIONS,
    PROVIDER_TRANSFERS,
    setting,
)
from tck.sides import Sides

CATALOG: Final = "CAT0101"
FORMAT: Final = "HttpData-PULL"
_FILE: Final = "name\nExample One\nExample Two\n"
_TERMS: Final[dict[str, Any]] = {
    "purposes": ["conformance"],
    "legalBases": ["treaty"],
    "expiry": "2099-01-01T00:00:00Z",
    "handling": "TLP:CLEAR",
    "receive": {"approval": "one-officer"},
}


def seed(sides: Sides) -> dict[str, str]:
    """Hold, offer and agree to what the tests ask for; return what the kit is told of it."""
    told = {setting(dataset, "DATASETID"): dataset for dataset in CONSUMER_NEGOTIATIONS}
    told |= {"CAT_01_01_DATASETID": CATALOG, "CAT_01_02_DATASETID": CATALOG}
    _offer(sides.node, CATALOG)
    for dataset in PROVIDER_NEGOTIATIONS:
        told[setting(dataset, "DATASETID")] = dataset
        # Each step towards an agreement waits for an officer, who has read the script.
        told[setting(dataset, "OFFERID")] = _offer(sides.node, dataset, agreeing="one-officer")
    for datasets, provider, consumer in (
        (PROVIDER_TRANSFERS, sides.node, sides.kit),
        (CONSUMER_TRANSFERS, sides.kit, sides.node),
    ):
        for dataset in datasets:
            _offer(provider, dataset)
            begun = run(agreeing.negotiate, consumer, peer=provider.id, dataset=dataset)
            sides.pump()
            agreement = run(agreeing.show, consumer, negotiation=begun.id).agreement
            told[setting(dataset, "AGREEMENTID")] = agreement
            told[setting(dataset, "FORMAT")] = FORMAT
    return told


def _offer(node: Node, dataset: str, **more: str) -> str:
    """Hold a file as a dataset, and offer it to every peer; return the offer's id."""
    path = node.folder / "synthetic.csv"
    path.write_text(_FILE, "ascii")
    run(filing.keep, node, path=str(path), dataset=dataset, media_type="text/csv")
    return run(offering.make_offer, node, dataset=dataset, terms=_TERMS, **more).id

"""nomenklatura's `logic-v2`, on the clear text: one entity of ours and one of theirs at a time."""

from importlib.metadata import version
from typing import Final

from followthemoney import EntityProxy, model
from nomenklatura.matching.logic_v2.model import LogicV2

from bench.quality.task import Answer, Item, Scored, Task

OWN: Final = 0.7
"""From here on the server that it is made for says that an entity matches."""
_SCHEMATA: Final = {
    "person": "Person",
    "organisation": "Organization",
    "vessel": "Vessel",
    "aircraft": "Airplane",
    "vehicle": "Vehicle",
    "wallet": "CryptoWallet",
}
_PROPERTIES: Final = {
    "imo": "imoNumber",
    "passport": "passportNumber",
    "tax-id": "taxNumber",
    "rfc": "taxNumber",
    "curp": "idNumber",
    "wallet": "publicKey",
}


def match(task: Task) -> Answer:
    """Score the candidates."""
    config = LogicV2.default_config()
    ours = [_entity(item, "a") for item in task.ours]
    theirs = ours if task.alone else [_entity(item, "b") for item in task.theirs]
    return Answer(
        pairs=[
            Scored(
                task.ours[one].id,
                task.theirs[other].id,
                LogicV2.compare(ours[one], theirs[other], config).score,
            )
            for one, other in task.candidates
        ],
        own=OWN,
        library=f"nomenklatura {version('nomenklatura')}, rigour {version('rigour')}",
    )


def _entity(item: Item, side: str) -> EntityProxy:
    schema = model.get(_SCHEMATA.get(item.kind, "Thing"))
    entity = model.make_entity(schema)
    entity.id = f"{side}-{item.id}"
    values = [("name", name) for name in item.names[:1]]
    values += [("alias", name) for name in item.names[1:]]
    values += [("birthDate", date) for date in item.birth_dates]
    values += [(_PROPERTIES.get(family, ""), value) for family, value, _ in item.identifiers]
    for number, street, locality, postcode in item.places:
        text = ", ".join(filter(None, (f"{number} {street}".strip(), locality, postcode)))
        values.append(("address", text))
    for name, value in values:
        if name in schema.properties:
            entity.add(name, value)
    return entity

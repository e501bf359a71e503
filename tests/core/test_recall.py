"""Messages about contents that go: strict, bounded, each entry once."""

from typing import Any

import pytest

from comity.core.canonical import b64url, canonical
from comity.core.recall import Attestation, Entry, Holder, Recall, RecallOutcome
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, ONWARD_HOLDERS, RECALL_ENTRIES

LEAF = b64url(bytes(range(32)))


def entries(count: int, start: int = 2**53 - 1 - RECALL_ENTRIES) -> tuple[Entry, ...]:
    return tuple(Entry(direction="received", sequence=start + n, leaf=LEAF) for n in range(count))


def test_the_largest_attestation_fits_a_body() -> None:
    largest = Attestation(
        entries=entries(RECALL_ENTRIES), ground="recall", recall="u" * 200, at=2**53 - 1
    )
    assert Attestation.read(largest.encode()) == largest
    assert len(largest.encode()) < BODY_BYTES


def test_an_outcome_lists_so_many_holders() -> None:
    holder = Holder(territory="MX", state="overdue")
    most = RecallOutcome(recall="urn:x", outcome="deleted", holders=(holder,) * ONWARD_HOLDERS)
    assert RecallOutcome.read(most.encode()) == most
    more = most.model_copy(update={"holders": (holder,) * (ONWARD_HOLDERS + 1)})
    with pytest.raises(ComityError) as raised:
        RecallOutcome.read(more.encode())
    assert raised.value.code is Code.SCHEMA_INVALID


@pytest.mark.parametrize(
    "changed",
    [
        {"entries": []},
        {"entries": [{"direction": "sent", "sequence": -1, "leaf": LEAF}]},
        {"entries": [{"direction": "sent", "sequence": "1", "leaf": LEAF}]},
        {"entries": [{"direction": "in", "sequence": 1, "leaf": LEAF}]},
        {"entries": [{"direction": "sent", "sequence": 1, "leaf": LEAF[:-1]}]},
        {"entries": [{"direction": "sent", "sequence": 1, "leaf": LEAF, "body": "x"}]},
        {"entries": [{"direction": "sent", "sequence": 1, "leaf": LEAF}] * 2},
        {"id": "with space"},
        {"id": ""},
        {"reason": "x" * 2_001},
        {"deadline": 1},
        {"type": "comity-recall-2"},
    ],
)
def test_hostile_recalls(changed: dict[str, Any]) -> None:
    good = {"type": "comity-recall-1", "id": "urn:x", "reason": "", "entries": None}
    one = [entry.model_dump(mode="json", by_alias=True) for entry in entries(1)]
    Recall.read(canonical({**good, "entries": one}))
    with pytest.raises(ComityError) as raised:
        Recall.read(canonical({**good, "entries": one, **changed}))
    assert raised.value.code is Code.SCHEMA_INVALID


def test_a_holder_is_a_territory_and_no_name() -> None:
    with pytest.raises(ComityError):
        Holder.make(territory="did:web:node.example", state="deleted")

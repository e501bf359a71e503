"""What the terms say to matching: quotas, expiry, epochs."""

from typing import Any

from comity.core.padding import padded_count
from comity.errors import Code
from comity.limits import CANARIES, EPOCH_SECONDS
from comity.operations import posture
from comity.store.rows.matching import Question
from comity.store.rows.moving import many
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import (
    US_LIST,
    US_ROWS,
    check,
    load,
    match,
    matching_terms,
    ready,
    tag,
)

EXPECTED = {
    "u1": (("rfc",), "identifier", ("definitivo 2018-05-16",), False, ()),
    "u2": (("curp",), "identifier", ("presunto 2020-01-02",), False, ()),
    "u3": (("passport",), "identifier", ("definitivo 2019-03-04",), False, ()),
    "u4": (("tax-id",), "identifier", ("definitivo 2019-03-04",), False, ()),
    "u5": (("imo",), "identifier", ("definitivo 2019-03-04",), False, ()),
    "u6": (("wallet",), "identifier", ("presunto 2021-01-02",), False, ()),
    # The same name with another RFC: by name only, and both have an RFC.
    "u7": (("name",), "name-only", ("definitivo 2022-01-02",), False, ("rfc",)),
    "u9": (("rfc",), "identifier", ("presunto 2020-01-01", "definitivo 2021-01-01"), True, ()),
}
"""Record of the asker: families, evidence, statuses, whether these conflict, and conflicts."""


def shown(result: Any) -> dict[str, tuple[object, ...]]:
    return {
        hit.record: (
            hit.families,
            hit.evidence.value,
            tuple(f"{status.value} {status.as_of}" for status in hit.statuses),
            hit.statuses_conflict,
            hit.conflicts,
        )
        for hit in result.hits
    }


def rfc_only(p: Pair, **more: Any) -> None:
    ready(p, matching_terms(families=["rfc"], **more))


ASKED = padded_count(CANARIES + 4)
"""Tokens of a run over the asker's RFCs."""


def test_a_quota_that_just_suffices(loaded: Pair) -> None:
    rfc_only(loaded, tokensInAll=ASKED)
    assert match(loaded).asked == {"rfc": ASKED}
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=429, reason=Code.QUOTA_EXCEEDED.value):
        check(loaded, rfc="CNU130416UJ3")


def test_a_quota_that_lacks_one(loaded: Pair) -> None:
    row = "v{0},Another {0},,organisation,ABC01010{0}AB1,,,,,,,,,,,"
    more = (row.format(day) for day in range(1, 9))
    load(loaded.us, US_LIST, *US_ROWS, *more, replace=True)
    rfc_only(loaded, tokensInAll=padded_count(CANARIES + 12) - 1)
    for _ in range(2):
        with refuses(Code.PEER_REFUSED, peer=MX.id, status=429, reason=Code.QUOTA_EXCEEDED.value):
            match(loaded)
    # What was refused used up nothing, and does not stand in the way of what fits.
    assert run(posture.posture, loaded.mx, peer=US.id).agreements[0].tokens_used == 0
    assert len(check(loaded, rfc="CNU130416UJ3").hits) == 1


def test_a_quota_that_can_never_suffice_is_seen_at_home(loaded: Pair) -> None:
    rfc_only(loaded, tokensInAll=3)
    with refuses(Code.QUOTA_EXCEEDED, limit=3, used=0, asked=padded_count(4), period="all"):
        match(loaded)
    with loaded.us.store.read() as tx:
        assert many(tx, Question) == []


def test_a_quota_of_a_day_is_there_again_the_next(loaded: Pair) -> None:
    rfc_only(loaded, tokensPerPeriod={"count": ASKED, "period": "P1D"})
    assert len(match(loaded).hits) == 2
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=429, reason=Code.QUOTA_EXCEEDED.value):
        match(loaded)
    loaded.clock.forward(days=1)
    assert len(match(loaded).hits) == 2


def test_past_its_expiry_nothing_is_tagged_or_asked(loaded: Pair) -> None:
    ready(loaded, {**matching_terms(), "expiry": "2026-11-04T09:00:00Z"})
    assert tag(loaded).ends == loaded.us.local.now() + 2 * 86_400
    loaded.clock.forward(days=2)
    with refuses(Code.EPOCH_ENDED):
        match(loaded)
    with refuses(Code.AGREEMENT_EXPIRED, expiry="2026-11-04T09:00:00Z"):
        tag(loaded)


def test_a_new_epoch_has_new_keys_handles_and_canaries(tagged: Pair) -> None:
    first, made = match(tagged), tag(tagged)
    second = match(tagged)
    assert (made.epoch, second.epoch) == (2, 2)
    assert made.manifest == second.manifest != first.manifest
    assert second.asked == first.asked
    assert {hit.handle for hit in first.hits}.isdisjoint(hit.handle for hit in second.hits)
    assert shown(second) == EXPECTED


def test_an_epoch_lasts_a_month_at_most(tagged: Pair) -> None:
    assert tag(tagged).ends == tagged.mx.local.now() + EPOCH_SECONDS
    tagged.clock.forward(seconds=EPOCH_SECONDS)
    with refuses(Code.EPOCH_ENDED):
        match(tagged)

"""Matching on small lists: what hits, what it says, what it costs, and what never shows."""

from dataclasses import replace
from typing import Any

import pytest

from comity.api import Inputs, Request, Watch
from comity.core import jws
from comity.core.canonical import b64url
from comity.core.manifest import Manifest
from comity.core.messages import Question as QuestionMessage
from comity.core.padding import padded_count
from comity.errors import Code
from comity.kernel.portable import Portable
from comity.limits import CANARIES
from comity.node import Node
from comity.operations import (
    agreeing,
    agreements,
    finding,
    holdings,
    matching,
    offering,
    posture,
    tagging,
)
from comity.protocol import transferring
from comity.protocol.catalog import MATCH
from comity.store import peers, record
from comity.store.rows.agreements import Agreement
from comity.store.rows.holdings import Dataset
from comity.store.rows.matching import Handle, ManifestRow, Question
from comity.store.rows.moving import add, change, many, one
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import (
    FAMILIES,
    MX_LIST,
    MX_ROWS,
    TERMS,
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


def test_what_hits_and_what_it_says(tagged: Pair) -> None:
    result = match(tagged)
    assert shown(result) == shown(run(finding.hits, tagged.us)) == EXPECTED
    assert (result.epoch, len(result.hits)) == (1, len(EXPECTED))
    # Each family asked for its sixteen canaries, too, and for padding.
    wanted = {"curp": 1, "imo": 1, "name": 10, "passport": 1, "rfc": 4, "tax-id": 1, "wallet": 1}
    assert result.asked == {name: padded_count(CANARIES + count) for name, count in wanted.items()}
    used = run(posture.posture, tagged.mx, peer=US.id).agreements[0].tokens_used
    assert used == sum(result.asked.values())


def test_again_gives_the_same_and_asks_for_no_canaries(tagged: Pair) -> None:
    first, second = match(tagged), match(tagged)
    assert shown(second) == EXPECTED
    without = {name: padded_count(count - CANARIES) for name, count in first.asked.items()}
    assert second.asked == without
    assert first.hits == second.hits == run(finding.hits, tagged.us, peer=MX.id).hits


def test_the_other_direction(loaded: Pair) -> None:
    offer = run(
        offering.make_offer,
        loaded.us,
        dataset=US_LIST,
        terms={**TERMS, "territories": ["MX"]},
        peer=MX.id,
    )
    run(agreeing.negotiate, loaded.mx, peer=US.id, dataset=US_LIST, offer=offer.id)
    loaded.pump()
    run(tagging.tag, loaded.us, peer=MX.id, dataset=US_LIST)
    (agreed,) = run(agreements.agreement_list, loaded.mx).agreements
    with loaded.mx.store.write() as tx:
        row, peer = one(tx, Agreement, id=agreed.id), peers.pinned(tx, US.id)
        assert row is not None
        transferring.request(loaded.mx.local, tx, peer, row, MATCH)
    loaded.pump()
    result = run(matching.match, loaded.mx, peer=US.id, dataset=US_LIST)
    assert {hit.record: (hit.families, hit.conflicts) for hit in result.hits} == {
        f"m{source[1:]}": (families, conflicts)
        for source, (families, _, _, _, conflicts) in EXPECTED.items()
    }
    assert {status.value for hit in result.hits for status in hit.statuses} == {"listed"}
    # What the asker withholds it does not ask about.
    assert "m8" not in {hit.record for hit in result.hits}
    assert result.asked["rfc"] == padded_count(CANARIES + 4)


def test_what_is_withheld_is_neither_tagged_nor_named(tagged: Pair) -> None:
    assert "u8" not in {hit.record for hit in match(tagged).hits}
    (held,) = run(holdings.holdings_list, tagged.mx).holdings
    assert held.withheld == 1
    with tagged.mx.store.read() as tx:
        assert "m8" not in {row.record for row in many(tx, Handle)}
        (row,) = many(tx, ManifestRow)
    # Not even that there is somebody of whom this is said.
    statuses = Manifest.read(jws.payload(row.signed)).statuses
    assert statuses == ("definitivo", "presunto")


def test_a_record_withheld_later_is_gone_from_the_next_epoch(tagged: Pair) -> None:
    run(holdings.withhold, tagged.mx, dataset=MX_LIST, record="m1")
    assert "u1" in {hit.record for hit in match(tagged).hits}
    tag(tagged)
    assert "u1" not in {hit.record for hit in match(tagged).hits}
    run(holdings.withhold, tagged.mx, dataset=MX_LIST, record="m1", state="shared")
    tag(tagged)
    assert "u1" in {hit.record for hit in match(tagged).hits}


def test_what_was_withheld_stays_so_when_the_list_is_loaded_anew(loaded: Pair) -> None:
    run(holdings.withhold, loaded.mx, dataset=MX_LIST, record="m1")
    with refuses(Code.DATASET_EXISTS, dataset=MX_LIST):
        load(loaded.mx, MX_LIST, *MX_ROWS)
    assert load(loaded.mx, MX_LIST, *MX_ROWS, replace=True, withhold=("m2",)).withheld == 3


def test_a_list_with_nothing_to_ask(loaded: Pair) -> None:
    ready(loaded, matching_terms(families=["curp"]))
    load(loaded.us, "names", "x1,Nobody,,organisation,,,,,,,,,,,,")
    with refuses(Code.NOTHING_TO_ASK):
        match(loaded, holdings="names")
    with refuses(Code.DATASET_UNKNOWN, dataset=""):  # there are two lists now
        match(loaded)
    with refuses(Code.DATASET_UNKNOWN, dataset="other"):
        match(loaded, holdings="other")


def test_only_agreed_families_are_asked(loaded: Pair) -> None:
    ready(loaded, matching_terms(families=["imo", "name"]))
    result = match(loaded)
    assert set(result.asked) == {"imo", "name"}
    assert set(shown(result)) == {"u5", "u7"}


def test_no_agreement_no_question(loaded: Pair) -> None:
    with refuses(Code.AGREEMENT_UNKNOWN):
        match(loaded)
    with refuses(Code.PEER_UNKNOWN, peer="nobody"):
        run(matching.match, loaded.us, peer="nobody", dataset=MX_LIST)
    with refuses(Code.AGREEMENT_UNKNOWN):
        tag(loaded)


def test_terms_that_name_several_purposes_leave_none_to_guess(loaded: Pair) -> None:
    draft = {**matching_terms(), "purposes": ["sanctions", "tax"], "legalBases": []}
    ready(loaded, draft)
    said = len(loaded.to_mx.seen)
    with refuses(Code.PURPOSE_NOT_AGREED):
        match(loaded)
    with refuses(Code.LEGAL_BASIS_NOT_AGREED):
        match(loaded, purpose="tax")
    with refuses(Code.PURPOSE_NOT_AGREED):
        match(loaded, purpose="sport", legal_basis="any law")
    assert len(loaded.to_mx.seen) == said
    with refuses(Code.ARGUMENT_INVALID):
        match(loaded, purpose="tax", legal_basis="any\nlaw")
    assert len(match(loaded, purpose="tax", legal_basis="any law").hits) == 8


def test_a_set_says_little_about_its_size(tagged: Pair) -> None:
    made = tag(tagged)
    assert (made.padded, made.families) == (1_024, FAMILIES)
    assert made.entries == 18  # nine names and nine identifiers of nine records
    assert made.records == 9


def test_a_question_names_the_root_of_the_list_it_comes_from(tagged: Pair) -> None:
    match(tagged)
    with tagged.us.store.read() as tx:
        dataset = one(tx, Dataset, id=US_LIST)
        sent = [record.entry(tx, MX.id, record.OUT, row.id) for row in many(tx, Question)]
    assert dataset is not None
    assert {QuestionMessage.read(row.body).root for row in sent if row} == {b64url(dataset.root)}
    assert len(sent) == len(FAMILIES)


def test_a_question_that_was_not_looked_up_is_not_asked_again(tagged: Pair) -> None:
    """As after a crash between the reply and the look-up."""
    match(tagged)
    with tagged.us.store.write() as tx:
        change(tx, Question, {"family": "rfc"}, answered=False)
        tx.exec_driver_sql("DELETE FROM hits WHERE family = 'rfc'")
    before = run(posture.posture, tagged.mx, peer=US.id).agreements[0].tokens_used
    result = match(tagged)
    assert shown(result) == EXPECTED
    after = run(posture.posture, tagged.mx, peer=US.id).agreements[0].tokens_used
    assert after - before == sum(result.asked.values()) - result.asked["rfc"]


def test_a_question_that_died_on_its_way_is_not_asked_again(tagged: Pair) -> None:
    """The next process brings it to the peer before it asks anything else."""

    class Died(BaseException):
        pass

    def die(request: Request) -> Request:
        if request.target.endswith("/questions"):
            raise Died
        return request

    tagged.to_mx.on_request = die
    with pytest.raises(Died):
        match(tagged)
    tagged.to_mx.mend()
    tagged.restart("us")
    result = match(tagged)
    assert shown(result) == EXPECTED
    with tagged.us.store.read() as tx:
        assert len(many(tx, Question)) == len(FAMILIES)
    used = run(posture.posture, tagged.mx, peer=US.id).agreements[0].tokens_used
    assert used == sum(result.asked.values())


def test_an_old_question_of_another_list_is_left_alone(tagged: Pair) -> None:
    match(tagged)
    with tagged.us.store.write() as tx:
        change(tx, Question, {"family": "imo"}, answered=False)
    assert check(tagged, imo="9187629").asked == {"imo": padded_count(CANARIES + 1)}
    load(tagged.us, "more", *US_ROWS)
    assert match(tagged, holdings="more").asked["imo"] == padded_count(1)
    assert match(tagged, holdings=US_LIST).asked["imo"] == padded_count(CANARIES + 1)


class Overtaken(Portable):
    """A kernel so slow that somebody else has made the epoch meanwhile."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self._node = node

    def tag(self, key: bytes, inputs: Inputs, watch: Watch | None = None) -> bytes:
        """Tag, while a manifest of the next epoch appears."""
        with self._node.store.write() as tx:
            row = many(tx, ManifestRow)[0]
            if one(tx, ManifestRow, epoch=2) is None:
                add(tx, replace(row, digest="x" * 43, epoch=2))
        return super().tag(key, inputs, watch)


def test_two_who_tag_at_once(tagged: Pair) -> None:
    tagged.restart("mx", group=Overtaken(tagged.mx))
    with refuses(Code.MANIFEST_CHANGED):
        tag(tagged)
    with tagged.mx.store.read() as tx:
        assert [row.epoch for row in many(tx, ManifestRow, order="epoch")] == [1, 2]

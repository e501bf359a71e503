"""What is asked about a record."""

from comity.core.derivation import Presence
from comity.core.fuzzy.derived import Derived
from comity.core.records import Family, Identifier, Kind, Record
from comity.core.tokens import Token
from core.fuzzy.pairs import EVERY

RECORD = Record(
    "17",
    Kind.ORGANISATION,
    ("Peña Cruz, S.A. de C.V.", "Otra", "IG"),
    (Identifier(Family.RFC, "CEJ010203AB1", "MX"), Identifier(Family.PASSPORT, "A1234567")),
)


def test_exact_and_fuzzy_tokens_of_what_is_allowed() -> None:
    families = (Family.RFC, Family.NAME, Family.SKELETON)
    question = Derived.of(RECORD, families)
    assert question.record == "17"
    assert {token.family for token in question.tokens} == set(families)
    assert question.identifiers == {Token(Family.RFC, None, "CEJ010203AB1")}
    assert question.presence == Presence.RFC


def test_tokens_of_names_say_which_name_they_are_of() -> None:
    question = Derived.of(RECORD, (Family.NAME, Family.FULL_NAME))
    found = {token.value: [fact.name for fact in facts] for token, facts in question.tokens.items()}
    assert found == {
        "pena cruz sa de cv": [0],
        "otra": [1],
        "cruz pena /sa-cv": [0],
    }


def test_a_record_has_what_its_families_can_show() -> None:
    # What the families cannot show is not said.
    assert Derived.of(RECORD, (Family.CORE,)).presence == Presence(0)
    assert Derived.of(RECORD, ()).tokens == {}


def test_withheld_records_ask_nothing() -> None:
    withheld = Record("17", RECORD.kind, RECORD.names, RECORD.identifiers, withheld=True)
    question = Derived.of(withheld, EVERY)
    assert (question.tokens, question.presence) == ({}, Presence(0))

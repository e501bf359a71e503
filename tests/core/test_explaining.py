import re

import pytest
from hypothesis import given

from comity.core.explaining import explain, explain_unknown
from comity.core.terms import Action, Terms
from comity.errors import Code, ComityError
from comity.texts import LANGUAGES, TEXTS, Language
from core.drafts import TERMS, terms

PLACE = re.compile(r"\{(\w+)\}")


def codes(value: Terms, action: str) -> list[str]:
    return [one.code for one in explain(value) if one.action == action]


def test_everything_that_terms_say_is_said() -> None:
    assert codes(TERMS, "match") == [
        *("may-match", "quota-match", "quota-match", "reveals", "reveals"),
        *("purposes-1", "legal-bases-1", "territories"),
        *("until", "approval-match-0", "retention", "not-onward", "handling"),
    ]
    assert codes(TERMS, "request") == [
        *("may-request", "no-quota", "purposes", "until", "approval-request-1", "answer-within"),
        *("no-retention", "not-onward", "handling"),
    ]
    assert codes(TERMS, "") == ["not-receive", "nothing-else"]
    said = {(one.action, one.code, *one.params) for one in explain(TERMS)}
    assert ("match", "quota-match", ("count", 100), ("period", "P1D")) in said
    assert ("match", "quota-match", ("count", 1_000), ("period", "all")) in said
    assert ("request", "answer-within", ("duration", "P10D")) in said
    assert ("match", "retention", ("duration", "P30D")) in said


@given(terms)
def test_terms_that_differ_are_said_differently(value: Terms) -> None:
    if value != TERMS:
        assert explain(value) != explain(TERMS)
    granted = {one.action for one in explain(value)} - {""}
    denied = {one.code.removeprefix("not-") for one in explain(value) if not one.action}
    assert granted == {action.value for action, _ in value.grants()}
    assert granted | denied == {*Action, "nothing-else"}


@given(terms)
def test_every_sentence_has_words_for_all_its_parameters(value: Terms) -> None:
    for one in explain(value):
        given_params = {name for name, _ in one.params} | {"meaning", "reveals"}
        for language in LANGUAGES:
            assert set(PLACE.findall(TEXTS[language][f"explain.{one.code}"])) <= given_params


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_known_is_named(language: Language) -> None:
    for code in (Code.TERMS_UNKNOWN, Code.TERMS_INVALID):
        nothing, part = explain_unknown(ComityError(code, where="permission.0"))
        assert nothing.code == "nothing"
        assert part.params == (("where", "permission.0"),)
        assert "{where}" in TEXTS[language][f"explain.{part.code}"]

"""Every code, word and sentence is there in both languages, and says the same things."""

import ast
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import comity
from comity import texts
from comity.core.derivation import Evidence
from comity.core.duration import Period
from comity.core.fuzzy.bands import Band
from comity.core.fuzzy.reasons import Reason
from comity.core.identifiers import Flaw
from comity.core.machines import NegotiationState, Role, TransferState
from comity.core.records import Family, Kind
from comity.core.terms import Action, Approval, Handling
from comity.errors import Code, ComityError
from comity.formats.report import SetAside, Warn
from comity.protocol.answering import FIELDS
from comity.protocol.filing import PATHS
from comity.protocol.routes import CONTACTS, ROUTES
from comity.texts import ERRORS, LANGUAGES, TEXTS, Language

PACKAGE = Path(comity.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
CLI = sorted((PACKAGE / "cli").rglob("*.py"))
PLACE = re.compile(r"\{(\w+)\}")
PART = re.compile(r"\[[^\[\]]*\]")
SENTENCE = re.compile(r"([A-ZÁÉÍÓÚÑ¿]|comity ).*[.]", re.DOTALL)

languages = pytest.mark.parametrize("language", LANGUAGES)

ENUMS: dict[str, type[StrEnum]] = {
    "family": Family,
    "reveals": Family,
    "band": Band,
    "why": Reason,
    "kind": Kind,
    "evidence": Evidence,
    "flaw": Flaw,
    "handling": Handling,
    "approval": Approval,
    "action": Action,
    "grant": Action,
    "period": Period,
    "role": Role,
    "set-aside": SetAside,
    "warn": Warn,
}


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Return all that a source says, as a syntax tree flattened."""
    return list(ast.walk(ast.parse(path.read_text())))


def literals(path: Path) -> Iterator[str]:
    yield from words(nodes(path))


def words(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the texts among expressions that are constants."""
    return {
        each.value
        for each in nodes
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def calls(name: str, sources: list[Path] = SOURCES) -> Iterator[ast.Call]:
    """Return the calls of a function or method of that name."""
    for source in sources:
        for node in nodes(source):
            if isinstance(node, ast.Call):
                called = node.func
                if getattr(called, "attr", getattr(called, "id", "")) == name:
                    yield node


@languages
def test_every_code_has_its_two_sentences(language: Language) -> None:
    assert set(ERRORS[language]) == set(Code)
    for code, (what, todo) in ERRORS[language].items():
        for sentence in (what, todo):
            assert SENTENCE.fullmatch(texts.fill(sentence, {})), (code, sentence)


@languages
def test_an_error_reads_well_without_its_parameters(language: Language) -> None:
    for code in Code:
        said = texts.error(language, ComityError(code))
        for sentence in (said.what, said.todo):
            assert not re.search(r"[{}?\[\]]|  | [.,;:)]|\( ", sentence), (code, sentence)


def test_both_languages_say_the_same_things() -> None:
    assert set(TEXTS["en"]) == set(TEXTS["es"])
    for key, english in TEXTS["en"].items():
        assert PLACE.findall(english) == PLACE.findall(TEXTS["es"][key]) or sorted(
            PLACE.findall(english)
        ) == sorted(PLACE.findall(TEXTS["es"][key])), key
    for code in Code:
        for english, spanish in zip(ERRORS["en"][code], ERRORS["es"][code], strict=True):
            assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(spanish)), code


@languages
def test_nothing_is_left_untranslated(language: Language) -> None:
    other: Language = "es" if language == "en" else "en"
    same = {
        key
        for key, text in TEXTS[language].items()
        if TEXTS[other][key] == text and len(text.split()) > 2
    }
    assert same == set()
    assert not [code for code in Code if ERRORS[language][code] == ERRORS[other][code]]


@languages
def test_commands_in_errors_exist(language: Language) -> None:
    from comity.cli.app import ORDER

    for what, todo in ERRORS[language].values():
        for command in re.findall(r"comity ([a-z]+)", what + todo):
            assert command in ORDER, command


@languages
@pytest.mark.parametrize("group", ENUMS)
def test_every_value_has_a_word(language: Language, group: str) -> None:
    for value in ENUMS[group]:
        assert TEXTS[language][f"{group}.{value}"], value


@languages
def test_every_message_type_has_a_name_and_a_cause(language: Language) -> None:
    for what in {route.what for route in (*ROUTES, *CONTACTS)}:
        assert SENTENCE.fullmatch(TEXTS[language][f"cause.{what}"]), what
        assert TEXTS[language][f"said.{what}"]


def test_causes_are_of_messages_that_exist() -> None:
    named = {key.partition(".")[2] for key in TEXTS["en"] if key.startswith("cause.")}
    assert named == {route.what for route in (*ROUTES, *CONTACTS)} | {what for what, _, _ in PATHS}


def test_every_state_field_and_unit_has_a_word() -> None:
    for state in (*NegotiationState, *TransferState, "none"):
        assert f"state.{state}" in TEXTS["en"]
    for field in FIELDS:
        assert f"field.{field}" in TEXTS["en"]
    for unit in "HDWMY":
        assert {f"unit.{unit}", f"unit.{unit}1"} <= set(TEXTS["en"])
    for state in ("asked", "held", "refused", "answered", "declined", "expired"):
        assert f"request.{state}" in TEXTS["en"]
    for state in ("agreed", "active", "suspended", "withdrawn"):
        assert f"agreement.{state}" in TEXTS["en"]


def test_every_step_of_progress_has_words() -> None:
    steps = words(each for call in calls("progress") for each in call.args[:1])
    assert {"read", "store", "tag", "fetch", "ask"} <= steps
    assert {f"step.{step}" for step in steps} <= set(TEXTS["en"])


def test_every_action_in_the_journal_has_words() -> None:
    noted = (*calls("note"), *calls("_note"))
    written = words(each for call in noted for each in call.args) - {""}
    assert {"peer.add", "request.expired", "negotiation.accept"} <= written
    written |= {"holdings.withheld", "holdings.shared"}
    assert {f"did.{action}" for action in written} <= set(TEXTS["en"])


def test_every_text_that_a_surface_names_exists() -> None:
    named = set()
    for source in CLI:
        named |= {
            text for text in literals(source) if re.fullmatch(r"(say|hint|ask)\.[a-z-]+", text)
        }
    assert len(named) > 50
    assert named <= set(TEXTS["en"])


def test_every_label_exists_and_is_used() -> None:
    written = {text for source in CLI for text in literals(source)}
    labels = {key.partition(".")[2] for key in TEXTS["en"] if key.startswith("label.")}
    assert labels - written == set()
    used: set[str] = set()
    for call in calls("facts", CLI):
        for each in ast.walk(call):
            if isinstance(each, ast.Tuple) and len(each.elts) == 2:
                used |= words(each.elts[:1])
    for call in calls("table", CLI):
        if call.args and isinstance(call.args[0], ast.List):
            used |= words(call.args[0].elts)
    assert len(used) > 80
    assert used - labels == set()


def test_every_check_of_the_doctor_has_words() -> None:
    for call in calls("Finding", [PACKAGE / "doctor.py"]):
        if any(keyword.arg == "error" for keyword in call.keywords):
            continue
        for check in words(call.args[:1]):
            assert [key for key in TEXTS["en"] if key.startswith(f"doctor.{check}.")], check
    for key in TEXTS["en"]:
        parts = key.split(".")
        calm = ("ok", "busy", "native", "serving", "todo")
        if parts[0] == "doctor" and len(parts) == 3 and parts[2] not in calm:
            assert f"{key}.todo" in TEXTS["en"], key


def test_parts_with_missing_parameters_are_left_out() -> None:
    template = "The peer[ {peer}] cannot be reached[: {reason}]."
    assert texts.fill(template, {}) == "The peer cannot be reached."
    assert texts.fill(template, {"peer": "x"}) == "The peer x cannot be reached."
    assert texts.fill(template, {"reason": "", "peer": 0}) == "The peer 0 cannot be reached."
    assert texts.fill("{n} of {m}", {"n": 1}) == "1 of ?"


@given(st.text(), st.text())
def test_parameters_are_never_templates(peer: str, reason: str) -> None:
    filled = texts.fill("[{peer}|]{reason}", {"peer": peer, "reason": reason})
    assert filled == (f"{peer}|{reason}" if peer else reason)


@given(
    st.sampled_from(list(Code)),
    st.sampled_from(LANGUAGES),
    st.dictionaries(
        st.sampled_from(["peer", "reason", "state", "family", "field", "limit", "where"]),
        st.text() | st.integers(),
    ),
)
def test_no_error_fails_to_be_said(
    code: Code, language: Language, params: dict[str, str | int]
) -> None:
    said = texts.error(language, ComityError(code, **params))
    assert said.what
    assert said.todo


def test_a_reason_of_the_peer_is_said_in_words() -> None:
    refused = ComityError(Code.PEER_REFUSED, peer="did:web:x", status=429, reason="quota-exceeded")
    assert texts.error("en", refused).what == (
        "The peer did:web:x refused the message (HTTP 429). "
        "Its reason: The quota does not allow this."
    )
    unknown = ComityError(Code.PEER_REFUSED, reason="unknown")
    assert texts.error("en", unknown).what.endswith("Its reason: none that is known here.")


def test_words_of_parameters_depend_on_the_code() -> None:
    by_field = ComityError(Code.FIELD_NOT_AGREED, field="birth-dates")
    assert "fechas de nacimiento" in texts.error("es", by_field).what
    mapping = ComityError(Code.MAP_INVALID, field="name", reason="missing")
    assert "name (falta)" in texts.error("es", mapping).what
    key = ComityError(Code.KEY_FILE_INVALID, path="x", reason="missing")
    assert "x (no existe)" in texts.error("es", key).what


@languages
def test_a_value_without_a_word_is_shown_as_it_is(language: Language) -> None:
    assert texts.word(language, "state", "NEW-STATE") == "NEW-STATE"
    with pytest.raises(KeyError):
        texts.text(language, "say.no-such-sentence")

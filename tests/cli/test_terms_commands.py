"""`comity terms explain` and `comity terms rehearse`: sentences that people read."""

import json
from pathlib import Path

import pytest

from comity.cli.output import Screen
from comity.cli.rendering.explaining import decision
from comity.core.decision import Outcome
from comity.core.terms import draft_terms
from comity.core.terms_odrl import to_offer
from comity.operations import rehearsing, terms
from comity.operations.rehearsing import Verdict
from comity.texts import LANGUAGES
from commands import Officer, make_node
from stages import TERMS


@pytest.fixture(scope="module")
def officer(tmp_path_factory: pytest.TempPathFactory) -> Officer:
    return make_node(tmp_path_factory.mktemp("terms"), "mx", "MX")


def template(officer: Officer) -> Path:
    path = officer.folder / "terms.toml"
    path.write_text(officer.run("terms", "template").out)
    return path


def test_a_draft_in_plain_sentences(officer: Officer) -> None:
    ran = officer.run("terms", "explain", str(template(officer)))
    assert (ran.code, ran.err) == (0, "")
    for line in (
        "Tokens that it may ask: at most 100,000 per day.",
        "Requests that it may make, answered or not: at most 1,000 in all.",
        "One officer of the holder has to approve each answer.",
        "What the asker learns, its node destroys after 1 year.",
        "The asker may not pass on what it learns.",
        "No answer within 10 days is a decline.",
        "The asker may not receive the file.",
        "Whatever is not said here is not allowed.",
    ):
        assert line in ran.out.splitlines()
    assert all(line.endswith(".") for line in ran.out.splitlines() if line)
    spanish = officer.run("--language", "es", "terms", "explain", str(template(officer)))
    assert "Un oficial del titular tiene que aprobar cada respuesta." in spanish.out
    assert not set(filter(None, ran.out.splitlines())) & set(spanish.out.splitlines())


def test_the_same_as_json(officer: Officer) -> None:
    shown = officer.says(terms.Explained, "terms", "explain", str(template(officer)))
    assert shown.known
    assert {"may-match", "may-request", "not-receive"} <= {one.code for one in shown.sentences}


def test_a_policy_of_somebody_else(officer: Officer) -> None:
    policy = json.loads(to_offer(draft_terms(TERMS), "urn:uuid:1").to_json())
    path = officer.folder / "policy.json"
    path.write_text(json.dumps(policy))
    assert "The asker may ask which" in officer.run("terms", "explain", str(path)).out
    path.write_text(json.dumps(policy | {"prohibition": [{"action": "use"}]}))
    ran = officer.run("terms", "explain", str(path))
    assert (ran.code, ran.out.splitlines()[-2:]) == (
        0,
        [
            "Nothing can be done under this policy.",
            "This node does not know this part of it: prohibition.",
        ],
    )


def test_neither_an_agreement_nor_a_file(officer: Officer) -> None:
    assert officer.refused("terms", "explain", "nothing") == "agreement-unknown"
    assert officer.refused("terms", "rehearse", "nothing") == "file-missing"


def test_nothing_to_rehearse(officer: Officer) -> None:
    draft = str(template(officer))
    ran = officer.run("terms", "rehearse", draft, "--since", "2026-01-01")
    assert (ran.code, ran.out) == (0, "No peer has asked for anything in that time.\n")
    shown = officer.says(rehearsing.Rehearsed, "terms", "rehearse", draft)
    assert shown == rehearsing.Rehearsed(messages=(), not_shown=0, totals=rehearsing.Totals())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_decision_is_one_sentence(language: str) -> None:
    screen = Screen("es" if language == "es" else "en")
    verdicts = [
        None,
        Verdict(outcome=Outcome.ALLOW),
        Verdict(outcome=Outcome.HOLD, officers=1),
        Verdict(outcome=Outcome.HOLD, officers=2),
        *(
            Verdict(outcome=Outcome.REFUSE, code=code)
            for code in (
                *("action-not-agreed", "agreement-expired", "territory-not-agreed"),
                *("purpose-not-agreed", "legal-basis-not-agreed", "family-not-agreed"),
                *("field-not-agreed", "quota-exceeded", "input-invalid"),
            )
        ),
    ]
    said = [decision(screen, verdict) for verdict in verdicts]
    assert len(set(said)) == len(said)
    for sentence in said:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert sentence.count(".") == 1

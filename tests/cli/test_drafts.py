"""Terms files: TOML and JSON mean the same, and what is wrong is refused with its place."""

from pathlib import Path

import pytest

from comity.cli.drafts import TEMPLATE, parse_draft, read_draft
from comity.core.terms import draft_terms
from comity.errors import Code
from comity.limits import BODY_BYTES
from comity.protocol.answering import FIELDS
from refusals import refuses


def test_the_template_is_a_valid_draft() -> None:
    terms = draft_terms(parse_draft(TEMPLATE.encode(), "template"))
    assert terms.match is not None
    assert terms.request is not None
    assert set(terms.request.fields) <= set(FIELDS)
    named = TEMPLATE.split("What an answer may release: ")[1].split("\nfields")[0]
    assert named.replace("\n#", "").rstrip(".").split(", ") == list(FIELDS)


def test_names_may_be_written_either_way() -> None:
    snake = parse_draft(b"legal_bases = ['a']\n[match]\ntokens_in_all = 5\n", "x")
    camel = parse_draft(b'{"legalBases": ["a"], "match": {"tokensInAll": 5}}', "x")
    assert snake == camel == {"legalBases": ["a"], "match": {"tokensInAll": 5}}


def test_a_name_in_both_spellings_is_refused() -> None:
    with refuses(Code.TERMS_INVALID, where="legalBases"):
        parse_draft(b"legal_bases = ['a']\nlegalBases = ['b']\n", "x")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2027-12-31", "2027-12-31T00:00:00Z"),
        ("2027-12-31T06:00:00Z", "2027-12-31T06:00:00+00:00"),
        ("2027-12-31T06:00:00-06:00", "2027-12-31T06:00:00-06:00"),
        ("'2027-12-31T00:00:00Z'", "2027-12-31T00:00:00Z"),
    ],
)
def test_moments_become_text(written: str, read: str) -> None:
    assert parse_draft(f"expiry = {written}".encode(), "x") == {"expiry": read}


def test_a_moment_without_a_zone_is_not_guessed() -> None:
    draft = parse_draft(TEMPLATE.replace("2027-12-31", "2027-12-31T06:00:00").encode(), "x")
    with refuses(Code.TERMS_INVALID, where="match.expiry"):
        draft_terms(draft)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"expiry = ", Code.TERMS_INVALID),
        (b"\xff", Code.TERMS_INVALID),
        (b"a = 1\na = 2\n", Code.TERMS_INVALID),
        (b'{"a": 1, "a": 2}', Code.JSON_DUPLICATE_KEY),
        (b'{"a": ', Code.JSON_INVALID),
        (b"[" * 5_000, Code.TERMS_INVALID),
    ],
)
def test_what_is_no_draft_is_refused(data: bytes, code: Code) -> None:
    with refuses(code):
        parse_draft(data, "x.toml")


def test_a_file_that_is_missing_or_too_large(tmp_path: Path) -> None:
    with refuses(Code.FILE_MISSING):
        read_draft(tmp_path / "none.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * (BODY_BYTES + 1))
    with refuses(Code.FILE_TOO_LARGE):
        read_draft(tmp_path / "large.toml")

"""The vectors in the file are what the code gives, to the byte."""

import json

from comity.core.fuzzy.families import FUZZY
from comity.core.records import Family
from vectors.fuzzy_1 import FILE, document


def test_the_file_is_what_the_code_gives() -> None:
    """Where it is not, the derivation has changed: that is a new version, not a new file."""
    assert FILE.read_text(encoding="utf-8") == document()


def test_every_family_is_in_them() -> None:
    inputs = [text for record in json.loads(document())["records"] for text in record["inputs"]]
    assert {Family(text.split("\0")[1]) for text in inputs} == set(FUZZY)

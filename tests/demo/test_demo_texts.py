"""Both languages of the demo say the same things."""

import re

import pytest

from comity.texts import demo_en, demo_es

_PLACE = re.compile(r"\{(\w+)\}")


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(demo_en.TEXTS) == list(demo_es.TEXTS)


@pytest.mark.parametrize("key", sorted(demo_en.TEXTS))
def test_both_languages_name_the_same_parameters(key: str) -> None:
    assert set(_PLACE.findall(demo_en.TEXTS[key])) == set(_PLACE.findall(demo_es.TEXTS[key]))


def test_what_is_said_differs_between_the_languages() -> None:
    same = {key for key, text in demo_en.TEXTS.items() if text == demo_es.TEXTS[key]}
    # Only what has no words of its own.
    assert same == {"say.side", "say.loaded", "bar.load", "bar.tag", "bar.match"}

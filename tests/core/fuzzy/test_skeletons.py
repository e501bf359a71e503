"""Spellings of one word have one skeleton."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.fuzzy.skeletons import SOUNDS, skeleton

WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("spellings", "expected"),
    [
        ("shcherbakov sherbakov scherbakov shcherbakoff", "srbkv"),
        ("yevgeny evgeny evgueni evgenii yevgeniy ievgen", "avgn"),
        ("aleksey alexei alexey aleksei aleksej alexej", "alks"),
        ("aleksandr alexander", "alksndr"),
        ("ivanov ivanoff ivanow iwanow", "avnv"),
        ("hernandez ernandes hernandes", "arnds"),
        ("gonzalez gonzales", "gnsls"),
        ("jimenez jimenes", "jmns"),
        ("mohammed mohamed muhammad mohamad mahammad", "mhmd"),
        ("hussein hossein husayn hoseyn", "asn"),
        ("yusuf yousef yusof youssef", "asv"),
        ("mikhail mihail mykhailo", "mhl"),
        ("cruz cruss krus", "krs"),
        ("zhukov jukov", "jkv"),
        ("tsarev tzarev", "srv"),
        ("andrey andrei andrej", "andr"),
        ("dmitriy dmitry dmitri dimitri", "dmtr"),
        ("tchernov chernov", "qrnv"),
    ],
)
def test_spellings(spellings: str, expected: str) -> None:
    assert {skeleton(word) for word in spellings.split()} == {expected}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ivanov", "petrov"),
        ("agerca", "arzaca"),
        ("fordtwoo", "dantwoo"),
        ("janu", "jalsin"),
        ("ali", "li"),
        ("33rd", "99th"),
        ("2", "3"),
    ],
)
def test_words_that_differ(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("word", ["a", "h", "y", "xi", "hh", "oo", "w", "ff", "j", "hyh", "8th"])
def test_short_words_have_one(word: str) -> None:
    assert skeleton(word)


@given(WORDS)
def test_a_skeleton_is_short_and_never_empty(word: str) -> None:
    found = skeleton(word)
    assert found
    assert len(found) <= 2 * len(word) + 1
    assert set(found) <= set(string.ascii_lowercase)


@given(WORDS, st.integers(0, 13), st.sampled_from("aeiou"))
def test_a_vowel_inside_does_not_count(word: str, at: int, vowel: str) -> None:
    """Between consonants that belong to no group and that no vowel changes."""
    at = 1 + at % len(word)
    if {word[at - 1], word[at : at + 1]} <= set("bdklmnprv"):
        assert skeleton(word[:at] + vowel + word[at:]) == skeleton(word)


def test_groups_are_of_one_sound() -> None:
    assert all(1 <= len(sound) <= 2 for sound in SOUNDS.values())

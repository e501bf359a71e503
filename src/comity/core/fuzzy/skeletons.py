"""The skeleton of a word: the consonants that transliterations and typing mostly keep.

`Shcherbakov`, `Sherbakoff` and `Щербаков` all give `srbkv`; `Yevgeny`, `Evgueni` and `Евгений`
give `avgn`; `Hernández` and `Ernandes` give `arnds`. The rules, in this order, are part of the
derivation:

1. A word with a digit in it is its own skeleton.
2. `hh` is `h`; `ff`, `f` and `w` at the end are `v`; a `j` after a vowel goes, unless a vowel
   other than y follows; an `x` at the beginning is `s`.
3. Groups of letters that write one sound become one letter (SOUNDS; at each place the longest).
4. `c` before e, i and y is `s`, elsewhere `k`; `z` is `s`.
5. An `h` at the beginning, which is mute in Spanish and comes and goes elsewhere, is a vowel,
   unless the word is that letter alone (`kh` is an h that stays).
6. Vowels and `y` go; where the first letter was one, the skeleton begins with `a`.
7. Of more than two consonants, an `h` at the end goes.
8. A letter that repeats stands once. Where nothing is left, the skeleton is the word.
"""

import re
from functools import lru_cache
from typing import Final

SOUNDS: Final = {
    "shch": "s",
    "tsch": "q",
    "dzh": "j",
    "sch": "s",
    "tch": "q",
    "tsh": "q",
    "zh": "j",
    "ch": "q",
    "sh": "s",
    "kh": "h",
    "gh": "g",
    "ph": "f",
    "th": "t",
    "dh": "d",
    "dj": "j",
    "ts": "s",
    "tz": "s",
    "cz": "q",
    "ck": "k",
    "qu": "k",
    "gu": "g",
    "x": "ks",
    "q": "k",
    "w": "v",
}
"""What groups of letters sound like. A `q` in a skeleton stands for the sound of `ch`."""

_GROUPS: Final = re.compile("|".join(sorted(SOUNDS, key=lambda group: (-len(group), group))))
_ENDING: Final = re.compile("(?:ff|f|w)$")
_GLIDE: Final = re.compile("(?<=[aeiouy])j(?![aeiou])")
_SOFT_C: Final = re.compile("c(?=[eiy])")
_VOWELS: Final = re.compile("[aeiouy]")
_REPEATED: Final = re.compile(r"(.)\1+")
_CACHED: Final = 65_536


@lru_cache(maxsize=_CACHED)
def skeleton(word: str) -> str:
    """Return the skeleton of one word of lower-case ASCII. Never empty for one that is not."""
    if any(char.isdigit() for char in word):
        return word
    text = _GLIDE.sub("", _ENDING.sub("v", word.replace("hh", "h")))
    if text.startswith("x"):
        text = "s" + text[1:]
    text = _GROUPS.sub(lambda found: SOUNDS[found.group()], text)
    text = _SOFT_C.sub("s", text).replace("c", "k").replace("z", "s")
    if word.startswith("h") and len(text) > 1:
        text = "a" + text[1:]
    first = "a" if _VOWELS.match(text) else ""
    text = _VOWELS.sub("", text)
    if len(text) > 2:
        text = text.removesuffix("h")
    return first + _REPEATED.sub(r"\1", text) or word

"""The skeleton of a word: the consonants that transliterations and typing mostly keep.

`Shcherbakov`, `Sherbakov` and `Щербаков` all give `srbkv`. The rules, in this order, are part of
the derivation:

1. A word with a digit in it is its own skeleton.
2. Endings: `off`, `ow`, `f` as `v`; a `j` after a vowel, at the end or before a consonant, goes.
3. Groups of letters that write one sound become one letter (SOUNDS, the longest first).
4. `c` before e, i, y is `s`, elsewhere `k`; `z` is `s`.
5. Vowels and `y` go; then `h`, which is mute in Spanish and comes and goes elsewhere, unless
   nothing else is left.
6. A letter that repeats stands once.
7. Where nothing is left, the word itself.
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
"""`q` stands for the sound of `ch`; what is written with q is a k."""

_GROUPS: Final = re.compile("|".join(sorted(SOUNDS, key=lambda group: (-len(group), group))))
_ENDING: Final = re.compile("(?:ff|f|w)$")
_GLIDE: Final = re.compile("(?<=[aeiouy])j(?![aeiou])")
_SOFT_C: Final = re.compile("c(?=[eiy])")
_VOWELS: Final = re.compile("[aeiouy]")
_REPEATED: Final = re.compile(r"(.)\1+")


@lru_cache(maxsize=65_536)
def skeleton(word: str) -> str:
    """Return the skeleton of one lower-case ASCII word. Never empty for a word that is not."""
    if any(char.isdigit() for char in word):
        return word
    word = word.replace("hh", "h")
    text = _GLIDE.sub("", _ENDING.sub("v", word))
    if text.startswith("x"):
        text = "s" + text[1:]
    text = _GROUPS.sub(lambda found: SOUNDS[found.group()], text)
    text = _SOFT_C.sub("s", text).replace("c", "k").replace("z", "s")
    if word[0] == "h" and len(text) > 1:
        text = "a" + text[1:]
    first = "a" if text[0] in "aeiouy" else ""
    text = _VOWELS.sub("", text)
    if len(text) > 2:
        text = text.removesuffix("h")
    return first + _REPEATED.sub(r"\1", text) or word

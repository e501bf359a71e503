"""Text of any script in lower-case ASCII, the same at every node.

The tables are those of `anyascii`, pinned to one version, which is part of the derivation
(docs/decisions/0040-fuzzy-tokens.md). They work character by character, so what depends on the
neighbours is done here first:

- Arabic: the article is cut off (`الشيخ` = `al shykh`); `و` inside a word is a vowel, as it mostly
  is; hamza, ayn and vowel signs go.
- Chinese characters: each is a syllable; a run of them is a surname (SURNAMES_OF_TWO: of two
  characters) and the given name, whose syllables are one word: `王小明` = `wang xiaoming`.
- Hangul: like Chinese characters, with surnames of one syllable.
- Apostrophes, whichever they are, go: they are written or left out at will (Sa'id, Said).
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from anyascii import anyascii

from comity.core.names import APOSTROPHES

_SURNAMES_OF_TWO: Final = """
    欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 夏侯 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 长孙 長孫 宇文 司徒
    东方 東方 端木 独孤 獨孤
"""
SURNAMES_OF_TWO: Final = frozenset(_SURNAMES_OF_TWO.split())
"""The surnames of two characters that are still borne."""

_APOSTROPHES: Final = re.compile(f"[{APOSTROPHES}]")
_ARTICLE: Final = re.compile("(?<!\\w)\u0627\u0644(?=\\w{2})")
_INNER_WAW: Final = re.compile("(?<=[\u0621-\u064a\u066e-\u06d3])\u0648")
_FIRST_ALEF: Final = re.compile("(?<!\\w)[\u0622\u0623\u0625\u0627\u0639]")
_ARABIC_SIGNS: Final = re.compile("[\u0640\u064b-\u065f\u0670]")
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_HANGUL: Final = re.compile("[\uac00-\ud7a3]+")
_SIGNS: Final = re.compile("[`'\"^~]")


def latin(text: str) -> str:
    """Return the text in lower-case ASCII. Punctuation stays, so that names can be cut at it.

    Applying it twice changes nothing.
    """
    if not text.isascii():
        # Twice: the acute accent that stands alone would become a blank and a mark.
        text = _APOSTROPHES.sub("", text)
        text = unicodedata.normalize("NFKC", text)
        text = "".join(char for char in text if unicodedata.category(char) != "Cf")
        text = _ARABIC_SIGNS.sub("", text)
        text = _FIRST_ALEF.sub("a", _ARTICLE.sub("al ", text))
        text = _INNER_WAW.sub("u", text)
        text = _HAN.sub(_syllables(SURNAMES_OF_TWO), text)
        text = _HANGUL.sub(_syllables(frozenset()), text)
        text = anyascii(_APOSTROPHES.sub("", unicodedata.normalize("NFC", text)))
    return _SIGNS.sub("", text).lower()


def _syllables(surnames_of_two: frozenset[str]) -> Callable[[re.Match[str]], str]:
    def cut(found: re.Match[str]) -> str:
        run = found.group()
        if len(run) > 4:  # No personal name: an organisation's, whose words cannot be told apart.
            return f" {anyascii(run)} "
        first = 2 if len(run) > 2 and run[:2] in surnames_of_two else 1
        return f" {anyascii(run[:first])} {anyascii(run[first:])} "

    return cut

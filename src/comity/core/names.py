"""The normal form of a full name: two spellings that say the same name give the same text.

Example: `«Peña y Asociados», S. A. de C.V.` and `PENA Y ASOCIADOS SA DE CV` both become
`pena y asociados sa de cv`. Accents, case, punctuation and white space do not count; digits, word
order and legal forms do. The rules, in this order, are part of the protocol (DERIVATION):

1. Apostrophes (APOSTROPHES) are dropped.
2. Unicode NFKD, case folding, NFKD again; apostrophes again.
3. Letters with a stroke, and ligatures that NFKD keeps, become plain letters (STROKES). Combining
   diacritical marks (U+0300 to U+036F) and invisible format characters (Cf) are dropped.
4. Initials become one word: single letters that a full stop separates, where no blank follows the
   stop (`S.A`) or another stop follows the letter (`S. A.`).
5. `&` is a word of its own. Whatever else is neither letter, mark nor number separates words.
6. Words are joined by one blank; Unicode NFC.

Ñ becomes N. That is a decision, not an accident: lists in English write N for it (ESPANA), and a
list that keeps it could otherwise never meet one that cannot. PEÑA and PENA so give one token; a
hit by name alone is evidence of that grade and triggers nothing.
"""

import re
import unicodedata
from typing import Final

STROKES: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",  # noqa: RUF001
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
    }
)
"""Letters that Unicode does not decompose and that lists in English write plainly."""

APOSTROPHES: Final = "'‘’‛`´ʻʼʽʾʿ′"  # noqa: RUF001
"""Written or left out at will in transliterated names (Sa'id, Said)."""

_BREAKS = re.compile("[^a-z0-9&]+")
_MARKS = re.compile("[\u0300-\u036f]")
_INITIALS = re.compile(r"(?<!\w)[^\W\d_](?:\.[^\W\d_](?!\w)|\.\s+[^\W\d_](?=\.))+")
_APOSTROPHES = re.compile(f"[{APOSTROPHES}]")
_NOT_LETTERS = re.compile(r"[\W\d_]+")


def normal_name(text: str) -> str:
    """Return the normal form of a name; empty where nothing of it is a letter or digit.

    Applying it twice changes nothing.
    """
    text = _APOSTROPHES.sub("", text).lower() if text.isascii() else _folded(text)
    text = _INITIALS.sub(lambda found: _NOT_LETTERS.sub("", found.group()), text)
    if text.isascii():
        text = _BREAKS.sub(" ", text).replace("&", " & ")
    else:
        text = "".join(map(_kept, text))
    words = text.split()
    if not any(word != "&" for word in words):
        return ""
    return unicodedata.normalize("NFC", " ".join(words))


def _folded(text: str) -> str:
    # The acute accent that stands alone would decompose to a blank and a mark: two words.
    text = _APOSTROPHES.sub("", text)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = _MARKS.sub("", _APOSTROPHES.sub("", text).translate(STROKES))
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def _kept(char: str) -> str:
    if char == "&":
        return " & "
    # Marks of other scripts are part of their words (vowel signs in Devanagari).
    return char if unicodedata.category(char)[0] in "LMN" else " "

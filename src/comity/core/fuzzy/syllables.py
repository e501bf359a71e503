"""Chinese and Korean given names of two syllables, written apart: `WANG, Xiao Ming`.

Lists write them in one word (`Xiaoming`), with a hyphen or in two. In one word they are the same
for all, as they come of characters, too (`comity.core.fuzzy.transliteration`).
"""

import re
from collections.abc import Sequence
from typing import Final

_KOREAN_SURNAMES: Final = """
    kim gim lee yi ri rhee pak park bak choe choi jong jung jeong chong chung kang cho jo yun yoon
    chang jang rim im lim han o oh so seo sin shin kwon hwang an ahn song ryu yu hong jon jeon ko
    go mun moon son yang pae bae paek baek ho heo nam sim no ro kwak sung cha chu u mi ryang
"""
KOREAN_SURNAMES: Final = frozenset(_KOREAN_SURNAMES.split())
"""As they are transliterated: only after one of them do Korean syllables make one given name."""

_PINYIN: Final = re.compile(
    "(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)"
    "(?:i?ao|i?ang?|uang?|uai|iong|ong|i?an|eng?|ing?|un|ue|ui|iu|uo|ua|ia|ie|ai|ei|ou|a|e|i|o|u))"
    "|ai|an|ang|ao|ou|en|er"
)
_KOREAN: Final = re.compile(
    "(?:[gkndtrlmbpsjchy]|ch|kk|tt|pp|ss|jj|kw|hw|hy|ky|gy|ry|my)?"
    "(?:yeo|eo|eu|ae|oe|wi|ui|oo|ee|ou|a|o|u|e|i)(?:ng|n|l|m|k|p|t|h)?"
)


def two_syllables(words: Sequence[str]) -> bool:
    """Say whether three words are a surname and a given name of two syllables.

    Either all three are syllables of Pinyin, or the first is a Korean surname and the others are
    Korean syllables.
    """
    if len(words) != 3:
        return False
    return all(map(_PINYIN.fullmatch, words)) or (
        words[0] in KOREAN_SURNAMES and all(map(_KOREAN.fullmatch, words[1:]))
    )

"""Marked blocks in documents: what stands between two marks is written by a program.

<!-- begin NAME -->
...
<!-- end NAME -->
"""

import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(
    r"(?P<begin><!-- begin (?P<name>[a-z0-9-]+) -->\n)(?P<text>.*?)(?P<end><!-- end (?P=name) -->)",
    re.DOTALL,
)


def found_in(text: str) -> dict[str, str]:
    """Return the blocks of a document by name."""
    found = {match["name"]: match["text"].strip("\n") for match in _BLOCK.finditer(text)}
    if len(found) != text.count("<!-- begin ") or len(found) != text.count("<!-- end "):
        raise ValueError("a mark is broken, or a name stands there twice")
    return found


def filled(text: str, blocks: Mapping[str, str]) -> str:
    """Return the document with its blocks written anew. A block nobody writes is an error."""
    found_in(text)

    def block(match: re.Match[str]) -> str:
        return f"{match['begin']}\n{blocks[match['name']]}\n\n{match['end']}"

    return _BLOCK.sub(block, text)

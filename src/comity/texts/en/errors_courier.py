"""What is wrong with a courier's file, and what to do: English."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.BUNDLE_INVALID: (
        "What came is no bundle of messages[ (line {line})].",
        "What came before that line was taken. Ask the peer which version it runs.",
    ),
}

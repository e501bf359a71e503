"""Español."""

from typing import Final

from comity.errors import Code
from comity.texts.es import doctor, errors_node, errors_work, lists, messages, screen, words

ERRORS: Final[dict[Code, tuple[str, str]]] = {**errors_node.ERRORS, **errors_work.ERRORS}
TEXTS: Final[dict[str, str]] = {
    **words.TEXTS,
    **lists.TEXTS,
    **messages.TEXTS,
    **screen.TEXTS,
    **doctor.TEXTS,
}

"""English."""

from typing import Final

from comity.errors import Code
from comity.texts.en.alerts import ERRORS as ALERTS_ERRORS
from comity.texts.en.alerts import TEXTS as ALERTS
from comity.texts.en.courier import TEXTS as CARRIED
from comity.texts.en.doctor import TEXTS as DOCTOR
from comity.texts.en.errors_courier import ERRORS as COURIER
from comity.texts.en.errors_evidence import ERRORS as OF_EVIDENCE
from comity.texts.en.errors_node import ERRORS as NODE
from comity.texts.en.errors_work import ERRORS as WORK
from comity.texts.en.evidence import TEXTS as EVIDENCE
from comity.texts.en.fuzzy import TEXTS as FUZZY
from comity.texts.en.keeping import ERRORS as KEEPING_ERRORS
from comity.texts.en.keeping import TEXTS as KEEPING
from comity.texts.en.keys import ERRORS as KEYS_ERRORS
from comity.texts.en.keys import TEXTS as KEYS
from comity.texts.en.ledger import ERRORS as LEDGER_ERRORS
from comity.texts.en.ledger import TEXTS as LEDGER
from comity.texts.en.lists import TEXTS as LISTS
from comity.texts.en.messages import TEXTS as MESSAGES
from comity.texts.en.restoring import ERRORS as RESTORING_ERRORS
from comity.texts.en.restoring import TEXTS as RESTORING
from comity.texts.en.screen import TEXTS as SCREEN
from comity.texts.en.terms import TEXTS as TERMS
from comity.texts.en.watching import ERRORS as RECORD
from comity.texts.en.watching import TEXTS as WATCHING
from comity.texts.en.words import TEXTS as WORDS

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    **NODE,
    **WORK,
    **COURIER,
    **KEYS_ERRORS,
    **OF_EVIDENCE,
    **KEEPING_ERRORS,
    **LEDGER_ERRORS,
    **RECORD,
    **RESTORING_ERRORS,
    **ALERTS_ERRORS,
}
TEXTS: Final[dict[str, str]] = {
    **WORDS,
    **FUZZY,
    **LISTS,
    **MESSAGES,
    **SCREEN,
    **DOCTOR,
    **TERMS,
    **CARRIED,
    **KEEPING,
    **KEYS,
    **EVIDENCE,
    **LEDGER,
    **WATCHING,
    **RESTORING,
    **ALERTS,
}

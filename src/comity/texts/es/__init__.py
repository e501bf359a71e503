"""Español."""

from typing import Final

from comity.errors import Code
from comity.texts.es.alerts import ERRORS as ALERTS_ERRORS
from comity.texts.es.alerts import TEXTS as ALERTS
from comity.texts.es.courier import TEXTS as CARRIED
from comity.texts.es.doctor import TEXTS as DOCTOR
from comity.texts.es.errors_courier import ERRORS as COURIER
from comity.texts.es.errors_evidence import ERRORS as OF_EVIDENCE
from comity.texts.es.errors_node import ERRORS as NODE
from comity.texts.es.errors_work import ERRORS as WORK
from comity.texts.es.evidence import TEXTS as EVIDENCE
from comity.texts.es.fuzzy import TEXTS as FUZZY
from comity.texts.es.keeping import ERRORS as KEEPING_ERRORS
from comity.texts.es.keeping import TEXTS as KEEPING
from comity.texts.es.keys import ERRORS as KEYS_ERRORS
from comity.texts.es.keys import TEXTS as KEYS
from comity.texts.es.ledger import ERRORS as LEDGER_ERRORS
from comity.texts.es.ledger import TEXTS as LEDGER
from comity.texts.es.lists import TEXTS as LISTS
from comity.texts.es.messages import TEXTS as MESSAGES
from comity.texts.es.restoring import ERRORS as RESTORING_ERRORS
from comity.texts.es.restoring import TEXTS as RESTORING
from comity.texts.es.screen import TEXTS as SCREEN
from comity.texts.es.terms import TEXTS as TERMS
from comity.texts.es.watching import ERRORS as RECORD
from comity.texts.es.watching import TEXTS as WATCHING
from comity.texts.es.words import TEXTS as WORDS

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

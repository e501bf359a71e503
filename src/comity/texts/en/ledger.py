"""Who gave what, on the screen."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.LEDGER_TOO_LONG: (
        "The ledger has too many lines for a message[: more than {limit}].",
        "Ask for fewer at a time: comity ledger PEER --from --to, or --period all.",
    ),
    Code.LEDGER_INVALID: (
        "The peer's statement of the figures cannot be taken[ ({reason})].",
        "Nothing was kept. Exchange again; if it stays so, ask the peer.",
    ),
}
TEXTS: Final[dict[str, str]] = {
    "reason.ledger-invalid.signature": "its signature",
    "reason.ledger-invalid.names": "it is about others",
    "reason.ledger-invalid.logs": "it counts another part of the record",
    "did.ledger.exchange": "exchanged figures with a peer",
    "said.comity-ledger-1": "signed figures",
    "cause.comity-ledger-1": "It gets this node's signed figures of what both have on record.",
    "label.asked-for": "asked",
    "label.answered": "answered",
    "label.not-answered": "unknown or declined",
    "label.elements": "tokens",
    "label.median": "usual time, s",
    "label.longest": "longest, s",
    "label.period": "period",
    "label.asker": "asker",
    "label.messages": "messages",
    "label.figure-ours": "ours",
    "label.figure-theirs": "theirs",
    "label.where": "figure",
    "ledger.equal": "equal",
    "ledger.differs": "differs",
    "say.ledger-equal": "Both sides signed the same figures.",
    "say.ledger-differs": "The figures of {peer} differ from ours.",
    "say.ledger-gone": "Of {count} entries only the size is left: they lack in these figures.",
    "say.no-ledger": "Nothing was asked.",
    "say.no-statements": "No statements were exchanged yet.",
}

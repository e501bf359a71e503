"""How contents are kept, destroyed and taken back."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.ENTRY_STAYS: (
        "This entry of the record cannot be taken back[: {entry}].",
        "Only questions, requests, answers and files can; what two sides agreed on stays.",
    ),
    Code.RECALL_UNKNOWN: (
        "There is no such recall here.",
        "List them: comity recall list.",
    ),
    Code.RECALL_DECIDED: (
        "This recall is decided.",
        "Look at what came of it: comity recall show RECALL.",
    ),
}
TEXTS: Final[dict[str, str]] = {
    "answer.destroyed": "destroyed",
    "did.record.rotate": "put all contents under a new wrap key",
    "did.recall.destroyed": "destroyed what a peer took back",
    "label.destroyed": "destroyed since",
    "say.rotated": "Contents are under wrap key {number}; destroyed so far: {destroyed}.",
    "say.wrap-lost": "The file of wrap key {number} is gone; what is under it cannot be opened.",
    "cause.comity-attestation-1": (
        "Say that it destroyed contents of the record, and why. It is noted with the entries."
    ),
    "cause.comity-recall-1": (
        "Ask for contents back that it sent. It waits for an officer, who honours or declines it."
    ),
    "cause.comity-recall-outcome-1": "Say what came of a recall of yours.",
    "said.comity-attestation-1": "attestation of deletion",
    "said.comity-recall-1": "recall",
    "said.comity-recall-outcome-1": "outcome of a recall",
    "did.attestation.came": "noted what a peer destroyed, as it attests",
    "did.recall.request": "asked for contents back",
    "did.recall.came": "noted that a peer wants contents back",
    "did.recall.honour": "honoured a recall",
    "did.recall.decline": "declined a recall",
    "did.recall.decided": "noted what came of a recall",
    "label.attested": "the peer destroyed its copy",
    "label.declined-because": "declined because",
    "label.entries-named": "entries",
    "label.ground": "ground",
    "label.passed-on": "passed on",
    "label.recall": "recall",
    "label.territory": "territory",
    "label.uses": "used before",
    "recall.waiting": "waits for an officer",
    "recall.requested": "asked, not there yet",
    "recall.acknowledged": "acknowledged",
    "recall.deleted": "deleted",
    "recall.already-used": "deleted here, used before",
    "recall.declined": "declined",
    "recall.refused": "refused",
    "recall.overdue": "overdue",
    "recall-role.giver": "we want it back",
    "recall-role.holder": "the peer wants it back",
    "whom.authority": "the authority itself",
    "whom.court": "a court",
    "whom.peer": "a counterpart",
    "whom.public": "the public",
    "ground.retention": "end of retention",
    "ground.recall": "recall",
    "answer.attested": "destroyed there",
    "say.no-recalls": "Nobody wants anything back.",
    "hint.recall": (
        "It waits for you: comity recall honour {recall}, or comity recall decline {recall}"
    ),
}

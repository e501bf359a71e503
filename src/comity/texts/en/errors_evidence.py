"""What is wrong and what to do: evidence out of the record, and witnesses."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.ENTRY_UNKNOWN: (
        "There is no such entry in the record[: {entry}], it was destroyed, or it has "
        "another leaf.",
        "comity record show PEER lists them. Name one as sent:NUMBER or received:NUMBER, or by "
        "the id of the message.",
    ),
    Code.ENTRY_NOT_COSIGNED: (
        "The log has no checkpoint over that entry that both vouched for[: entry {entry}]"
        "[; the last one has {size} entries].",
        "comity record verify PEER makes a new one, while both nodes serve.",
    ),
    Code.FIELD_UNKNOWN: (
        "No answer among these entries has such a field[: {field}].",
        "comity record prove without --withhold and --only says which fields there are.",
    ),
    Code.EVIDENCE_INVALID: (
        "The evidence does not hold[, at entry {entry} of the file][: {fault}][ ({about})].",
        "Ask for the file and the identity documents again, and compare the fingerprints. Nothing "
        "in the file is proved until all of it holds.",
    ),
    Code.WITNESS_UNKNOWN: (
        "There is no such witness, or there is none at all[: {witness}].",
        "comity witness list shows them; comity witness add names one.",
    ),
    Code.WITNESS_EXISTS: (
        "There is a witness of that name already, or there are as many as there may be"
        "[: {witness}][, {limit} at most].",
        "comity witness remove NAME makes room.",
    ),
    Code.WITNESS_UNREACHABLE: (
        "The witness[ {witness}] cannot be reached[ ({reason})].",
        "Compare the URL with what its operator says, and try again later.",
    ),
    Code.WITNESS_REFUSED: (
        "The witness[ {witness}] did not cosign[: status {status}][ ({reason})].",
        "At 404 or 403, its operator has to enter the key of your log, which comity witness list "
        "shows. At 409 or 422, it has seen another log of yours than this one; find out why before "
        "anything else. At 429, try again later.",
    ),
}

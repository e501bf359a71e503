"""What people read about checkpoints, alarms and comparing the record."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.MESSAGE_FETCHED: (
        "The entry was fetched from the peer's record; the message itself has not come.",
        "Nothing is to be done: if it still comes, it is taken as usual.",
    ),
    Code.RECORD_NOT_COSIGNED: (
        "The peer[ {peer}] does not cosign what it holds of our log[ ({size} entries)].",
        "See what it showed: comity record alarms. Ask the peer why.",
    ),
    Code.ALARM_OPEN: (
        "An alarm about the record is open for this peer, so nothing goes by itself.",
        "An officer there looks at it (comity record alarms) and decides.",
    ),
    Code.ALARM_UNKNOWN: (
        "There is no such alarm.",
        "comity record alarms lists them.",
    ),
    Code.ALARM_SETTLED: (
        "This alarm was settled before.",
        "comity record alarms says by whom, when and why.",
    ),
}

TEXTS: Final[dict[str, str]] = {
    "cause.comity-record-roots-1": "Learn which roots the two logs that it shares with you had.",
    "cause.comity-record-entries-1": "Read entries of the two logs that it shares with you.",
    "said.comity-record-roots-1": "question for roots of a log",
    "said.comity-record-entries-1": "question for entries of a log",
    "did.alarm": "raised an alarm about the record",
    "did.record.settle": "settled an alarm about the record",
    "did.record.compare": "compared records with a peer, entry by entry",
}

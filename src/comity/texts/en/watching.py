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
    "step.compare": "Comparing",
    "alarm.forked": "its log is not the one that it was",
    "alarm.deleted": "an entry of its log is gone",
    "alarm.reordered": "entries of its log have other places",
    "alarm.withheld": "it does not give an entry that must exist",
    "alarm.backdated": "an entry says that it is older than it can be",
    "alarm.equivocated": "one number, two different messages",
    "alarm.misstated": "what it says of our log is not so",
    "alarm.uncosigned": "it does not cosign what it holds",
    "label.alarm": "alarm",
    "label.alarms-open": "alarms",
    "label.found": "found",
    "label.settled": "settled",
    "label.here": "entries here",
    "label.there": "entries there",
    "label.begins": "differs from entry",
    "label.changed": "another entry there",
    "label.only-here": "only here",
    "label.only-there": "only there",
    "label.moved": "another place there",
    "say.no-alarms": "No alarm: every peer's log is the one that it was.",
    "say.alarmed": "Alarms about the record: {count}. Nothing of this peer goes by itself.",
    "say.settled": "{alarm} is settled: what {peer} may have goes by itself again.",
    "say.compared-equal": "Both copies of both logs are equal, here and at {peer}.",
    "say.compared-differ": "The copies here and at {peer} are not equal.",
    "say.fork-begins": "Up to entry {number} both copies are the same. From there on they differ.",
    "hint.alarms": (
        "Compare: comity record compare PEER. To go on in spite of it: comity record settle ALARM"
    ),
}

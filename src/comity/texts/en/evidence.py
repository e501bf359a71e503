"""The screen: evidence, export and witnesses."""

from typing import Final

from comity_verify.texts import FLAWS

TEXTS: Final[dict[str, str]] = {
    **{f"fault.{flaw}": said for flaw, said in FLAWS["en"].items()},
    "step.export": "Writing tiles",
    "say.proved": "{path} proves {count} messages, against a log that both vouched for.",
    "hint.proved": (
        "Who gets it checks it with comity verify FILE --identity FILE --identity FILE, or with "
        "the package comity_verify, and needs the identity documents of both: comity identity "
        "--document."
    ),
    "say.exported": "{path} has the log of {sender} with {size} entries, as tiles.",
    "say.witnessed": "{witness} saw the log at {size} entries, at {time}.",
    "say.no-witness": "There is no witness.",
    "say.witness-removed": "{witness} is no witness of this node any more.",
    "hint.witness": (
        "Its operator has to enter the key of each log that it is to watch: comity witness list "
        "shows them."
    ),
    "released.whole": "whole",
    "released.fields": "fields: {fields}",
    "released.nothing": "nothing",
    "label.released": "released",
    "label.witness": "witness",
    "label.url": "URL",
    "label.key": "key",
    "label.log": "log",
    "did.record.prove": "made evidence",
    "did.record.export": "exported the record",
    "did.record.witness": "had the record witnessed",
    "did.witness.add": "named a witness",
    "did.witness.remove": "removed a witness",
    "reason.witness-unreachable.timeout": "no answer came in time",
    "reason.witness-unreachable.connection": "no connection came about",
    "reason.witness-unreachable.size": "it answered too much",
    "reason.witness-refused.form": "its answer has no form that is known",
    "reason.witness-refused.ahead": "it has cosigned a longer log than the one here",
    "reason.witness-refused.signature": "its cosignature does not fit",
    "reason.witness-refused.time": "its clock runs ahead",
}

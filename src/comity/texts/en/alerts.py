"""What people read about lists that are asked about again, and what changed."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.EPOCH_UNKNOWN: (
        "This list was not asked about in that epoch[: {epoch}].",
        "comity watch list shows the last epoch of each list; without --since, your last look is "
        "compared with.",
    ),
    Code.WATCH_UNKNOWN: (
        "There is no such saved list.",
        "comity watch list shows them; give enough of the id that only one fits.",
    ),
    Code.WATCHES_FULL: (
        "No more lists can be saved[: {limit} are].",
        "Remove one that is of no use any more: comity watch remove WATCH.",
    ),
}

TEXTS: Final[dict[str, str]] = {
    "did.watch.add": "saved a list to be asked about in each epoch",
    "did.watch.remove": "removed a saved list",
    "label.watch": "saved list",
    "label.our-list": "our list",
    "label.asked-at": "asked",
    "label.next": "next look",
    "label.before": "status before",
    "round.asked": "asked",
    "round.before": "nothing new to ask",
    "say.watch-saved": "{watch} is saved.",
    "say.watch-removed": "{watch} is removed: {dataset} of {peer} is not asked again.",
    "say.no-watches": "No list is saved to be asked about again.",
    "say.watch-changed": (
        "{dataset} of {peer}, asked about {ours}: epoch {epoch}[, compared with epoch {since}]"
    ),
    "say.watch-new": "New hits: {count}",
    "say.watch-status": "Hits whose status there has changed: {count}",
    "say.watch-gone": "Hits that are gone from its tag set: {count}",
    "say.watch-unlisted": "Hits of records that are no longer in our list: {count}",
    "say.watch-still": "Saved lists in which nothing changed: {count}.",
    "say.watch-otherwise": (
        "Hits with the same status in which something else agrees than before: {count}."
    ),
    "say.watch-destroyed": (
        "Hits of epoch {epoch} are destroyed, as the terms ask. What they were about shows as new."
    ),
    "say.watch-error": "{dataset} of {peer} could not be asked: {reason}",
    "say.hits-gone": "Hits that are gone from the peer's newest tag set: {count}.",
    "hint.watch-add": "Save one: comity watch add PEER DATASET",
    "hint.watch-saved": (
        "A serving node asks it by itself, and again once the peer has made a new tag set. Its "
        "tokens count against the quota. Now: comity watch run"
    ),
}

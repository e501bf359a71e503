"""What is said of couriers and their files: English."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "label.files": "files",
    "label.good-until": "good until",
    "label.known": "known already",
    "label.refused-here": "refused here",
    "label.refused-there": "refused there",
    "label.not-taken": "not taken",
    "label.put-off": "put off, too many refused",
    "label.transfers-waiting": "transfers that wait here",
    "compared.equal": "equal on both sides",
    "compared.incomplete": "messages are missing",
    "compared.differs": "the two copies differ",
    "link.http": "calls",
    "link.courier": "courier",
    "link.one-way": "courier, one way",
    "did.courier.pack": "packed for a courier",
    "did.courier.unpack": "unpacked from a courier",
    "did.courier.receipt": "made a receipt",
    "did.courier.accept": "took a receipt",
    "did.peer.link": "set a link",
    "say.packed": "File {number} for {peer}: {requests} requests, {replies} replies.",
    "say.nothing-new": "There is nothing new.",
    "say.receipt": "{size} messages of {peer} have arrived. The receipt is in {file}",
    "say.accepted": "{size} of {sent} messages have arrived at {peer}.",
    "say.settled": "{count} of them wait for nothing any more: nothing comes back on this link.",
    "say.linked": "The link to {peer}: {link}.",
    "say.part-kept": "{file} is part {part} of {parts}. It is kept until the others are here.",
    "say.parts-missing": "File {number} of {peer}: these parts are missing: {missing}.",
    "say.bundle-next": "File {number} of {peer}: {new} new messages.",
    "say.bundle-again": "File {number} of {peer}, which was taken before: {new} new messages.",
    "say.bundle-older": "File {number} of {peer}, older than one taken before: {new} new messages.",
    "hint.packed": (
        "Only that peer can read it. What has not arrived goes again with the next file."
    ),
    "hint.receipt": "It is for {peer}: comity courier accept FILE. It shows no content.",
    "hint.to-send": (
        "Messages for the way back: {count}. Once officers have decided: comity courier pack "
        "PEER -o FILE"
    ),
    "hint.nothing-to-send": (
        "Nothing waits for {peer}. A file back would only tell it what has arrived."
    ),
}

"""What couriers take and bring, on the screen."""

from typing import Final

from comity.cli.output import Screen, when
from comity.errors import Code, ComityError
from comity.operations.courier_folders import RunShown
from comity.operations.courier_receipts import Accepted, ReceiptShown
from comity.operations.couriers import (
    BundleShown,
    FileShown,
    PackShown,
    Unpacked,
    WaitingShown,
)
from comity.operations.linking import LinkShown

_TAKEN: Final = {
    "next": "say.bundle-next",
    "again": "say.bundle-again",
    "older": "say.bundle-older",
}


def packed(screen: Screen, made: PackShown) -> None:
    """Say what was packed, and where it is."""
    screen.say(
        "say.packed",
        peer=made.peer,
        number=made.number,
        requests=made.requests,
        replies=made.replies,
    )
    screen.facts([("files", made.files), ("bytes", made.bytes), ("good-until", when(made.expires))])
    screen.hint("hint.packed")


def unpacked(screen: Screen, came: Unpacked) -> None:
    """Say what came of each file and each bundle, and what to do next."""
    for file in came.files:
        _file(screen, file)
    for one in came.bundles:
        _bundle(screen, one)
    for waiting in came.waiting:
        _waiting(screen, waiting)


def ran(screen: Screen, found: RunShown) -> None:
    """Say what was taken from one folder, and put into the other."""
    unpacked(screen, found.taken)
    for one in found.packed:
        packed(screen, one)
    if not (found.taken.files or found.packed):
        screen.say("say.nothing-new", "dim")


def receipt(screen: Screen, made: ReceiptShown) -> None:
    """Show a receipt, as it is to be handed over."""
    if made.file:
        screen.say("say.receipt", peer=made.peer, size=made.size, file=made.file)
    else:
        screen.out.print(made.text, end="", soft_wrap=True)
    screen.hint("hint.receipt", peer=made.peer)


def accepted(screen: Screen, came: Accepted) -> None:
    """Say what a receipt shows."""
    screen.say("say.accepted", peer=came.peer, size=came.size, sent=came.sent)
    if came.settled:
        screen.say("say.settled", count=came.settled)


def linked(screen: Screen, one: LinkShown) -> None:
    """Say how messages get to a peer."""
    way = "one-way" if one.one_way else str(one.kind)
    screen.say("say.linked", peer=one.peer, link=screen.word("link", way))
    if one.to_send and one.kind == "courier":
        screen.hint("hint.to-send", count=one.to_send)


def _file(screen: Screen, one: FileShown) -> None:
    """Say what became of a file, where that is more than that it was taken."""
    if one.error:
        screen.aside().facts([("file", one.file)])
        screen.error(ComityError(Code(one.error), **one.params))
    elif one.state == "kept":
        screen.say("say.part-kept", file=one.file, part=one.part, parts=one.parts)


def _bundle(screen: Screen, one: BundleShown) -> None:
    if one.parts_missing:
        missing = ", ".join(map(str, one.parts_missing))
        screen.say("say.parts-missing", peer=one.peer, number=one.number, missing=missing)
        return
    screen.say(_TAKEN[one.order], "bold", peer=one.peer, number=one.number, new=one.new)
    screen.facts(
        [
            ("known", one.known or None),
            ("refused-here", _counted(screen, one.refused)),
            ("refused-there", _counted(screen, one.refused_there)),
            ("not-taken", _counted(screen, one.not_taken)),
            ("put-off", one.put_off or None),
            ("messages-missing", one.messages_missing or None),
            ("record", screen.word("compared", one.record)),
        ]
    )


def _counted(screen: Screen, codes: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {code}" for code, count in codes.items())


def _waiting(screen: Screen, one: WaitingShown) -> None:
    screen.facts(
        [
            ("negotiations-waiting", one.negotiations or None),
            ("requests-waiting", one.requests or None),
            ("transfers-waiting", one.transfers or None),
        ],
    )
    if one.to_send:
        screen.hint("hint.to-send", count=one.to_send)
    else:
        screen.hint("hint.nothing-to-send", peer=one.peer)

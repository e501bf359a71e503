"""Backups, and a node that comes back, on the screen."""

from comity import texts
from comity.cli.ids import short
from comity.cli.output import Screen, when
from comity.errors import Code, ComityError
from comity.operations.backing_up import Backup, BackupKey, Restored
from comity.operations.thawing import PeerBack, Thawed, UnsettledList


def backup(screen: Screen, made: Backup) -> None:
    """Show a new backup."""
    screen.say("say.backup", "bold", file=made.file)
    _facts(screen, made)
    screen.hint("hint.backup")


def checked(screen: Screen, found: Backup) -> None:
    """Show a backup that was read to its end."""
    screen.say("say.backup-whole", "bold green", file=found.file)
    _facts(screen, found)


def made_key(screen: Screen, made: BackupKey) -> None:
    """Show a key pair for backups."""
    screen.facts([("key", made.recipient), ("file", made.key_file)])
    screen.hint("hint.backup-key", file=made.key_file)


def restored(screen: Screen, made: Restored) -> None:
    """Show a node that was made of a backup."""
    screen.say("say.restored", "bold", name=made.name, time=when(made.made))
    screen.facts(
        [
            ("id", made.id),
            ("folder", made.folder),
            ("fingerprint", made.fingerprint),
            ("officer", made.officer),
            ("token-file", made.officer_token_file),
        ]
    )
    screen.hint("hint.thaw")


def thawed(screen: Screen, found: Thawed) -> None:
    """Show what came of coming back."""
    if found.peers:
        screen.table(
            ["peer", "result", "incarnation", "taken-back", "filled", "unsettled"],
            [
                [
                    one.peer,
                    _result(screen, one),
                    one.incarnation,
                    one.taken,
                    one.filled,
                    one.unsettled,
                ]
                for one in found.peers
            ],
        )
    if found.frozen:
        screen.say("say.still-frozen", "yellow", why=screen.word("frozen", found.frozen))
    else:
        screen.say("say.thawed", "bold green")
    for peer, why in found.frozen_peers.items():
        screen.say("say.frozen-for", "yellow", peer=peer, why=screen.word("frozen", why))
    if any(one.unsettled for one in found.peers):
        screen.hint("hint.unsettled")


def unsettled(screen: Screen, found: UnsettledList) -> None:
    """List what an officer has to look at."""
    screen.table(
        ["id", "time", "peer", "direction", "said", "subject", "why"],
        [
            [
                one.id,
                when(one.at),
                one.peer,
                screen.word("direction", one.direction),
                screen.word("said", one.what),
                short(one.subject),
                screen.word("unsettled", one.reason),
            ]
            for one in found.unsettled
        ],
        empty="say.all-settled",
    )


def _facts(screen: Screen, made: Backup) -> None:
    screen.facts(
        [
            ("id", made.id),
            ("time", when(made.made)),
            ("count", made.members),
            ("bytes", made.bytes),
        ]
    )


def _figures(one: PeerBack) -> tuple[int, ...]:
    return one.incarnation, one.taken, one.filled, one.unsettled


def _result(screen: Screen, one: PeerBack) -> str:
    if one.outcome == "resumed":
        return screen.word("frozen", "resumed")
    error = ComityError(Code(one.code), **one.params)
    said = texts.error(screen.language, error)
    return f"{said.what} {said.todo}"

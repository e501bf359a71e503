"""Identity, officers and peers on the screen."""

from comity.cli.output import Screen, Value
from comity.operations.peers import Peers, PeerShown
from comity.operations.setup import Created, NodeShown, OfficerAdded, Officers


def created(screen: Screen, made: Created) -> None:
    """Show a new node, and what to do with its files."""
    screen.say("say.created", "bold", name=made.name)
    screen.facts(
        [
            ("id", made.id),
            ("territory", made.territory),
            ("folder", made.folder),
            ("fingerprint", made.fingerprint),
            ("identity-file", made.identity_file),
            ("recovery-file", made.recovery_file),
            ("officer", made.officer),
            ("token-file", made.officer_token_file),
        ]
    )
    screen.hint("hint.recovery", file=made.recovery_file)
    screen.hint("hint.exchange", file=made.identity_file)


def identity(screen: Screen, own: NodeShown) -> None:
    """Show this node."""
    screen.facts(
        [
            ("name", own.name),
            ("id", own.id),
            ("territory", own.territory),
            ("address", own.address),
            ("version", own.version),
            ("fingerprint", own.fingerprint),
            ("kernel", own.kernel),
            ("folder", own.folder),
            ("frozen", screen.word("frozen", own.frozen)),
            ("unsettled", own.unsettled or ""),
        ]
    )
    for peer, why in own.frozen_peers.items():
        screen.say("say.frozen-for", "yellow", peer=peer, why=screen.word("frozen", why))


def officer_added(screen: Screen, added: OfficerAdded) -> None:
    """Show a new officer."""
    screen.say("say.officer-added", officer=added.officer, file=added.token_file)
    screen.hint("hint.token")


def officers(screen: Screen, found: Officers) -> None:
    """List officers."""
    screen.table(["officer"], [[officer] for officer in found.officers])


def candidate(screen: Screen, read: PeerShown) -> None:
    """Show a peer that is about to be pinned, without its fingerprint: that is asked for."""
    screen.aside().facts(_facts(screen, read))


def peer(screen: Screen, read: PeerShown) -> None:
    """Show what a document says."""
    screen.facts(
        [*_facts(screen, read), ("fingerprint", read.fingerprint), ("pinned", read.pinned)]
    )


def pinned(screen: Screen, read: PeerShown) -> None:
    """Show a peer that was pinned."""
    screen.say("say.pinned", name=read.name, id=read.id)


def peers(screen: Screen, found: Peers) -> None:
    """List peers."""
    screen.table(
        ["name", "territory", "id", "address", "fingerprint"],
        [[one.name, one.territory, one.id, one.address, one.fingerprint] for one in found.peers],
        empty="say.no-peers",
    )


def _facts(screen: Screen, read: PeerShown) -> list[tuple[str, Value]]:
    return [
        ("name", read.name),
        ("id", read.id),
        ("territory", read.territory),
        ("address", read.address),
        ("reach", screen.word("reach", read.reach)),
        ("version", read.version),
    ]

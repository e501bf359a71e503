"""Rotated, recovered and revoked keys on the screen."""

from pathlib import Path
from typing import Final

from comity.cli.output import Screen, when
from comity.operations.identity import History, Revoked, Rotated, Update
from comity.operations.pinning import Checked, PeerChanged, PeerRevoked

_ENDORSED: Final = {
    "message": "say.endorsed-by-message",
    "recovery": "say.endorsed-by-recovery",
}


def rotated(screen: Screen, made: Rotated) -> None:
    """Show a new version, and what to do with it."""
    screen.say("say.rotated", "bold", version=made.version)
    facts = [
        ("keys", screen.words("use", made.keys)),
        ("fingerprint", made.fingerprint),
        ("recovery-file", made.recovery_file),
    ]
    screen.facts([fact for fact in facts if fact[1]])
    if made.recovery_file:
        screen.hint("hint.recovery", file=made.recovery_file)
    screen.hint("hint.update")


def update(screen: Screen, made: Update) -> None:
    """Print an update, for a file."""
    screen.out.print(made.text, soft_wrap=True, end="")


def revoked(screen: Screen, made: Revoked, file: Path) -> None:
    """Show a revocation, and what to do with it."""
    screen.say("say.identity-revoked", "bold", version=made.version, file=str(file))
    screen.hint("hint.identity-revoked")


def candidate(screen: Screen, read: PeerChanged) -> None:
    """Show what would change, without the fingerprint: that is asked for."""
    aside = screen.aside()
    aside.say("say.peer-changes", name=read.name, before=read.before, version=read.version)
    aside.say(_ENDORSED[read.by])
    _changes(aside, read)


def updated(screen: Screen, read: PeerChanged) -> None:
    """Show a peer's new document."""
    screen.say("say.peer-updated", "bold", name=read.name, id=read.id, version=read.version)
    screen.say(_ENDORSED[read.by])
    _changes(screen, read)


def peer_revoked(screen: Screen, made: PeerRevoked) -> None:
    """Show whose keys are believed no longer."""
    screen.say("say.peer-revoked", "bold", name=made.name, id=made.id, version=made.version)
    screen.say("say.evidence-before", received=made.received)
    screen.hint("hint.peer-revoked")


def history(screen: Screen, found: History) -> None:
    """List the documents of a participant."""
    screen.table(
        ["version", "pinned", "by", "until", "revoked", "reason", "fingerprint"],
        [
            [
                str(one.version),
                when(one.at),
                screen.word("endorser", one.by),
                when(one.until),
                when(one.revoked),
                screen.word("revoked", one.reason) if one.reason else "",
                one.fingerprint,
            ]
            for one in found.versions
        ],
        empty="say.no-history",
    )


def checked(screen: Screen, found: Checked) -> None:
    """Show what the record rests on."""
    screen.say("say.signatures-checked", "bold", peer=found.peer)
    screen.facts(
        [
            ("keys-in-force", found.in_force),
            ("keys-replaced", found.replaced),
            ("keys-revoked", found.revoked),
            ("keys-void", found.void),
            ("destroyed", found.destroyed),
        ]
    )


def _changes(screen: Screen, read: PeerChanged) -> None:
    screen.table(
        ["what", "before", "now"],
        [[screen.word("document", one.what), one.before, one.after] for one in read.changes],
    )

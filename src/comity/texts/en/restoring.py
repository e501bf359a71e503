"""Backups, frozen nodes, and how they come back."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.NODE_FROZEN: (
        "This node is frozen[ for {peer}][: {reason}]. It takes and says nothing that could "
        "contradict what it said before.",
        "Come back to the peers: comity thaw. It takes back what is missing here; comity identity "
        "shows for whom the node is frozen.",
    ),
    Code.NODE_BEHIND: (
        "The peer[ {peer}] holds more of our log than this node does[: {size} entries]. "
        "The database is an old one.",
        "Do not answer by hand. comity thaw PEER takes back what is missing.",
    ),
    Code.NODE_NOT_FROZEN: (
        "This node is not frozen[ for {peer}].",
        "There is nothing to thaw. comity identity shows how it stands.",
    ),
    Code.INCARNATION_OLD: (
        "This message is from an old state of the sender[ {peer}][: incarnation {known} is known].",
        "It was not taken, and is kept as evidence. The sender has been restored since: its old "
        "copy must be stopped.",
    ),
    Code.INCARNATION_TAKEN: (
        "Another copy of this node has come back to the peer[ {peer}] already"
        "[, as incarnation {known}].",
        "Stop that copy. If this one is to go on in its place: comity thaw PEER --supersede.",
    ),
    Code.BACKUP_INVALID: (
        "This is no whole backup[: {reason}].",
        "Nothing of it was taken. Use another copy, or an older backup.",
    ),
    Code.BACKUP_LOCKED: (
        "The backup cannot be opened[: {reason}].",
        "Give the passphrase or the private key that it was made for.",
    ),
    Code.BACKUP_ELSEWHERE: (
        "The database[ ({database})] is not in this folder, so one file cannot hold both as they "
        "are at one moment.",
        "Stop the node; run pg_dump; copy the folder without epochs, officers, keys/sealing.key "
        "and keys/wrap; encrypt both. After loading them, the node notices that it is behind, and "
        "comity thaw brings it back.",
    ),
    Code.ENTRY_INVALID: (
        "An entry of the record that the peer[ {peer}] gave is not what was asked for"
        "[: number {entry}][, {reason}].",
        "It was not taken. Ask the peer; if it cannot help: comity thaw PEER --aside.",
    ),
    Code.FILE_NO_WAY: (
        "No file can go that way[: {format}]: the side that would have to be reached accepts no "
        "connection.",
        "Ask for the other way: a file is pulled from whoever listens, or pushed to whoever does. "
        "Where neither side listens, take a courier.",
    ),
    Code.UNSETTLED_UNKNOWN: (
        "There is nothing of that id to be looked at.",
        "comity unsettled lists what is left.",
    ),
}
"""English."""

TEXTS: Final[dict[str, str]] = {
    "step.back-up": "Writing the backup",
    "step.take-back": "Taking back the record",
    "cause.comity-resume-1": (
        "Take a new incarnation after it was restored, and learn how much of both logs is here."
    ),
    "cause.comity-lost-1": "Fill a place in its own log whose message is lost.",
    "cause.comity-mailbox-1": "Collect what waits here for it, and bring replies.",
    "said.comity-mailbox-1": "mailbox",
    "reason.peer-unreachable.absent": "it accepts no connection, and has not come to collect",
    "label.reach": "reached",
    "reach.listens": "at its address",
    "reach.polls": "not at all: it collects what waits for it",
    "said.comity-lost-1": "place of a lost message",
    "said.comity-resume-1": "return after a restoration",
    "did.node.backup": "made a backup",
    "did.node.restored": "restored the node from a backup",
    "did.node.frozen": "froze: nothing is said any more",
    "did.node.resumed": "came back to a peer",
    "did.node.aside": "set a peer aside",
    "did.node.settle": "looked at what could not be rebuilt",
    "did.incarnation.taken": "noted that the peer came back as a new incarnation",
    "did.incarnation.refused": "kept evidence: a message of an old state of the peer",
    "did.entry.replaced": "let go a message of an old copy of this node",
    "frozen.restored": "restored from a backup",
    "frozen.older": "the database is older than the folder",
    "frozen.behind": "the peer holds more of our log",
    "frozen.superseded": "another copy of this node has gone on",
    "frozen.aside": "set aside by an officer",
    "frozen.resumed": "back",
    "unsettled.unknown": "what it is about is not known here",
    "unsettled.moved": "it does not fit the state here",
    "unsettled.start-again": "its file has to be started again",
    "unsettled.ask-again": "what it found is lost: ask again",
    "unsettled.uncounted": "what it used of a quota is not known",
    "unsettled.no-body": "its contents are not kept",
    "unsettled.replaced": "an old copy of this node signed it: do it again",
    "reason.node-frozen.restored": "it was restored from a backup",
    "reason.node-frozen.older": "its database is older than its folder",
    "reason.node-frozen.behind": "the peer holds more of its log",
    "reason.node-frozen.superseded": "another copy of it has gone on",
    "reason.node-frozen.aside": "an officer set the peer aside",
    "reason.backup-invalid.form": "it does not have the form of one",
    "reason.backup-invalid.changed": "it was changed or cut off",
    "reason.backup-invalid.member": "something in it does not belong there, or is missing",
    "reason.backup-invalid.manifest": "what is in it is not what its manifest says",
    "reason.backup-locked.key": "this does not open it, or its beginning was changed",
    "reason.backup-locked.passphrase": "it was made with a passphrase",
    "reason.backup-locked.recipient": "it was made to a key",
    "reason.entry-invalid.signature": "its signature",
    "reason.entry-invalid.place": "its place",
    "reason.entry-invalid.body": "its body",
    "reason.entry-invalid.repeated": "its id stands elsewhere, too",
    "label.filled": "places filled",
    "label.frozen": "frozen",
    "label.incarnation": "incarnation",
    "label.key": "public key",
    "label.subject": "about",
    "label.taken-back": "entries taken back",
    "label.unsettled": "to be looked at",
    "say.backup": "The backup is in {file}",
    "say.backup-whole": "{file} is whole.",
    "say.restored": "{name} has a node again, as of {time}. It is frozen.",
    "say.still-frozen": "This node is still frozen: {why}.",
    "say.thawed": "This node goes on.",
    "say.frozen-for": "It says nothing to {peer}: {why}.",
    "say.all-settled": "There is nothing to be looked at.",
    "hint.backup": "Keep it away from this machine, and what opens it away from both.",
    "hint.backup-key": (
        "Take {file} offline. The public key is for: comity backup -o FILE --to KEY."
    ),
    "hint.thaw": "Make sure that no other copy of this node runs; then: comity thaw.",
    "hint.unsettled": "Look at what could not be rebuilt: comity unsettled.",
    "ask.passphrase": "Passphrase of the backup",
    "doctor.standing.ok": "The node speaks with all its peers.",
    "doctor.standing.frozen": "The node is frozen: {why}.",
    "doctor.standing.frozen.todo": "Come back to the peers: comity thaw.",
    "doctor.standing.peer": "The node is frozen for {peer}: {why}.",
    "doctor.standing.peer.todo": "Come back to this peer: comity thaw PEER.",
    "doctor.standing.unsettled": "What could not be rebuilt waits for an officer: {count}.",
    "doctor.standing.unsettled.todo": "Look at it: comity unsettled.",
}

"""Checks evidence out of a Comity record: offline, with no node, database or network.

An evidence file has messages of a record that two participants share, each with the proof that it
is in the log of its sender, as both vouched for it. All that is needed beside the file is the
identity documents of the two. The package has one dependency, `cryptography`, and nothing in common
with the node but the formats: it is a second implementation, so that no mistake of the first one
stays unseen, and small enough to be read before it is believed.

    comity-verify evidence.json --identity mx.identity --identity us.identity

The formats are those of docs/PROTOCOL.md, and C2SP signed-note, tlog-checkpoint, tlog-cosignature
and tlog-proof; RFC 6962 for trees, RFC 7515 and RFC 9864 for tokens.
"""

from comity_verify.evidence import verify
from comity_verify.failure import Flaw, VerificationFailure
from comity_verify.found import Entry, Found, Log, Party, Released, Vouched
from comity_verify.identity import read as read_identity
from comity_verify.notes import VerifierKey

__all__ = [
    "Entry",
    "Flaw",
    "Found",
    "Log",
    "Party",
    "Released",
    "VerificationFailure",
    "VerifierKey",
    "Vouched",
    "read_identity",
    "verify",
]

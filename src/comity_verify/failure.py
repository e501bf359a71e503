"""Why evidence does not hold. Verification raises; it never returns a truth value."""

from enum import StrEnum


class Flaw(StrEnum):
    """Every reason there is, a stable word each."""

    FILE = "file"
    """It cannot be read: damaged, cut off, of another kind, or too large."""
    IDENTITY = "identity"
    """An identity document is damaged or altered."""
    IDENTITY_MISSING = "identity-missing"
    """The document of a participant that the file names was not given."""
    KEY = "key"
    """A witness's key cannot be read."""
    NOTE = "note"
    """A checkpoint does not have the form of a signed note."""
    CHECKPOINT = "checkpoint"
    """A note is no checkpoint, or that of another log."""
    SIGNATURE = "signature"
    """A signature by a key that is known does not fit."""
    UNSIGNED = "unsigned"
    """The sender of a log did not sign its checkpoint."""
    NOT_COSIGNED = "not-cosigned"
    """The receiver did not cosign it."""
    TWO_CHECKPOINTS = "two-checkpoints"
    """One log has two checkpoints in the file."""
    PROOF = "proof"
    """A proof does not have the form of one."""
    INCLUSION = "inclusion"
    """The entry is not in the log at that place."""
    CONSISTENCY = "consistency"
    """One tree does not begin the other."""
    TOKEN = "token"  # noqa: S105 - the name of a flaw
    """The message was not signed by who it says."""
    PLACE = "place"
    """The message says that it is of another log, or at another place in it."""
    BODY = "body"
    """The body is not the one that was signed."""
    ANSWER = "answer"
    """The parts of an answer are not those that were signed."""


class VerificationFailure(Exception):
    """Evidence that does not hold: the flaw, and the number of the entry in the file, from 1."""

    def __init__(self, flaw: Flaw, entry: int = 0, about: str = "") -> None:
        super().__init__(flaw)
        self.flaw = flaw
        self.entry = entry
        """0 where it is not about one entry."""
        self.about = about
        """The participant or the file that it is about, where there is one."""

    def __str__(self) -> str:
        """Return the flaw and what it is about; prose is in `texts`."""
        parts = [str(self.flaw), f"entry {self.entry}" if self.entry else "", self.about]
        return ", ".join(part for part in parts if part)

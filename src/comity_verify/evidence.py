"""The whole check of an evidence file, step by step.

1. Read the file: JSON, an entry for each message, with its proof and its token.
2. For each proof, read the checkpoint in it. Its first line says whose log it is.
3. Check that the log's sender signed the checkpoint, that its receiver cosigned it, and the
   cosignatures of witnesses whose keys were given.
4. Check that the message's token was signed by the sender, and says this log and this place.
5. Check that the token is in the log at that place, under the root of the checkpoint.
6. Check what is released of the body against the token.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from comity_verify import identity, notes
from comity_verify.encoding import digest, read_object
from comity_verify.failure import Flaw, VerificationFailure
from comity_verify.found import Entry, Found, Log, Party, Vouched
from comity_verify.merkle import check_inclusion, leaf_hash
from comity_verify.messages import Claims, leaf, open_body, open_token
from comity_verify.notes import COSIGNATURE, LOG, Signed, VerifierKey
from comity_verify.proofs import Checkpoint, Proof

TYPE: Final = "comity-evidence-1"
BYTES: Final = 32 * 1024 * 1024
"""A larger file is refused unread."""
ENTRIES: Final = 1_000
_ORIGIN: Final = "comity"
_MEMBERS: Final = {"proof", "token", "body", "answer", "disclosures"}


def verify(evidence: bytes, identities: Sequence[bytes], witnesses: Sequence[str] = ()) -> Found:
    """Check an evidence file, given files of identity documents and the keys (vkeys) of witnesses.

    A participant may have several documents, older and newer ones; what any of them fits is taken.
    Raises VerificationFailure for everything that does not hold.
    """
    parties = [party for file in identities for party in identity.read_all(file)]
    keys = [VerifierKey.parse(text) for text in witnesses]
    logs: dict[bytes, Log] = {}
    entries = []
    for number, entry in enumerate(_read(evidence), 1):
        try:
            proof = Proof.parse(entry["proof"].encode())
            log = logs.get(proof.checkpoint)
            if log is None:
                log = logs[proof.checkpoint] = _log(proof.checkpoint, parties, keys)
            entries.append(_entry(entry, proof, log, parties))
        except VerificationFailure as failure:
            raise VerificationFailure(failure.flaw, number, failure.about) from None
    found = Found(tuple(logs.values()), tuple(entries))
    if len({(log.sender.id, log.receiver.id) for log in found.logs}) != len(found.logs):
        raise VerificationFailure(Flaw.TWO_CHECKPOINTS)
    return found


def _read(evidence: bytes) -> list[dict[str, Any]]:
    """Return the entries of a file, their form checked."""
    flaw = Flaw.FILE
    if len(evidence) > BYTES:
        raise VerificationFailure(flaw)
    file = read_object(evidence, flaw)
    entries = file.get("entries")
    if file.keys() != {"type", "entries"} or file["type"] != TYPE:
        raise VerificationFailure(flaw)
    if not isinstance(entries, list) or not 0 < len(entries) <= ENTRIES:
        raise VerificationFailure(flaw)
    for entry in entries:
        if not isinstance(entry, dict) or not entry.keys() <= _MEMBERS:
            raise VerificationFailure(flaw)
        if not isinstance(entry.get("proof"), str) or not isinstance(entry.get("token"), str):
            raise VerificationFailure(flaw)
    return entries


def _log(signed: bytes, parties: Sequence[Party], witnesses: Sequence[VerifierKey]) -> Log:
    """Check a checkpoint as that of a log between two of the parties."""
    note = notes.parse(signed)
    tree = Checkpoint.parse(note.text)
    kind, _, names = tree.origin.partition("/")
    sender, _, receiver = names.partition("/")
    if kind != _ORIGIN or not sender or not receiver:
        raise VerificationFailure(Flaw.CHECKPOINT)
    senders, receivers = _documents(parties, sender), _documents(parties, receiver)
    log_keys = {VerifierKey(tree.origin, LOG, each.checkpoint): each for each in senders}
    cosigner_keys = {
        VerifierKey(receiver, COSIGNATURE, each.cosignature): each for each in receivers
    }
    checked = notes.verify(note, [*log_keys, *cosigner_keys, *witnesses])
    by_log = [each.key for each in checked if each.key in log_keys]
    by_receiver = [each for each in checked if each.key in cosigner_keys]
    if not by_log:
        raise VerificationFailure(Flaw.UNSIGNED, about=sender)
    if not by_receiver:
        raise VerificationFailure(Flaw.NOT_COSIGNED, about=receiver)
    first = min(by_receiver, key=lambda each: each.time)
    return Log(
        sender=log_keys[by_log[0]],
        receiver=cosigner_keys[first.key],
        size=tree.size,
        root=tree.root,
        cosigned=Vouched(receiver, first.time),
        witnesses=_witnesses(checked, witnesses),
    )


def _documents(parties: Sequence[Party], id: str) -> list[Party]:
    found = [party for party in parties if party.id == id]
    if not found:
        raise VerificationFailure(Flaw.IDENTITY_MISSING, about=id)
    return found


def _witnesses(checked: Iterable[Signed], keys: Sequence[VerifierKey]) -> tuple[Vouched, ...]:
    """Return who else vouched for a checkpoint, each at the earliest time."""
    times: dict[str, int] = {}
    for each in checked:
        if each.key in keys and each.key.type == COSIGNATURE:
            times[each.key.name] = min(each.time, times.get(each.key.name, each.time))
    return tuple(Vouched(name, time) for name, time in times.items())


def _entry(entry: dict[str, Any], proof: Proof, log: Log, parties: Sequence[Party]) -> Entry:
    """Check one message: who signed it, where it stands, what is shown of it."""
    token: str = entry["token"]
    claims, signer = _signed(token, _documents(parties, log.sender.id))
    said = (claims.issuer, claims.audience, claims.index)
    if said != (log.sender.id, log.receiver.id, proof.index):
        raise VerificationFailure(Flaw.PLACE)
    check_inclusion(proof.index, log.size, leaf_hash(leaf(token)), proof.path, log.root)
    return Entry(
        log=log,
        signer=signer,
        index=proof.index,
        id=claims.id,
        said=claims.said,
        method=claims.method,
        target=claims.target,
        status=claims.status,
        answers=claims.answers,
        token=digest(token.encode()),
        body=claims.body,
        released=open_body(entry, claims),
    )


def _signed(token: str, senders: Sequence[Party]) -> tuple[Claims, Party]:
    """Return what a token says, and which document of its sender it fits."""
    for sender in senders:
        try:
            return open_token(token, sender), sender
        except VerificationFailure as failure:
            failed = failure
    raise failed

"""Keys that are rotated, recovered or revoked, and what peers make of it."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.IDENTITY_OLD: (
        "The identity document is not later than the pinned one"
        "[: version {version}, pinned is {pinned}].",
        "Nothing changed. Ask the peer for its latest update: comity identity --update.",
    ),
    Code.ENDORSEMENT_INVALID: (
        "Nobody who may say so vouches for this identity document[ ({reason})].",
        "Nothing changed. Call the peer: either the update is not its latest one, or somebody has "
        "made it up.",
    ),
    Code.REVOCATION_INVALID: (
        "This is no revocation of that peer's keys[ ({reason})].",
        "Nothing changed. Call the peer; comity peer revoke PEER stops it without a signed one.",
    ),
    Code.KEY_REVOKED: (
        "The keys[ of {peer}] are revoked.",
        "Nothing of them counts and nothing is sent there. Only a document that the recovery key "
        "endorses goes on: comity identity recover, then comity peer update on the other side.",
    ),
    Code.KEY_STORE_FAILED: (
        "The token that keeps the message key does not give a signature[ ({reason})].",
        "Nothing was sent. Check module, token and PIN in comity.toml, and whether it is there.",
    ),
}
TEXTS: Final[dict[str, str]] = {
    "reason.identity-invalid.update": "it is no update",
    "reason.endorsement-invalid.id": "it is of another participant",
    "reason.endorsement-invalid.form": "the endorsement is damaged",
    "reason.endorsement-invalid.document": "the endorsement is about another document",
    "reason.endorsement-invalid.previous": "it follows another document than the pinned one",
    "reason.endorsement-invalid.key": "another key than the pinned one endorses it",
    "reason.endorsement-invalid.recovery": "its recovery key does not fit",
    "reason.endorsement-invalid.issued": "it is issued in the future",
    "reason.revocation-invalid.form": "it is damaged",
    "reason.revocation-invalid.document": "it is about another document",
    "reason.revocation-invalid.key": "another key signs it",
    "reason.peer-answer-invalid.revoked": "a revoked key signed it",
    "reason.key-store-failed.library": "the extra comity[pkcs11] is not installed",
    "reason.key-store-failed.module": "its library cannot be loaded",
    "reason.key-store-failed.token": "no token has that label",
    "reason.key-store-failed.pin": "it refuses the PIN",
    "reason.key-store-failed.key": "the key is not in it",
    "reason.key-store-failed.mechanism": "it has no Ed25519 (CKM_EDDSA)",
    "reason.key-store-failed.extractable": "it would give the key away",
    "reason.key-store-failed.sign": "it refuses to sign",
    "use.message": "messages",
    "use.checkpoint": "checkpoints",
    "use.cosignature": "cosignatures",
    "use.encryption": "encryption",
    "use.certificate": "certificate",
    "endorser.pin": "pinned",
    "endorser.message": "the key before",
    "endorser.recovery": "the recovery key",
    "revoked.stolen": "stolen",
    "revoked.lost": "lost",
    "revoked.closed": "closed",
    "revoked.recovered": "replaced with the recovery key",
    "revoked.stopped": "stopped by an officer here",
    "label.keys": "new keys",
    "label.until": "until",
    "label.revoked": "revoked",
    "label.by": "by word of",
    "label.what": "what",
    "label.before": "before",
    "label.now": "now",
    "document.name": "name",
    "document.territory": "territory",
    "document.address": "address",
    "document.key-message": "key for messages",
    "document.key-checkpoint": "key for checkpoints",
    "document.key-cosignature": "key for cosignatures",
    "document.key-encryption": "key for encryption",
    "document.certificate": "certificate",
    "document.recovery": "recovery key",
    "did.identity.rotate": "rotated this node's keys",
    "did.identity.recover": "recovered this node with the recovery key",
    "did.identity.revoke": "revoked this node's keys",
    "did.peer.update": "pinned a peer's new document",
    "did.peer.revoke": "stopped believing a peer's keys",
    "did.peer.restore": "believed a stopped peer again",
    "label.keys-in-force": "signed by keys in force",
    "label.keys-replaced": "signed by keys replaced since",
    "label.keys-revoked": "signed by keys revoked since, and good evidence",
    "label.keys-void": "signed by keys revoked before, and void",
    "say.signatures-checked": "Every signature in the record with {peer} is its signer's.",
    "say.rotated": "Version {version} of this node's identity is in force.",
    "say.identity-revoked": "The keys of version {version} are revoked. The statement is in {file}",
    "say.peer-changes": "{name}: version {version} in place of {before}.",
    "say.peer-updated": "{name} ({id}) is pinned with version {version}.",
    "say.endorsed-by-message": "The message key before it endorses it.",
    "say.endorsed-by-recovery": (
        "The recovery key endorses it: the keys before are lost or stolen, and nothing that they "
        "sign counts any more."
    ),
    "say.peer-revoked": "Nothing that {name} ({id}) signs under version {version} counts any more.",
    "say.evidence-before": "What came before stays good evidence: {received} messages.",
    "say.no-history": "There is one version so far, the first.",
    "hint.update": (
        "Give peers the update (comity identity --update > FILE), and tell them the fingerprint "
        "over another channel. They take it with comity peer update FILE."
    ),
    "hint.identity-revoked": (
        "Give the file to peers: comity peer revoke FILE. New keys come with comity identity "
        "recover."
    ),
    "hint.peer-revoked": "It goes on with its new keys: comity peer update FILE",
}

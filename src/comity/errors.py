"""The one error root, and every code there is.

A code is stable: programs may rely on it, and nothing but a code and its parameters leaves the
place where something went wrong. What a person reads is in `comity.texts`, by code and language;
what HTTP status a peer sees is decided at the edge.
"""

from enum import StrEnum


class Code(StrEnum):
    """Every reason for which Comity says no."""

    # Bytes and messages from outside.
    JSON_INVALID = "json-invalid"
    JSON_DUPLICATE_KEY = "json-duplicate-key"
    JSON_TOO_DEEP = "json-too-deep"
    BODY_TOO_LARGE = "body-too-large"
    HTTP_INVALID = "http-invalid"
    SCHEMA_INVALID = "schema-invalid"
    NOT_AUTHENTIC = "not-authentic"
    MESSAGE_UNKNOWN = "message-unknown"
    MESSAGE_ID_REUSED = "message-id-reused"
    SEQUENCE_REUSED = "sequence-reused"
    MESSAGE_EXPIRED = "message-expired"
    INCARNATION_OLD = "incarnation-old"
    MESSAGE_FETCHED = "message-fetched"

    # Identity, keys and peers.
    ID_INVALID = "id-invalid"
    IDENTITY_INVALID = "identity-invalid"
    TERRITORY_INVALID = "territory-invalid"
    ADDRESS_INVALID = "address-invalid"
    ADDRESS_NOT_PINNED = "address-not-pinned"
    PEER_UNKNOWN = "peer-unknown"
    PEER_EXISTS = "peer-exists"
    PEER_UNREACHABLE = "peer-unreachable"
    PEER_ANSWER_INVALID = "peer-answer-invalid"
    PEER_REFUSED = "peer-refused"
    FINGERPRINT_MISMATCH = "fingerprint-mismatch"
    SIGNATURE_INVALID = "signature-invalid"
    IDENTITY_OLD = "identity-old"
    ENDORSEMENT_INVALID = "endorsement-invalid"
    REVOCATION_INVALID = "revocation-invalid"
    KEY_REVOKED = "key-revoked"

    # The node, its folder, its officers.
    NODE_EXISTS = "node-exists"
    NODE_MISSING = "node-missing"
    NODE_BUSY = "node-busy"
    NODE_NOT_SERVING = "node-not-serving"
    NODE_FROZEN = "node-frozen"
    NODE_BEHIND = "node-behind"
    NODE_NOT_FROZEN = "node-not-frozen"
    INCARNATION_TAKEN = "incarnation-taken"
    BACKUP_INVALID = "backup-invalid"
    BACKUP_LOCKED = "backup-locked"
    BACKUP_ELSEWHERE = "backup-elsewhere"
    KEY_FILE_OPEN = "key-file-open"
    KEY_FILE_INVALID = "key-file-invalid"
    KEY_STORE_FAILED = "key-store-failed"
    SETTING_INVALID = "setting-invalid"
    PORT_IN_USE = "port-in-use"
    DISK_FULL = "disk-full"
    STORE_FAILED = "store-failed"
    OFFICER_UNKNOWN = "officer-unknown"
    OFFICER_EXISTS = "officer-exists"
    OFFICER_NOT_NAMED = "officer-not-named"
    LOGIN_FAILED = "login-failed"
    HOST_NOT_ALLOWED = "host-not-allowed"
    OPERATION_UNKNOWN = "operation-unknown"
    ARGUMENT_INVALID = "argument-invalid"
    NOT_CONFIRMED = "not-confirmed"
    FILE_EXISTS = "file-exists"

    # Lists and holdings.
    FILE_MISSING = "file-missing"
    FILE_TRUNCATED = "file-truncated"
    FILE_ENCODING = "file-encoding"
    FILE_COLUMNS = "file-columns"
    FILE_ROW_INVALID = "file-row-invalid"
    FILE_EMPTY = "file-empty"
    FILE_TOO_LARGE = "file-too-large"
    FORMAT_UNKNOWN = "format-unknown"
    MAP_INVALID = "map-invalid"
    DATASET_UNKNOWN = "dataset-unknown"
    DATASET_EXISTS = "dataset-exists"
    RECORD_UNKNOWN = "record-unknown"

    # Terms, negotiation, agreement, transfer.
    TERMS_INVALID = "terms-invalid"
    TERMS_UNKNOWN = "terms-unknown"
    ACTION_NOT_AGREED = "action-not-agreed"
    PURPOSE_NOT_AGREED = "purpose-not-agreed"
    LEGAL_BASIS_NOT_AGREED = "legal-basis-not-agreed"
    TERRITORY_NOT_AGREED = "territory-not-agreed"
    FAMILY_NOT_AGREED = "family-not-agreed"
    FIELD_NOT_AGREED = "field-not-agreed"
    ONWARD_NOT_AGREED = "onward-not-agreed"
    QUOTA_EXCEEDED = "quota-exceeded"
    AGREEMENT_UNKNOWN = "agreement-unknown"
    AGREEMENT_EXPIRED = "agreement-expired"
    AGREEMENT_SUSPENDED = "agreement-suspended"
    AGREEMENT_DIFFERS = "agreement-differs"
    OFFER_UNKNOWN = "offer-unknown"
    NEGOTIATION_UNKNOWN = "negotiation-unknown"
    NEGOTIATION_DECLINED = "negotiation-declined"
    TRANSFER_UNKNOWN = "transfer-unknown"
    TRANSFER_NOT_STARTED = "transfer-not-started"
    TRANSFER_FORMAT_UNKNOWN = "transfer-format-unknown"
    TRANSFER_PENDING = "transfer-pending"
    TRANSFER_SUSPENDED = "transfer-suspended"
    FILE_DIFFERS = "file-differs"
    FILE_NO_WAY = "file-no-way"
    RECEIVED_UNKNOWN = "received-unknown"
    STATE_NOT_ALLOWED = "state-not-allowed"
    FILTER_NOT_SUPPORTED = "filter-not-supported"
    WAIT_ENDED = "wait-ended"

    # Matching.
    KERNEL_MISSING = "kernel-missing"
    SCALAR_INVALID = "scalar-invalid"
    ELEMENT_INVALID = "element-invalid"
    PROOF_INVALID = "proof-invalid"
    INPUT_INVALID = "input-invalid"
    BATCH_TOO_LARGE = "batch-too-large"
    MANIFEST_INVALID = "manifest-invalid"
    MANIFEST_CHANGED = "manifest-changed"
    MANIFEST_UNKNOWN = "manifest-unknown"
    TAG_SET_INVALID = "tag-set-invalid"
    CANARY_MISSED = "canary-missed"
    NOTHING_TO_ASK = "nothing-to-ask"
    EPOCH_ENDED = "epoch-ended"
    EPOCH_UNKNOWN = "epoch-unknown"
    WATCH_UNKNOWN = "watch-unknown"
    WATCHES_FULL = "watches-full"
    TAGGING_UNDER_WAY = "tagging-under-way"

    # Requests and answers.
    HANDLE_UNKNOWN = "handle-unknown"
    REQUEST_UNKNOWN = "request-unknown"
    REQUEST_DECIDED = "request-decided"
    REQUEST_DECLINED = "request-declined"
    APPROVAL_VOID = "approval-void"
    APPROVAL_REPEATED = "approval-repeated"
    ANSWER_INVALID = "answer-invalid"

    # The record.
    PROOF_NOT_VALID = "proof-not-valid"
    NOTE_INVALID = "note-invalid"
    CHECKPOINT_INVALID = "checkpoint-invalid"
    RECORD_DIFFERS = "record-differs"
    RECORD_INCOMPLETE = "record-incomplete"
    LEDGER_TOO_LONG = "ledger-too-long"
    LEDGER_INVALID = "ledger-invalid"
    ENTRY_UNKNOWN = "entry-unknown"
    ENTRY_STAYS = "entry-stays"
    RECALL_UNKNOWN = "recall-unknown"
    RECALL_DECIDED = "recall-decided"
    ENTRY_NOT_COSIGNED = "entry-not-cosigned"
    FIELD_UNKNOWN = "field-unknown"
    EVIDENCE_INVALID = "evidence-invalid"
    WITNESS_UNKNOWN = "witness-unknown"
    WITNESS_EXISTS = "witness-exists"
    WITNESS_UNREACHABLE = "witness-unreachable"
    WITNESS_REFUSED = "witness-refused"
    RECORD_NOT_COSIGNED = "record-not-cosigned"
    ALARM_OPEN = "alarm-open"
    ALARM_UNKNOWN = "alarm-unknown"
    ALARM_SETTLED = "alarm-settled"
    ENTRY_INVALID = "entry-invalid"
    UNSETTLED_UNKNOWN = "unsettled-unknown"

    # The courier.
    BUNDLE_INVALID = "bundle-invalid"
    COURIER_NO_FILE = "courier-no-file"
    COURIER_TRUNCATED = "courier-truncated"
    COURIER_CHANGED = "courier-changed"
    COURIER_FOR_ANOTHER = "courier-for-another"
    COURIER_EXPIRED = "courier-expired"
    COURIER_FULL = "courier-full"
    COURIER_NOT_AGREED = "courier-not-agreed"
    COURIER_KEY_UNKNOWN = "courier-key-unknown"
    COURIER_NO_RECEIPT = "courier-no-receipt"
    COURIER_WAITS = "courier-waits"

    # Nothing above: a defect of ours.
    INTERNAL = "internal"


class ComityError(Exception):
    """A refusal: a stable code and the parameters its text needs.

    Parameters are ids, numbers and names of things, never the contents of a message or a record.
    """

    def __init__(self, code: Code, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        """Return the code and its parameters; prose is in `comity.texts`."""
        shown = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({shown})" if shown else str(self.code)

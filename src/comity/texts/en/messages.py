"""The messages of the closed set: how each is called, and what it can cause here."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # What a peer's message can cause, for the posture.
    "cause.CatalogRequestMessage": "Read which datasets are offered to it, and under which terms.",
    "cause.DatasetRequestMessage": "Read the offers of one dataset that is offered to it.",
    "cause.ContractRequestMessage": (
        "Ask for an agreement. One offer of yours, taken as it stands, is agreed to at once unless "
        "it asks for officers; anything else waits for one."
    ),
    "cause.ContractOfferMessage": (
        "Offer you a dataset, or answer with a counter-offer. It waits for an officer."
    ),
    "cause.ContractAgreementMessage": (
        "Send the agreement that you asked for. It is signed only if it says what was offered."
    ),
    "cause.ContractAgreementVerificationMessage": (
        "Send its signature. The agreement is in force once it verifies."
    ),
    "cause.ContractNegotiationEventMessage": (
        "Accept your offer, or declare final what both have signed."
    ),
    "cause.ContractNegotiationTerminationMessage": "End a negotiation with you, giving a reason.",
    "cause.ContractNegotiation": "Read the state of a negotiation that it is a party to.",
    "cause.TransferRequestMessage": (
        "Ask to begin matching or requests under an agreement in force. Matching begins once your "
        "tag set is made and the officers that the terms name agree."
    ),
    "cause.TransferStartMessage": (
        "Say that what you asked for has started, or resume what it suspended itself."
    ),
    "cause.TransferSuspensionMessage": "Suspend a transfer with you.",
    "cause.TransferCompletionMessage": "Say that a transfer with you is complete.",
    "cause.TransferTerminationMessage": "End a transfer with you.",
    "cause.HttpData-PULL": "Read the file of a started transfer, with the token it was given.",
    "cause.HttpData-PUSH": "Leave a file here that an officer asked for; nothing opens it.",
    "cause.TransferProcess": "Read the state of a transfer that it is a party to.",
    "cause.comity-consent-1": (
        "Suspend its consent to an agreement, give it again, or withdraw it for good: then what "
        "runs under the agreement ends."
    ),
    "cause.comity-manifest-1": (
        "Read the manifest of the tag set that was made for it: families, sizes, dates; no record."
    ),
    "cause.comity-set-part-1": (
        "Fetch a part of that tag set: sealed entries, which nobody can read without asking you."
    ),
    "cause.comity-question-1": (
        "Have blinded tokens evaluated, within the quota. It learns which of them you have; you "
        "learn how many it asked, and of which family."
    ),
    "cause.comity-request-1": (
        "Ask for details about a hit. It waits for an officer, unless the terms say that it is "
        "answered at once."
    ),
    "cause.comity-answer-1": "Answer or decline a request of yours.",
    "cause.comity-record-1": ("Compare the logs that both hold, and have its checkpoint cosigned."),
    # How a message is called in the record.
    "said.CatalogRequestMessage": "catalog request",
    "said.DatasetRequestMessage": "request for one dataset's offers",
    "said.ContractRequestMessage": "request for an agreement",
    "said.ContractOfferMessage": "offer",
    "said.ContractAgreementMessage": "agreement, signed",
    "said.ContractAgreementVerificationMessage": "second signature",
    "said.ContractNegotiationEventMessage": "acceptance, or finalization",
    "said.ContractNegotiationTerminationMessage": "end of a negotiation",
    "said.ContractNegotiation": "question after a negotiation's state",
    "said.TransferRequestMessage": "request for a transfer",
    "said.TransferStartMessage": "start of a transfer",
    "said.TransferSuspensionMessage": "suspension of a transfer",
    "said.TransferCompletionMessage": "completion of a transfer",
    "said.TransferTerminationMessage": "end of a transfer",
    "said.TransferProcess": "question after a transfer's state",
    "said.comity-consent-1": "consent to an agreement",
    "said.comity-manifest-1": "request for the manifest",
    "said.comity-set-part-1": "request for a part of the tag set",
    "said.comity-question-1": "question: blinded tokens",
    "said.comity-request-1": "request for details",
    "said.comity-answer-1": "answer to a request",
    "said.comity-record-1": "comparison of records",
    "said.unknown": "message outside the closed set",
    # What the journal says was done.
    "did.officer.add": "added an officer",
    "did.peer.add": "pinned a peer",
    "did.holdings.load": "loaded a list",
    "did.transfer.fetch": "fetched a file",
    "did.received.take": "took a received file to look at it",
    "did.file.pushed": "pushed a file",
    "did.file.gave": "gave a file, or a part of it",
    "did.file.came": "kept a file that came from a peer",
    "did.holdings.file": "kept a file of a dataset",
    "did.holdings.withheld": "withheld a record",
    "did.holdings.shared": "let a withheld record go",
    "did.offer.make": "made an offer",
    "did.offer.withdraw": "withdrew an offer",
    "did.negotiation.start": "began a negotiation",
    "did.negotiation.offer": "offered a dataset to a peer",
    "did.negotiation.accept": "said yes to a step of a negotiation",
    "did.negotiation.counter": "made a counter-proposal",
    "did.negotiation.decline": "declined a proposal",
    "did.negotiation.reopen": "let a peer begin anew what was declined",
    "did.negotiation.expired": "let a proposal expire: a decline",
    "did.agreement.suspend": "suspended an agreement",
    "did.agreement.resume": "resumed an agreement",
    "did.agreement.withdraw": "withdrew an agreement",
    "did.agreement.amend": "proposed other terms for an agreement",
    "did.agreement.expired": "let an agreement expire",
    "did.agreement.peer-suspended": "noted that the peer suspended its consent",
    "did.agreement.peer-active": "noted that the peer gives its consent again",
    "did.agreement.peer-withdrawn": "noted that the peer withdrew its consent",
    "did.match.tag": "made a tag set",
    "did.match.run": "asked a peer about a list or subject",
    "did.request.ask": "asked for details",
    "did.transfer.request": "asked for a transfer",
    "did.transfer.approve": "approved a transfer",
    "did.transfer.start": "started a transfer",
    "did.transfer.suspend": "suspended a transfer",
    "did.transfer.resume": "ended a suspension of a transfer",
    "did.transfer.complete": "said that a transfer is complete",
    "did.transfer.terminate": "ended a transfer",
    "did.request.approve": "approved an answer",
    "did.request.decline": "declined a request",
    "did.retention.ended": "destroyed what may no longer be kept",
    "did.request.reopen": "reopened a declined request",
    "did.request.expired": "let a request expire: a decline",
    "did.record.verify": "compared records with a peer",
    "did.epoch.ended": "destroyed the keys of an epoch",
}

"""What is wrong and what to do: terms, matching, requests and answers, the record."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    # Terms, negotiation, agreement, transfer.
    Code.TERMS_INVALID: (
        "The terms are not valid[ (at {where})].",
        "Correct them there; comity terms template prints an example with every field.",
    ),
    Code.TERMS_UNKNOWN: (
        "The policy says something that this node cannot evaluate[ (at {where})].",
        "What cannot be evaluated is denied. Ask the peer to state it in Comity's profile of ODRL.",
    ),
    Code.ACTION_NOT_AGREED: (
        "This was not agreed[: {action}].",
        "comity agreements show prints what was; anything else has to be negotiated.",
    ),
    Code.PURPOSE_NOT_AGREED: (
        "The purpose was not agreed, or it was not said which of several.",
        "Give one of the agreement's purposes with --purpose, word for word.",
    ),
    Code.LEGAL_BASIS_NOT_AGREED: (
        "The legal basis was not agreed, or it was not said which.",
        "Give one of the agreement's legal bases with --legal-basis, word for word; where it lists "
        "none, give your own.",
    ),
    Code.TERRITORY_NOT_AGREED: (
        "The terms are not for this territory[: {territory}].",
        "Negotiate terms that name it.",
    ),
    Code.FAMILY_NOT_AGREED: (
        "Matching by this family was not agreed[: {family}].",
        "Leave it out, or negotiate terms that name it.",
    ),
    Code.FIELD_NOT_AGREED: (
        "This field was not agreed, or no answer has it[: {field}].",
        "comity agreements show prints the fields that an answer may release.",
    ),
    Code.ONWARD_NOT_AGREED: (
        "This came in under terms without onward sharing[: {dataset}].",
        "It was not offered. Ask whoever gave it, and negotiate terms that let it be passed on.",
    ),
    Code.QUOTA_EXCEEDED: (
        "The quota does not allow this[: {asked} asked for][, {used} used][, {limit} allowed]"
        "[ {period}].",
        "Nothing beyond it was done. Ask for less, wait for the next period, or negotiate.",
    ),
    Code.AGREEMENT_UNKNOWN: (
        "No such agreement is in force.",
        "comity agreements list shows them; comity negotiate PEER DATASET makes one.",
    ),
    Code.AGREEMENT_EXPIRED: (
        "The agreement has expired[ ({expiry})].",
        "Negotiate a new one.",
    ),
    Code.AGREEMENT_SUSPENDED: (
        "The agreement is suspended[: {agreement}].",
        "Whoever suspended it can resume it; if that was the peer, ask why.",
    ),
    Code.AGREEMENT_DIFFERS: (
        "The agreement does not say what was offered[ (at {where})].",
        "It was not signed. Ask the peer, and negotiate again.",
    ),
    Code.OFFER_UNKNOWN: (
        "There is no such offer.",
        "comity catalog PEER shows what the peer offers, comity offer list what this node does.",
    ),
    Code.NEGOTIATION_UNKNOWN: (
        "There is no such negotiation.",
        "comity negotiations list shows them; give enough of the id that only one fits.",
    ),
    Code.NEGOTIATION_DECLINED: (
        "This was declined, and that is final.",
        "The one who declined can reopen it: comity negotiations reopen NEGOTIATION.",
    ),
    Code.TRANSFER_UNKNOWN: (
        "There is no such transfer.",
        "Repeat the command: it asks for a new one.",
    ),
    Code.TRANSFER_NOT_STARTED: (
        "The transfer has not started, or is no longer under way[ ({state})].",
        "The holder starts it once what it gives is ready and its officers agree.",
    ),
    Code.TRANSFER_FORMAT_UNKNOWN: (
        "There is no such transfer format.",
        "The catalog names those that a dataset has.",
    ),
    Code.TRANSFER_PENDING: (
        "A message about this transfer is still on its way to the peer[ ({message})].",
        "Try again when it has arrived: comity transfers show.",
    ),
    Code.TRANSFER_SUSPENDED: (
        "The other side suspended this transfer.",
        "Only the side that suspended it can let it go on.",
    ),
    Code.FILE_DIFFERS: (
        "The file is not the one that was announced[ ({reason})].",
        "Nothing of it is kept. Fetch it again, and tell the peer if it stays so.",
    ),
    Code.RECEIVED_UNKNOWN: (
        "There is no such received file.",
        "List them: comity received.",
    ),
    Code.STATE_NOT_ALLOWED: (
        "This step does not fit the state[ ({state})].",
        "Look at where it stands: comity negotiations show, comity transfers show.",
    ),
    Code.FILTER_NOT_SUPPORTED: (
        "Catalogs cannot be filtered here.",
        "Ask for the whole catalog.",
    ),
    Code.WAIT_ENDED: (
        "The peer did not start in the time given.",
        "The holder has to make its tag set, or an officer has to agree. Repeat this later, or "
        "wait longer with --wait.",
    ),
    # Matching.
    Code.KERNEL_MISSING: (
        "There is no native library for the group operations[: {name}].",
        "Reinstall Comity with its dependencies, or install libsodium 1.0.18 or newer.",
    ),
    Code.SCALAR_INVALID: (
        "A secret number of the matching protocol is not valid.",
        "Nothing was asked or answered. If it happens again, make a new tag set: comity tag.",
    ),
    Code.ELEMENT_INVALID: (
        "An element of the matching protocol is not valid[ (number {index})].",
        "The whole batch was refused. Ask which version the other side runs.",
    ),
    Code.PROOF_INVALID: (
        "The proof does not show that the published key was used.",
        "The whole batch was discarded. Ask the holder; do not use its answers until it is clear.",
    ),
    Code.INPUT_INVALID: (
        "This cannot be asked about[: {family}][, {flaw}].",
        "Correct it; nothing was sent.",
    ),
    Code.BATCH_TOO_LARGE: (
        "The batch is too large[: {count} elements][, {limit} are allowed].",
        "Ask in several batches.",
    ),
    Code.MANIFEST_INVALID: (
        "The manifest of the tag set is not valid.",
        "Nothing was asked. Ask the holder to make its tag set again: comity tag.",
    ),
    Code.MANIFEST_CHANGED: (
        "The manifest is not the one that this epoch began with.",
        "If the holder made a new tag set, repeat the command; if not, ask why it changed.",
    ),
    Code.MANIFEST_UNKNOWN: (
        "There is no tag set yet.",
        "The holder makes it: comity tag PEER DATASET.",
    ),
    Code.TAG_SET_INVALID: (
        "The tag set is damaged, or not the one that the manifest describes.",
        "Nothing was looked up. Repeat the command; if it persists, ask the holder to tag again.",
    ),
    Code.CANARY_MISSED: (
        "A public test token did not hit[: {family}].",
        "The whole batch was discarded: the holder's tag set is not whole. Ask it to tag again.",
    ),
    Code.NOTHING_TO_ASK: (
        "There is nothing to ask about.",
        "Give at least one fact, of a family that the agreement names.",
    ),
    Code.EPOCH_ENDED: (
        "The epoch of this tag set has ended, and its keys are destroyed.",
        "The holder makes a new tag set: comity tag PEER DATASET.",
    ),
    Code.TAGGING_UNDER_WAY: (
        "A tag set is being made for this agreement already[: {agreement}].",
        "Wait until it is made.",
    ),
    # Requests and answers.
    Code.HANDLE_UNKNOWN: (
        "There is no such handle, or it cannot be asked about.",
        "comity hits shows the handles; they hold until the epoch ends.",
    ),
    Code.REQUEST_UNKNOWN: (
        "There is no such request.",
        "comity inbox and comity requests show them; give enough of the id that only one fits.",
    ),
    Code.REQUEST_DECIDED: (
        "This request is decided already.",
        "comity inbox show prints what was decided.",
    ),
    Code.REQUEST_DECLINED: (
        "A request about this was declined, and that is final.",
        "The one who declined can reopen it: comity reopen REQUEST.",
    ),
    Code.APPROVAL_VOID: (
        "The approval is not for this exact request, answer and agreement[: {request}].",
        "Something changed since. Look again (comity inbox show REQUEST) and approve what is there "
        "now.",
    ),
    Code.APPROVAL_REPEATED: (
        "This officer has approved it already[: {officer}].",
        "A second, different officer has to approve it.",
    ),
    Code.ANSWER_INVALID: (
        "The answer does not belong to what was asked[ ({reason})].",
        "Nothing of it was used. Ask the peer which version it runs.",
    ),
    # The record.
    Code.PROOF_NOT_VALID: (
        "The proof does not show what it claims[ (log of {size} entries)].",
        "Do not rely on it. Ask for the proof again, and compare records: comity record verify.",
    ),
    Code.NOTE_INVALID: (
        "The signed note is not valid[ ({reason})].",
        "Do not rely on it. Ask whoever signed it for it again.",
    ),
    Code.CHECKPOINT_INVALID: (
        "The checkpoint of a log is not valid[ ({reason})].",
        "Do not rely on it. Compare records again: comity record verify PEER.",
    ),
    Code.RECORD_DIFFERS: (
        "The two copies of a log differ[ (at {size} entries)][ (entry {entry})].",
        "Keep a copy of the folder as evidence, then compare entry by entry with the peer: comity "
        "record show PEER.",
    ),
    Code.RECORD_INCOMPLETE: (
        "Messages that were counted have not come[: {missing} missing].",
        "They may be on their way. Repeat this in a minute; if they stay away, ask the peer.",
    ),
    # A defect of ours.
    Code.INTERNAL: (
        "This is a defect of Comity[: {error} at {place}].",
        "Nothing was left half-done. Report it with this line and the log; it holds no contents.",
    ),
}

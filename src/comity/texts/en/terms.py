"""Terms and decisions in plain sentences."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "explain.may-match": (
        "The asker may ask which of its own records the holder has, too, compared by: {families}."
    ),
    "explain.may-request": (
        "The asker may ask for details about one record that matched: {fields}."
    ),
    "explain.may-receive": "The asker may receive the dataset's file.",
    "explain.quota-match": "Tokens that it may ask: at most {count} {period}.",
    "explain.quota-request": (
        "Requests that it may make, answered or not: at most {count} {period}."
    ),
    "explain.quota-receive": "Transfers of the file: at most {count} {period}.",
    "explain.no-quota": "How often is not limited.",
    "explain.purposes-1": "Only for this purpose, word for word: {values}.",
    "explain.legal-bases-1": "Only on this legal basis, word for word: {values}.",
    "explain.territories-1": "Only from this territory: {values}.",
    "explain.purposes": "Only for one of these purposes, word for word: {values}.",
    "explain.legal-bases": "Only on one of these legal bases, word for word: {values}.",
    "explain.territories": "Only from these territories: {values}.",
    "explain.until": "Until {expiry}, and from then on not at all.",
    "explain.approval-match-0": "It begins by itself: no officer has to approve it.",
    "explain.approval-match-1": "One officer of the holder has to approve it before it begins.",
    "explain.approval-match-2": (
        "Two different officers of the holder have to approve it before it begins."
    ),
    "explain.approval-request-0": "Each request is answered by itself: no officer approves it.",
    "explain.approval-request-1": "One officer of the holder has to approve each answer.",
    "explain.approval-request-2": (
        "Two different officers of the holder have to approve each answer."
    ),
    "explain.approval-receive-0": "It begins by itself: no officer has to approve it.",
    "explain.approval-receive-1": "One officer of the holder has to approve each transfer.",
    "explain.approval-receive-2": (
        "Two different officers of the holder have to approve each transfer."
    ),
    "explain.answer-within": "No answer within {duration} is a decline.",
    "explain.retention": "What the asker learns, its node destroys after {duration}.",
    "explain.no-retention": "How long the asker keeps what it learns, the terms do not say.",
    "explain.onward": "The asker may pass on what it learns.",
    "explain.not-onward": "The asker may not pass on what it learns.",
    "explain.handling": "The asker handles what it learns as {handling}: {meaning}.",
    "explain.not-match": "The asker may not match.",
    "explain.not-request": "The asker may not ask for details.",
    "explain.not-receive": "The asker may not receive the file.",
    "explain.nothing-else": "Whatever is not said here is not allowed.",
    "explain.nothing": "Nothing can be done under this policy.",
    "explain.terms-unknown": "This node does not know this part of it: {where}.",
    "explain.terms-invalid": "This part of it is missing or not valid: {where}.",
    "decision.allow": "The terms let this through.",
    "decision.hold-1": "The terms hold this until one officer approves it.",
    "decision.hold-2": "The terms hold this until two different officers approve it.",
    "decision.not-replayable": "Its contents were not kept, so it cannot be replayed.",
    "say.explain-agreement": "Agreement {agreement} about {dataset} ({state}).",
    "say.explain-parties": "The holder is {holder}, the asker is {asker}.",
    "say.explain-draft": "What these terms would say.",
    "say.rehearsed": "{count} messages of peers replayed against the draft.",
    "say.rehearsed-none": "No peer has asked for anything in that time.",
    "say.rehearsed-one": "{time} {peer}[, {dataset}]: {what}. Then {then}. Now: {now}",
    "say.rehearsed-hidden": "Earlier messages that are counted and not listed: {count}.",
    "label.let-through": "let through",
    "label.held": "held for officers",
    "label.would-be-refused": "refused",
    "label.not-replayable": "not replayable",
    "label.decided-otherwise": "decided otherwise than then",
    "verdict.allow": "let through",
    "verdict.hold": "held for officers",
    "verdict.refuse": "refused",
    "step.rehearse": "Replaying",
}

"""What the demonstration says, in English."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "step.create": "Each side makes its node",
    "step.pin": "They pin each other",
    "step.load": "Each loads its list",
    "step.courier": "What can be wrong with a courier's file",
    "step.agree": "They negotiate and sign",
    "step.match": "They match, both ways",
    "step.ask": "One asks, the other answers",
    "step.record": "Both verify the record",
    "step.posture": "What a peer can cause, and what it cannot",
    "step.border": "What crossed the border is searched",
    "say.opening": (
        "Two authorities, two nodes: two processes, two folders, two databases, two sets of keys. "
        "Public lists stand in for holdings that are confidential."
    ),
    "say.opening-courier": (
        "Two authorities, two nodes, and no network between them: files are carried to and fro. "
        "Public lists stand in for holdings that are confidential."
    ),
    "say.linked": "Each says that a courier is the way to the other. Neither calls the other.",
    "say.side": "{side}: {name}",
    "say.compare": "{name} reads the document of {peer}, and is told its fingerprint by telephone:",
    "say.lists-real": "Real public lists, as the authorities published them:",
    "say.lists-synthetic": (
        "Synthetic lists, made for this: no list was named. Nobody on them exists. Overlaps of "
        "every kind are planted in them, and look-alikes that must not be found."
    ),
    "say.loaded": "{name}: {title} ({file})",
    "say.catalog": "{name} reads in the catalog of {peer}: {title}",
    "say.tagged": (
        "{name} tagged {records} records: {entries} entries, padded to {padded} ({bytes} bytes)."
    ),
    "say.asked": (
        "{name} asked about {tokens} blinded tokens of {families} families. The best hits first:"
    ),
    "say.fuzzy": "{count} of the name",
    "say.explained": "Why {record}, {name}, is {band}, though no exact family agrees:",
    "say.more-hits": "… and {count} more; --json has all of them.",
    "say.turn": "The other direction: {holder} offers, and {asker} checks two subjects.",
    "say.inbox": "In the inbox of {name} waits a request, with the exact answer that would leave:",
    "say.answer": "{name} receives, under {handling}:",
    "say.reason": "The case named does not fall under the section agreed.",
    "say.expiry": (
        "Left unanswered, it becomes a signed decline by expiry at that time. The shortest term is "
        "an hour, so this is shown by the tests and not here."
    ),
    "say.suspension": "Under review.",
    "say.posture": "All that {name} can cause to happen at the node of {peer}:",
    "say.intruder": (
        "Now the node of {name} is stopped, and a program that holds all its keys takes its place. "
        "It keeps to no rule. What it tries, and what comes back:"
    ),
    "say.us-learned": "What the United States side learned",
    "say.mx-learned": "What the Mexican side learned",
    "say.crossed": "What crossed the border",
    "say.never": "What never did",
    "say.times": "How long it took",
    "say.all-held": "All {count} things that this play claims have happened, and were checked.",
    "say.not-held": "Claimed by this play, and not so ({count}):",
    "claim.to-the-end": "The play goes on to its end; but it stopped. {what} {todo}",
    "claim.apart": (
        "Two processes ({mx}, {us}), two databases, and no key or certificate in common"
    ),
    "claim.apart-here": "Two folders, two databases, and no key or certificate in common",
    "claim.courier-cut": "A file that is cut short is refused ({code}), and nothing is lost",
    "claim.courier-altered-file": "A file with one byte changed is refused ({code})",
    "claim.courier-for-another": "A file for another node cannot be read ({code})",
    "claim.courier-twice": "A file that comes twice brings nothing new and changes nothing",
    "claim.no-socket": "Nobody opened a socket in all of this ({count})",
    "claim.carried": "{count} files were carried, {bytes} bytes in all, each for one reader",
    "claim.misheard": "With one digit misheard, nothing is pinned",
    "claim.pinned": "{name} has pinned {peer}, and nobody else",
    "claim.loaded": "Both lists are whole: {mx} records in Mexico, {us} in the United States",
    "claim.withheld": "{name} withholds one record, {record}: no counterpart may learn of it",
    "claim.changed": (
        "{name} sees exactly what would change: {new} tokens a day in place of {old}; an officer "
        "decides"
    ),
    "claim.countered": "Its officer counters with {new}; the other side's officer accepts",
    "claim.agreed": (
        "{asker} and {holder} hold the same agreement ({digest}…), signed by both, in force"
    ),
    "claim.found-known": (
        "{pairs} pairs with {hits} hits in exact families, as known to be there ({found} found)"
    ),
    "claim.found": (
        "{pairs} pairs with {hits} hits in exact families, as a comparison in the clear gives "
        "({found} found)"
    ),
    "claim.look-alikes": (
        "None of the {count} pairs that only look alike agrees in an exact family, and none is "
        "called the same"
    ),
    "claim.found-clear": (
        "{pairs} pairs share something ({hits} families), exactly those that a comparison in the "
        "clear gives; {shown} of them reach a band that is shown"
    ),
    "claim.near": (
        "All {count} pairs are among them whose names were planted otherwise spelt, in another "
        "order, shortened, or with the legal form in words"
    ),
    "claim.added-up": "The reasons of each score add up to it",
    "claim.statuses": "Each hit shows status and date as the holder's own list has them",
    "claim.grades": "Hits in a name and nothing else are marked as name only: {count}",
    "claim.counted": "{name} has counted {tokens} tokens against the quota, exactly those asked",
    "claim.withheld-unknown": "A check for the withheld record {record} finds nothing",
    "claim.checked": (
        "{name} checked one subject of its list, {record}, with {tokens} tokens, and found it there"
    ),
    "claim.held": "The request waits for an officer, and is about the record that matched",
    "claim.bound": "An approval of anything but this exact answer counts for nothing",
    "claim.answered": (
        "One officer approved; {count} fields came, as approved, under {handling}, and no others"
    ),
    "claim.declined": "{name} declined a second request. Reason given: {reason}",
    "claim.final": "Asked again, it stays declined until the decliner reopens it",
    "claim.waits": "A third request waits until {due}",
    "claim.equal": (
        "Equal roots at both sides, for both logs, each cosigned by the other ({mx} and {us} "
        "entries)"
    ),
    "claim.still-equal": (
        "With its own node back, both records are verified again and are still equal ({mx} and "
        "{us} entries): the refused messages stand in both, too"
    ),
    "claim.figures": (
        "Both sides computed the same figures of who gave what from the record ({count} questions "
        "and requests), and signed them"
    ),
    "claim.posture": (
        "{count} messages are the closed set, read from the routes that are served; no account, no "
        "code"
    ),
    "claim.suspended": "{name} suspends the agreement, at once and without asking anybody",
    "claim.refused": "Refused: {tried} (what came back was {code})",
    "claim.refused-all": "All {count} attempts came to nothing; at {name} nothing has changed",
    "claim.unsaid": (
        "{texts} names and identifiers were looked for in all {bytes} bytes that were said: "
        "but for those that an officer released, {found} stand there"
    ),
    "claim.keys-at-home": "No private key and no officer of either side stands there",
    "label.weight": "weight",
    "label.reason": "why",
    "label.told": "by telephone",
    "label.in-document": "in the document",
    "label.recovery": "recovery key",
    "label.set-aside": "set aside",
    "label.warnings": "worth a look",
    "label.approval": "approval",
    "label.our-record": "our record",
    "label.our-name": "name in our list",
    "label.agrees-in": "agrees in",
    "label.holders-status": "holder's status",
    "label.about": "about our record",
    "label.verified-by": "verified by",
    "label.log": "log",
    "label.root-short": "root (its beginning)",
    "label.log-sent": "what it sent",
    "label.log-received": "what it received",
    "label.from": "from",
    "label.messages": "messages",
    "label.may-send": "may send",
    "label.may-see": "may see offers of",
    "label.agreed": "agreed",
    "label.waiting-here": "waits here for officers",
    "label.accounts": "accounts here",
    "label.code-run": "programs run here",
    "label.tried": "what was tried",
    "label.came-back": "what came back",
    "label.changed": "what changed there",
    "label.nothing": "nothing",
    "label.something": "something",
    "label.bytes-signed": "bytes, as signed",
    "label.bytes-tls": "bytes on the wire",
    "label.us-to-mx": "United States to Mexico",
    "label.mx-to-us": "Mexico to United States",
    "label.total": "in all",
    "label.lists": "lists",
    "label.versions": "versions",
    "label.kept": "kept in",
    "remark.statuses": "statuses conflict",
    "remark.differ": "{families} differ",
    "bar.load": "{name}",
    "bar.tag": "{name}",
    "bar.match": "{name}",
    "attempt.command": "A message outside the closed set: run a program",
    "attempt.quota": "A question of one token more than the quota has left",
    "attempt.body": "A body of one byte over the cap",
    "attempt.replay": "A question answered before, sent again byte for byte",
    "attempt.altered": "That question with one character changed",
    "attempt.callback": "A callback address elsewhere",
    "attempt.stale": "A message whose time has passed",
    "attempt.stranger": "A message of somebody who is not pinned",
    "attempt.suspended": "A question after the agreement was suspended",
    "came.same-reply": "the stored reply, the same bytes",
    "came.another-reply": "another reply",
    "came.called-back": "it called back",
    "account.title": "Account",
    "account.us-pairs": (
        "which {pairs} of its {records} records the other side has, too ({hits} hits), with the "
        "holder's status and date, and an opaque handle for each"
    ),
    "account.us-fields": "{count} fields of one record, under {handling}: {fields}",
    "account.us-rest": "of the other list as a whole: its padded size, and what statuses there are",
    "account.mx-asked": "how many tokens it was asked about, canaries included: {asked}; not which",
    "account.mx-requests": (
        "for which of its records the other side asked for details ({count}), for what purpose, on "
        "which legal basis, under which case reference"
    ),
    "account.mx-rest": "that one subject it checked is on the other list too, and its status there",
    "account.never": (
        "either list; a name or identifier that no officer released; a private key; an officer's "
        "name; a program, a login, an address to call"
    ),
    "step.cheat-talk": "They talk, and cosign what was said",
    "step.cheat-rewrite": "One side rewrites its log",
    "step.cheat-caught": "The other side makes contact",
    "say.cheat-opening": (
        "Two honest nodes, until one of them puts another message in the place of one that it "
        "sent: in its own database, with its own keys, and with a tree that fits."
    ),
    "say.cheat-error": "Answer: {what}",
    "claim.cheat-cosigned": "{name} has cosigned the {count} entries of the other side's log",
    "claim.cheat-rewritten": (
        "{name} wrote another entry {number}; its log of {count} entries fits itself"
    ),
    "claim.cheat-differs": "{name} finds on the next contact that it is not the log that it was",
    "claim.cheat-alarm": (
        "{name} raises an alarm; the evidence is two notes that the other side signed, and that "
        "cannot both be"
    ),
    "claim.cheat-stops": "until an officer of {name} decides, nothing of {peer} goes by itself",
    "claim.cheat-named": (
        "comparing names the entry that is not the same: number {number}, «{said}»"
    ),
}

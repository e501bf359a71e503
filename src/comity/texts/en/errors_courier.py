"""What is wrong with a courier's file, and what to do: English."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.BUNDLE_INVALID: (
        "What came is no bundle of messages[ (line {line})].",
        "What stands before that line was taken. Ask the peer which version it runs.",
    ),
    Code.COURIER_NO_FILE: (
        "This is not a courier's file.",
        "Look for another file on the medium. Nothing was taken.",
    ),
    Code.COURIER_TRUNCATED: (
        "The courier's file is cut short.",
        "Copy it from the medium again, or ask the peer to pack again. Nothing of it was taken, "
        "and nothing is lost.",
    ),
    Code.COURIER_CHANGED: (
        "The courier's file is not as its sender made it.",
        "Keep it as evidence, and ask the peer to pack again. Nothing of it was taken.",
    ),
    Code.COURIER_FOR_ANOTHER: (
        "The courier's file is for another node.",
        "Give it back. Nobody can read it but the node that it is for.",
    ),
    Code.COURIER_EXPIRED: (
        "The courier's file is too old.",
        "Ask the peer to pack again: what has not arrived goes into every file.",
    ),
    Code.COURIER_FULL: (
        "Too many parts of other files wait for their missing parts[ ({limit} bytes)].",
        "Bring the missing parts, or ask the peer to pack again. Parts go by themselves in time.",
    ),
    Code.COURIER_NOT_AGREED: (
        "The peer sends messages that may travel for weeks[ ({peer})], and here the link to it is "
        "none of a courier.",
        "If that is right, say so, and unpack again: comity peer link PEER courier.",
    ),
    Code.COURIER_KEY_UNKNOWN: (
        "The courier's file is signed with a key[ of {peer}] that is not known here.",
        "If the peer has new keys, take its update first: comity peer update FILE. Then unpack "
        "again.",
    ),
    Code.COURIER_NO_RECEIPT: (
        "There is nothing to give a receipt for[: no courier's file of {peer} was taken].",
        "Unpack one first: comity courier unpack FILE.",
    ),
    Code.COURIER_WAITS: (
        "It waits for the courier[ to {peer}].",
        "Pack it: comity courier pack PEER -o FILE. Once the reply is unpacked, run this again.",
    ),
}

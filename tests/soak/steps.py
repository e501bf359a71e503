"""Where a process can die: every step of the walk, of its way back, and of what a node does alone.

The names are what the driver gives a process when it starts it; `mortal` is where each of them is.
"""

from typing import Final

EXCHANGE: Final = {
    "opened": "a message is authentic and read (2), nothing of it is kept",
    "admit-before-commit": "it is in transaction 1 (3)",
    "admit-after-commit": "it is admitted",
    "decided": "what comes of it is clear (4)",
    "acted": "the work is done (5)",
    "sealed": "something is signed in transaction 2 (6): the reply, or what follows from it",
    "commit-before-commit": "state, reply and outbox are in transaction 2 (7)",
    "commit-after-commit": "the reply is durable, and not sent",
    "again": "a stored reply is found for what came again",
    "replied": "the reply is sent (8)",
}
DELIVERY: Final = {
    "post-before-commit": "an officer's word, and the message it becomes, are in a transaction",
    "post-after-commit": "they are durable, and the officer was not told",
    "sending": "a message is about to go",
    "answered": "a reply came, and nobody looked at it",
    "reply-opened": "the reply is authentic",
    "take-before-commit": "the reply, and what it changes, are in a transaction",
    "take-after-commit": "they are durable",
    "put-off-before-commit": "nobody answered; a later time is in a transaction",
    "put-off-after-commit": "it is durable",
}
EXPIRY: Final = {
    "expiry-before-commit": "what ran out, and the decline it becomes, are in a transaction",
    "expiry-after-commit": "they are durable",
}
OUTSIDE: Final = "outside"
"""At any moment: the driver kills, and the process knows nothing of it."""
STEPS: Final = (*EXCHANGE, *DELIVERY, *EXPIRY)

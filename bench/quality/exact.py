"""Exact equality: identifiers, and whole names in their normal form. No fuzzy family is in it."""

from collections import defaultdict

from bench.quality.ours import records
from bench.quality.task import Answer, Scored, Task
from comity.core.derivation import DERIVATION, derive
from comity.core.tokens import Token
from comity.limits import RECORDS_PER_TOKEN


def match(task: Task) -> Answer:
    """Return the pairs that share a token; how many they share is the score."""
    ours, theirs = records(task)
    asked = [derive(record) for record in ours]
    held = asked if task.alone else [derive(record) for record in theirs]
    holders: dict[Token, list[int]] = defaultdict(list)
    for number, tokens in enumerate(held):
        for token in tokens:
            holders[token].append(number)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for number, tokens in enumerate(asked):
        for token in tokens:
            for other in holders.get(token, ())[:RECORDS_PER_TOKEN]:
                if not task.alone or number < other:
                    shared[number, other] += 1
    return Answer(
        pairs=[Scored(ours[i].id, theirs[j].id, count) for (i, j), count in shared.items()],
        own=1.0,
        library=DERIVATION,
        tokens=(sum(map(len, asked)) / len(asked), sum(map(len, held)) / len(held)),
    )

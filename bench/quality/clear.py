"""Fuzzy matching in the clear: equal tokens in place of equal tags, and the scores that follow.

What a pair of nodes would find with the same lists, at no cost for blinding: tags are equal where
tokens are.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from comity.core.fuzzy.assignment import Pair, one_to_one
from comity.core.fuzzy.crowded import entries_of
from comity.core.fuzzy.derived import Derived
from comity.core.fuzzy.frequencies import Frequencies
from comity.core.fuzzy.scoring import Agreement, Score, score
from comity.core.records import Family, Record
from comity.core.tokens import Token

Ids = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """What came of matching two lists."""

    scores: dict[Ids, Score]
    """Of all pairs that share a token that the holder did not leave out."""
    families: dict[Ids, frozenset[Family]]
    """Of the tokens that they share."""
    tokens_asked: float
    """Tokens of one of our records, on average."""
    tokens_held: float

    def totals(self) -> list[tuple[float, Ids]]:
        """Return the pairs, the highest total first."""
        return sorted(((each.total, ids) for ids, each in self.scores.items()), reverse=True)

    def assigned(self) -> list[tuple[float, Ids]]:
        """Return the pairs that are left where each record may have one other."""
        pairs = [Pair(ours, theirs, each.total) for (ours, theirs), each in self.scores.items()]
        return [(pair.total, (pair.ours, pair.theirs)) for pair in one_to_one(pairs)]


def match(ours: Sequence[Record], theirs: Sequence[Record], families: Collection[Family]) -> Found:
    """Match two lists; where they are one list, each pair once and no record with itself."""
    asked = [Derived.of(record, families) for record in ours]
    held = asked if theirs is ours else [Derived.of(record, families) for record in theirs]
    alone = 1 if theirs is ours else 0
    holders: dict[Token, list[int]] = defaultdict(list)
    for number, question in enumerate(held):
        for token in question.tokens:
            holders[token].append(number)
    agreed: dict[tuple[int, int], set[Token]] = defaultdict(set)
    for number, question in enumerate(asked):
        for token in question.tokens:
            having = holders.get(token, [])
            if entries_of(token.family, len(having) - alone):
                for other in having:
                    if not alone or number < other:
                        agreed[number, other].add(token)
    frequencies = Frequencies.of([question.subject for question in asked])
    scores: dict[Ids, Score] = {}
    shared: dict[Ids, frozenset[Family]] = {}
    for (one, other), tokens in agreed.items():
        together = Agreement(frozenset(tokens), held[other].presence)
        ids = asked[one].record, held[other].record
        scores[ids] = score(asked[one], together, frequencies, len(held))
        shared[ids] = frozenset(token.family for token in tokens)
    return Found(
        scores,
        shared,
        sum(len(question.tokens) for question in asked) / len(asked),
        sum(len(question.tokens) for question in held) / len(held),
    )

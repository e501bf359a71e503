"""anonlink and clkhash: Bloom filters, which a third party compares.

One filter for each name of a record, with the birth date in it; where records have addresses, with
their fields as well, set as in the tutorial of clkhash, though with fewer bits a field, since there
is one field more. The highest Dice coefficient of all names counts.
"""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

import anonlink
from bitarray import bitarray
from clkhash import bloomfilter
from clkhash.comparators import NgramComparison
from clkhash.field_formats import (
    BitsPerFeatureStrategy,
    FieldHashingProperties,
    IntegerSpec,
    MissingValueSpec,
    StringSpec,
)
from clkhash.key_derivation import generate_key_lists
from clkhash.schema import Schema

from bench.quality.task import Answer, Item, Pair, Task, best_of, plain_words, scored

OWN: Final = 0.8
LEAST: Final = 0.6
"""Coefficients below are not reported."""
_BITS: Final = 1024
_SECRET: Final = "a secret of both sides"

Row = tuple[str, ...]


def match(task: Task) -> Answer:
    """Compare all filters of one kind."""
    everything = (*task.ours, *task.theirs)
    places = any(item.places for item in everything)
    schema = Schema(_fields(places), _BITS)
    keys = generate_key_lists(_SECRET, len(schema.fields))
    pairs: dict[Pair, float] = {}
    for kind in sorted({item.kind for item in everything}):
        ours = _encoded(task.ours, kind, places, schema, keys)
        theirs = ours if task.alone else _encoded(task.theirs, kind, places, schema, keys)
        if not ours[0] or not theirs[0]:
            continue
        scores, _, (left, right) = anonlink.candidate_generation.find_candidate_pairs(
            [ours[1], theirs[1]], anonlink.similarities.dice_coefficient, LEAST
        )
        for score, one, other in zip(scores, left, right, strict=True):
            if not task.alone or one < other:
                best_of(pairs, ours[0][one], theirs[0][other], score)
    return Answer(
        pairs=scored(pairs),
        own=OWN,
        library=f"anonlink {version('anonlink')}, clkhash {version('clkhash')}",
    )


def _fields(places: bool) -> list[object]:
    if not places:
        return [_text("name", 300), _number("born", 100)]
    return [
        *(_text("surname", 100), _text("given", 100), _number("number", 50)),
        *(_text("street", 50), _text("locality", 50), _number("postcode", 50)),
        *(_number("born", 100), _number("identifier", 100)),
    ]


def _text(name: str, bits: int) -> StringSpec:
    return StringSpec(
        name,
        FieldHashingProperties(
            comparator=NgramComparison(2), strategy=BitsPerFeatureStrategy(bits)
        ),
    )


def _number(name: str, bits: int) -> IntegerSpec:
    return IntegerSpec(
        name,
        FieldHashingProperties(
            comparator=NgramComparison(1, True),
            strategy=BitsPerFeatureStrategy(bits),
            missing_value=MissingValueSpec(sentinel=""),
        ),
    )


def _encoded(
    items: Sequence[Item], kind: str, places: bool, schema: Schema, keys: object
) -> tuple[list[str], list[bitarray]]:
    """Return ids, and a filter for each of the names."""
    named = [
        (item.id, row)
        for item in items
        if item.kind == kind
        for row in (_addressed(item) if places else _listed(item))
    ]
    rows = [row for _, row in named]
    filters = [found[0] for found in bloomfilter.stream_bloom_filters(rows, keys, schema)]
    return [name for name, _ in named], filters


def _listed(item: Item) -> list[Row]:
    born = next((_digits(date) for date in item.birth_dates if len(date) == 10), "")
    return [(" ".join(sorted(plain_words(name))), born) for name in item.names if plain_words(name)]


def _addressed(item: Item) -> list[Row]:
    surname, _, given = item.names[0].lower().partition(", ")
    number, street, locality, postcode = item.places[0] if item.places else ("", "", "", "")
    born = _digits(item.birth_dates[0]) if item.birth_dates else ""
    identifier = _digits(item.identifiers[0][1]) if item.identifiers else ""
    fields = surname, given, _digits(number), street.lower(), locality.lower(), _digits(postcode)
    return [(*fields, born, identifier)]


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())

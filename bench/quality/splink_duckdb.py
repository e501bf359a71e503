"""Splink on DuckDB: a Fellegi-Sunter model that trains itself on both lists.

Where records have addresses, the model and the blocking rules are those of its guide to the FEBRL
sets. For lists of names its guide has none: here the nearest of all pairs of names, the words in
common, dates and identifiers are compared, for the candidates that each tool gets that sees the
clear text.
"""

from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

import duckdb
import pyarrow
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from bench.quality.task import Answer, Item, Pair, Task, best_of, plain_words, scored

OWN: Final = 0.5
SEED: Final = 69
_SAMPLED: Final = 5e6
_LEAST: Final = 1e-6
"""Probabilities below are not reported."""
_TEXTS: Final = pyarrow.list_(pyarrow.string())

Row = dict[str, Any]


def match(task: Task) -> Answer:
    """Train, and predict."""
    places = any(item.places for item in task.ours)
    in_pairs = _pairs_of(task)
    tables = [_rows(task.ours, "a", in_pairs)]
    if not task.alone:
        tables.append(_rows(task.theirs, "b", in_pairs))
    database = duckdb.connect()
    # Its comparison of lists of names is written in what DuckDB 2 takes only when told to.
    database.execute("SET lambda_syntax='ENABLE_SINGLE_ARROW'")
    api = DuckDBAPI(connection=database)
    linker = Linker(
        [api.register(_table(rows)) for rows in tables],
        SettingsCreator(
            link_type="dedupe_only" if task.alone else "link_only",
            comparisons=_of_addresses() if places else _of_names(),
            blocking_rules_to_generate_predictions=_blocking(places),
        ),
    )
    _train(linker, tables, places)
    found = linker.inference.predict(threshold_match_probability=_LEAST)
    # Of two records of one list the first comes first, of two lists that of ours.
    places_of = {row["unique_id"]: at for at, row in enumerate(row for t in tables for row in t)}
    pairs: dict[Pair, float] = {}
    for row in found.as_record_list():
        both = sorted((row["unique_id_l"], row["unique_id_r"]), key=places_of.__getitem__)
        ids = both[0].partition(":")[2], both[1].partition(":")[2]
        # The weight, since probabilities near 1 are all alike.
        best_of(pairs, *ids, row["match_weight"])
    return Answer(
        pairs=scored(pairs),
        own=0.0,
        library=f"splink {version('splink')}, duckdb {version('duckdb')}",
    )


def _of_addresses() -> list[Any]:
    return [
        cl.NameComparison("given").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("born", input_is_string=True, invalid_dates_as_null=True),
        cl.DamerauLevenshteinAtThresholds("identifier", [1, 2]),
        cl.ExactMatch("number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
            term_frequency_adjustments=True
        ),
    ]


def _of_names() -> list[Any]:
    return [
        cl.PairwiseStringDistanceFunctionAtThresholds("names", "jaro_winkler", [0.95, 0.9, 0.8]),
        cl.ArrayIntersectAtSizes("words", [4, 3, 2, 1]),
        cl.CustomComparison(
            output_column_name="dates",
            comparison_levels=[
                cll.NullLevel("dates"),
                cll.CustomLevel("list_has_any(dates_l, dates_r)", "one date"),
                cll.CustomLevel("list_has_any(years_l, years_r)", "one year"),
                cll.ElseLevel(),
            ],
        ),
        cl.ArrayIntersectAtSizes("identifiers", [1]),
    ]


def _blocking(places: bool) -> list[Any]:
    if not places:
        return [block_on("pairs", arrays_to_explode=["pairs"])]
    return [
        block_on("given", "surname"),
        "l.given = r.surname and l.surname = r.given",
        block_on("born"),
        block_on("identifier"),
        block_on("locality", "street"),
        block_on("number", "street"),
        block_on("postcode"),
    ]


def _train(linker: Linker, tables: Sequence[Sequence[Row]], places: bool) -> None:
    """Train as the guide does: what never agrees keeps the value it begins with."""
    if places:
        surely = [block_on("identifier"), block_on("given", "surname", "born")]
        recall, steps = 0.8, ("born", "postcode")
    else:
        surely, recall, steps = [block_on("name")], 0.6, ("born", "word")
    linker.training.estimate_probability_two_random_records_match(surely, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLED, seed=SEED)
    for column in steps:
        values = [{row[column] for row in rows} - {None} for rows in tables]
        if set.intersection(*values):
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(column), estimate_without_term_frequencies=True
            )


def _pairs_of(task: Task) -> dict[str, list[str]]:
    """Return for each record the candidate pairs it is in: a rule that makes just those pairs."""
    found: dict[str, list[str]] = defaultdict(list)
    theirs, side = (task.ours, "a") if task.alone else (task.theirs, "b")
    for number, (one, other) in enumerate(task.candidates):
        found[f"a:{task.ours[one].id}"].append(str(number))
        found[f"{side}:{theirs[other].id}"].append(str(number))
    return found


def _rows(items: Sequence[Item], side: str, in_pairs: dict[str, list[str]]) -> list[Row]:
    return [_row(item, f"{side}:{item.id}", in_pairs.get(f"{side}:{item.id}")) for item in items]


def _row(item: Item, unique_id: str, pairs: list[str] | None) -> Row:
    named = [plain_words(name) for name in item.names]
    surname, _, given = item.names[0].lower().partition(", ")
    number, street, locality, postcode = item.places[0] if item.places else ("",) * 4
    full = [date for date in item.birth_dates if len(date) == len("2000-01-31")]
    return {
        "unique_id": unique_id,
        "names": sorted({" ".join(sorted(words)) for words in named}) or None,
        "words": sorted({word for words in named for word in words}) or None,
        "dates": item.birth_dates or None,
        "years": [date[:4] for date in item.birth_dates] or None,
        "identifiers": sorted({f"{f}:{value}" for f, value, _ in item.identifiers}) or None,
        "pairs": pairs,
        "name": " ".join(sorted(named[0])) or None,
        "word": named[0][0] if named[0] else None,
        "surname": surname or None,
        "given": given or None,
        "born": full[0] if full else None,
        "identifier": item.identifiers[0][1] if item.identifiers else None,
        "number": number or None,
        "street": street or None,
        "locality": locality or None,
        "postcode": postcode or None,
    }


def _table(rows: Sequence[Row]) -> pyarrow.Table:
    lists = ("names", "words", "dates", "years", "identifiers", "pairs")
    return pyarrow.Table.from_pylist(
        rows,
        pyarrow.schema([(name, _TEXTS if name in lists else pyarrow.string()) for name in rows[0]]),
    )

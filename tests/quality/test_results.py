"""What is written down of a tool: its arithmetic, its tables, and our own tools for real."""

import json
from pathlib import Path

import pytest
from bench.quality import results
from bench.quality.__main__ import main, write
from bench.quality.child import run as run_here
from bench.quality.lists import NAMES, Lists, equal_names, labelled
from bench.quality.results import Entry, Rates, at_cost, by_kind, merged, ranked, single
from bench.quality.running import ToolFailedError, judged, prepared, run
from bench.quality.task import Answer, Scored
from bench.quality.tools import EXACT, OURS, TOOLS, Tool

from comity.core.records import Kind, Record
from documents import qualities
from documents.marks import ROOT

PAIRS: results.Ranked = [
    (9.0, ("a", "x")),
    (7.0, ("b", "y")),
    (7.0, ("c", "x")),
    (5.0, ("c", "z")),
    (1.0, ("d", "w")),
]
TRUE = frozenset({("a", "x"), ("b", "y"), ("c", "z")})


def person(prefix: str, name: str, *dates: str) -> Record:
    return Record(f"{prefix}-{name}", Kind.PERSON, (name,), birth_dates=dates)


LISTS = Lists(
    [person("a", "KRYLOV, Fordor"), person("a", "Nadie, Aqui"), person("a", "Igual, Nombre")],
    [person("b", "Krilof, Fordor"), person("b", "Otro, Distinto"), person("b", "Nombre Igual")],
    frozenset(
        {
            ("a-KRYLOV, Fordor", "b-Krilof, Fordor"),
            ("a-Igual, Nombre", "b-Nombre Igual"),
        }
    ),
)


def tool(name: str) -> Tool:
    return next(each for each in TOOLS if each.name == name)


def entry(set_name: str, name: str, f1: float, **other: object) -> Entry:
    rates: Rates = {"score": 1.0, "precision": f1, "recall": f1, "f1": f1, "pairs": 5}
    made: Entry = {
        "set": set_name,
        "tool": name,
        "ours": 100,
        "theirs": 200,
        "true": 10,
        "reached": 9,
        "compared": 50,
        "own": rates,
        "best": rates,
        "own_single": rates,
        "best_single": rates,
        "tokens": (8.8, 12.6) if name == OURS else None,
        "leaked": 41 if name == OURS else None,
        "bands": {"same": (5, 5), "possibly": (4, 2)} if name == OURS else None,
        "kinds": {"typing": (3, 4), "order": (4, 4)} if set_name == "errors" else None,
        "kinds_own": {"typing": (2, 4), "order": (1, 4)} if set_name == "errors" else None,
        "core_seconds": 2.5,
        "measured": "2026-11-27",
        "command": "make bench-quality",
        "library": f"{name} 1",
    }
    return {**made, **other}  # type: ignore[typeddict-item]


# --- the arithmetic ----------------------------------------------------------------------------


def test_pairs_are_ranked_and_some_left_out() -> None:
    answer = Answer([Scored("a", "x", 1), Scored("b", "y", 2), Scored("c", "z", 3)], 1, "some")
    assert ranked(answer, [("b", "y")]) == [(3, ("c", "z")), (1, ("a", "x"))]


def test_one_for_each() -> None:
    assert single(PAIRS) == [PAIRS[0], PAIRS[1], PAIRS[3], PAIRS[4]]


@pytest.mark.parametrize(("wrong", "least"), [(0, 9.0), (1, 5.0), (2, 1.0), (9, 1.0)])
def test_the_score_at_a_cost_never_cuts_between_equal_scores(wrong: int, least: float) -> None:
    assert at_cost(PAIRS, TRUE, wrong) == least


def test_at_a_cost_that_nothing_has() -> None:
    assert at_cost([(1.0, ("a", "w"))], TRUE, 0) == float("inf")


def test_what_of_a_kind_is_found() -> None:
    kinds = {("a", "x"): "typing", ("b", "y"): "typing", ("c", "z"): "order"}
    assert by_kind(PAIRS, kinds, 9.0) == {"typing": (1, 2), "order": (0, 1)}
    assert by_kind(PAIRS, kinds, 5.0) == {"typing": (2, 2), "order": (1, 1)}
    assert by_kind(PAIRS, {}, 5.0) is None


def test_an_equal_name_is_one_in_its_normal_form() -> None:
    lists = Lists(
        [person("a", "Peña, Ana"), person("a", "B, C")],
        [person("b", "PENA, ANA"), person("b", "C B")],
        frozenset({("a-Peña, Ana", "b-PENA, ANA"), ("a-B, C", "b-C B")}),
    )
    assert equal_names(lists) == {("a-Peña, Ana", "b-PENA, ANA")}


def test_what_was_not_measured_anew_stays_in_the_order_of_sets_and_tools(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    first = [entry("errors", OURS, 0.5), entry("ca-ofac", EXACT, 0.5), entry("ca-ofac", OURS, 0.6)]
    write(first, path)
    again = entry("ca-ofac", EXACT, 0.7)
    write([again], path)
    assert json.loads(path.read_text("utf-8"))["entries"] == json.loads(
        json.dumps([first[2], again, first[0]])
    )
    assert merged([entry("gone", OURS, 1), entry("errors", "gone", 1)], [], NAMES) == []


# --- lists of one's own ------------------------------------------------------------------------


def test_pairs_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    ours, theirs = [person("a", "A"), person("a", "B")], [person("b", "A")]
    path.write_text("ours,theirs,verdict\na-A,b-A,same\na-B,b-A,unsure\n", "utf-8")
    found = labelled(ours, theirs, path)
    assert found.true == {("a-A", "b-A")}
    assert found.unsure == {("a-B", "b-A")}
    path.write_text("ours,theirs\na-A,b-A\n", "utf-8")
    assert labelled(ours, theirs, path).true == {("a-A", "b-A")}
    path.write_text("ours,theirs\na-A,b-A\na-C,b-A\n", "utf-8")
    with pytest.raises(ValueError, match=r"^line 3:"):
        labelled(ours, theirs, path)


@pytest.mark.processes
def test_two_lists_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text('Ref,Name\n1,"KRYLOV, Fordor"\n2,Nadie\n', "utf-8")
    (tmp_path / "b.csv").write_text("Ref,Name\n7,Fordor Krilof\n8,Otro\n", "utf-8")
    (tmp_path / "pairs.csv").write_text("ours,theirs\n1,7\n", "utf-8")
    mapping = "id=Ref;name=Name;kind=person"
    given = {"ours": "a.csv", "theirs": "b.csv", "truth": "pairs.csv"}
    words = [f"--{name}={tmp_path / file}" for name, file in given.items()]
    words += [f"--ours-map={mapping}", f"--theirs-map={mapping}", "--only=comity"]
    monkeypatch.setattr("sys.argv", ["bench.quality", *words])
    before = qualities.read()
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "2 records ask 2; 1 pairs are matches." in said
    assert cells(said)[OURS][0] == "1.0000 (1.000, 1.000)"
    assert qualities.read() == before


def test_half_of_the_words_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["bench.quality", "--ours=a.csv"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2


# --- our own tools -----------------------------------------------------------------------------


def test_our_own_tool_on_two_lists() -> None:
    answer = run_here("ours", prepared(LISTS))
    found = judged("own lists", tool(OURS), LISTS, answer, "make bench-quality")
    assert found["own"]["f1"] == found["best"]["f1"] == 1.0
    assert (found["ours"], found["theirs"], found["true"], found["leaked"]) == (3, 3, 2, 0)
    assert found["tokens"] is not None
    assert found["core_seconds"] > 0


def test_equality_finds_less() -> None:
    answer = run_here("exact", prepared(LISTS))
    assert [(each.ours, each.theirs) for each in answer.pairs] == []
    lists = Lists(LISTS.ours, [*LISTS.theirs, person("c", "Krylov Fordor")], LISTS.true)
    answer = run_here("exact", prepared(lists))
    assert [(e.ours, e.theirs) for e in answer.pairs] == [("a-KRYLOV, Fordor", "c-Krylov Fordor")]


def test_what_a_rule_makes_no_hit_stands_below_every_hit() -> None:
    # A given name and a patronymic in common, and no surname.
    lists = Lists(
        [person("a", "ZVERKOVSKY, Zubarzhan Khvostislavovich")],
        [person("b", "GLUKHOMANOV, Zubarzhan Khvostislavovich")],
        frozenset(),
    )
    answer = run_here("ours", prepared(lists))
    assert [each.band for each in answer.pairs] == ["none"]
    assert all(each.score < answer.own for each in answer.pairs)


@pytest.mark.processes
def test_a_tool_in_a_process_of_its_own() -> None:
    answer = run(tool(OURS), prepared(LISTS))
    assert {(each.ours, each.theirs) for each in answer.pairs} >= LISTS.true


@pytest.mark.processes
def test_a_tool_that_fails_says_why() -> None:
    broken = Tool("broken", "no_such_module", "", "", "", "")
    with pytest.raises(ToolFailedError, match=r"broken ended with 1\n[^$]*no_such_module"):
        run(broken, prepared(LISTS))


# --- the tables --------------------------------------------------------------------------------


def cells(table: str) -> dict[str, list[str]]:
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in lines]
    return {row[0]: row[1:] for row in rows}


ENTRIES = [
    entry("ca-ofac", OURS, 0.95),
    entry("ca-ofac", "splink", 0.97),
    entry("errors", OURS, 0.9),
    entry("errors", "anonlink", 0.8),
]


def test_the_table_of_a_set() -> None:
    found = cells(qualities.figures(ENTRIES[:2]))
    assert found[OURS][0] == "0.9500 (0.950, 0.950)"
    assert found[OURS][4:] == ["9", "8.8 and 12.6", "41", "2.5"]
    assert found["splink"][5:7] == ["none", "both lists"]
    assert found["anonlink"][0] == qualities.NOT_RUN


def test_the_table_of_hits() -> None:
    found = cells(qualities.hits(ENTRIES[:2]))
    assert found[OURS] == ["5", "5", "10 of 10", "8.8 and 12.6", "41", "2.5"]
    assert found["anonlink"][0] == qualities.NOT_RUN


def test_who_is_best_is_said_whoever_it_is() -> None:
    found = cells(qualities.goals(ENTRIES))
    assert found["ca-ofac"][:3] == ["0.9500", "0.9700 (`splink`)", "splink"]
    assert found["errors"][:3] == ["0.9000", "0.8000 (`anonlink`)", OURS]
    even = [entry("ca-ofac", OURS, 0.5), entry("ca-ofac", "splink", 0.5)]
    assert cells(qualities.goals(even))["ca-ofac"][2] == "neither"


def test_one_to_one_is_left_out_where_records_have_several_matches() -> None:
    name = qualities.SEVERAL[0]
    several = [entry(name, OURS, 0.5), entry(name, "splink", 0.6)]
    assert cells(qualities.figures(several))[OURS][2:4] == ["", ""]
    found = cells(qualities.goals(several))[name]
    assert found[:6] == ["0.5000", "0.6000 (`splink`)", "splink", "", "", ""]


def test_the_table_of_bands() -> None:
    assert cells(qualities.bands(ENTRIES))["ca-ofac"] == ["5 of 5", "0 of 0", "2 of 4", "0 of 0"]


def test_the_table_of_kinds() -> None:
    found = cells(qualities.kinds(ENTRIES[2:]))
    assert found["typing"] == ["4", "75%", "75%"]
    assert found["all"] == ["8", "88%", "88%"]
    assert found["wrong pairs for a hundred questions"] == ["", "at most 1", "at most 1"]


def test_the_table_of_kinds_at_the_own_threshold() -> None:
    found = cells(qualities.kinds(ENTRIES[2:], own=True))
    assert found["typing"] == ["4", "50%", "50%"]
    # Of five pairs a tenth is wrong, or a fifth.
    assert found["wrong pairs for a hundred questions"] == ["", "0.5", "1.0"]


def test_the_table_of_costs() -> None:
    found = cells(qualities.costs(ENTRIES))
    assert found["ca-ofac"][:3] == ["880", "2,520", "2.5"]


def test_what_a_run_prints_is_what_it_measured() -> None:
    told = qualities.told(ENTRIES[2:])
    assert "0.9000 (0.900, 0.900)" in told
    assert "| typing | 4 | 75% | 75% |" in told


def test_without_figures_the_page_says_so() -> None:
    for block in (
        qualities.figures,
        qualities.goals,
        qualities.bands,
        qualities.kinds,
        qualities.hits,
    ):
        assert block([]) == qualities.NOTHING


def _pinned() -> set[str]:
    return {
        line.replace("==", " ")
        for path in (ROOT / "bench" / "quality").glob("requirements-*.txt")
        for line in path.read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    }


def test_what_was_measured_is_what_is_installed() -> None:
    found = qualities.read()
    foreign = {each.name for each in TOOLS if each.environment}
    libraries = {
        e["library"].split(", ")[0]
        for e in (found["entries"] if found else [])
        if e["tool"] in foreign
    }
    assert libraries <= _pinned()


def test_every_tool_has_an_environment_or_is_ours() -> None:
    script = (ROOT / "bench" / "quality" / "install.sh").read_text("utf-8")
    for each in TOOLS:
        assert (ROOT / "bench" / "quality" / f"{each.module}.py").exists()
        assert not each.environment or each.environment in script.partition("for tool in")[2]

"""The bench beside other tools: its arithmetic, its tables, and our own tool for real.

Nothing here needs the other tools.
"""

import json
from pathlib import Path
from typing import Final

import pytest
from bench.peers import figures, work
from bench.peers.__main__ import chosen, write
from bench.peers.child import run
from bench.peers.figures import Entry
from bench.peers.meter import Job, Report, Step, measured, peak
from bench.peers.running import StepFailedError, measure, run_step
from bench.peers.tools import OURS, TOOLS, Tool

from comity.kernel import load
from documents import compared, plotted_peers
from documents.marks import ROOT

_PORTABLE: Final = next(tool for tool in TOOLS if tool.name == "comity-portable")
_MILLION: Final = 1_000_000


def _step(seconds: float, core: float = 0, sent: int = 0) -> Step:
    return {"seconds": seconds, "core_seconds": core, "sent": sent}


def _report(once: Step | None, *rounds: Step, peak: int = 1) -> Report:
    return {"once": once, "rounds": [*rounds], "peak": peak, "library": "some 1", "threads": 1}


def _entry(
    tool: str, prepare: Step | None, question: Step, whole: Step | None = None, size: int = _MILLION
) -> Entry:
    return {
        "tool": tool,
        "size": size,
        "questions": 10_000,
        "measured": "2026-11-26",
        "command": "make bench-peers",
        "library": f"{tool} 1",
        "threads": 2,
        "prepare": prepare,
        "open": None,
        "question": question,
        "rounds": 5,
        "prepare_peak": {"both": 50_000_000} if prepare else {},
        "question_peak": {"holder": 70_000_000, "asker": 60_000_000},
        "whole": {"cost": whole, "peak": {}} if whole else None,
    }


_ENTRIES: Final = [
    _entry(OURS, _step(10, 20, 58_000_000), _step(0.5, 0.4, 800_000), _step(60, 110)),
    _entry("spu-rr22", None, _step(2, 3, 60_000_000), _step(3, 5.5)),
]


# --- the work ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "questions"), [(1, 1), (10, 10), (1_000, 7), (9, 9)])
def test_every_second_question_is_about_something_that_is_held(size: int, questions: int) -> None:
    held, asked = list(work.held(size)), list(work.asked(size, questions))
    assert len(set(held)) == size
    assert len(set(asked)) == questions
    assert [text in held for text in asked] == [number % 2 == 0 for number in range(questions)]


def test_a_wrong_answer_is_no_measurement() -> None:
    right = set(list(work.asked(100, 10))[::2])
    work.check(100, 10, right)
    for wrong in (set(), right - {work.item(0)}, right | {work.item(99)}):
        with pytest.raises(ValueError, match="5 expected"):
            work.check(100, 10, wrong)


def test_a_step_is_measured() -> None:
    steps: list[Step] = []
    with measured(steps) as sent:
        sum(range(100_000))
        sent.bytes = 7
    (step,) = steps
    assert step["sent"] == 7
    assert step["seconds"] > 0
    assert step["core_seconds"] > 0
    assert peak() > 10_000_000


# --- the arithmetic ----------------------------------------------------------------------------


def test_two_sides_of_one_step() -> None:
    assert figures.together([_step(2, 3, 10), _step(5, 1, 20)]) == _step(5, 4, 30)


def test_steps_that_follow_each_other() -> None:
    steps = (_step(2, 3, 10), None, _step(5, 1, 20))
    assert figures.one_after_the_other(steps) == _step(7, 4, 30)
    assert figures.one_after_the_other((None,)) == _step(0)


def test_the_best_round_is_that_of_both_sides() -> None:
    holder = _report(None, _step(3, 1, 5), _step(2, 4, 5), peak=8)
    asker = _report(None, _step(1, 1, 6), _step(4, 1, 6), peak=9)
    sides = {"holder": holder, "asker": asker}
    assert figures.best_round(sides) == (_step(3, 2, 11), 2)
    assert figures.once(sides) is None
    assert figures.peaks(sides) == {"holder": 8, "asker": 9}
    assert figures.once({"both": _report(_step(1, 2, 3))}) == _step(1, 2, 3)


def test_sides_that_disagree_about_the_rounds_are_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        figures.best_round(
            {"holder": _report(None, _step(1)), "asker": _report(None, _step(1), _step(1))}
        )


def test_the_greater_peak() -> None:
    assert figures.greater({}, {"both": 3}) == {"both": 3}
    assert figures.greater({"both": 4}, {"both": 3}) == {"both": 4}


def test_ratios_are_to_ours() -> None:
    assert figures.ratio(6, 3) == 2
    with pytest.raises(ValueError, match="nothing"):
        figures.ratio(6, 0)
    assert figures.ours(_ENTRIES, _MILLION) == _ENTRIES[0]
    assert figures.ours(_ENTRIES, 5) is None


def test_what_was_not_measured_anew_stays(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write(_ENTRIES, path)
    again = _entry("spu-rr22", None, _step(1))
    again["measured"] = "2026-12-01"
    small = _entry(OURS, _step(1), _step(1), size=10)
    write([again, small], path)
    found = json.loads(path.read_text("utf-8"))
    assert found["entries"] == [small, _ENTRIES[0], again]


def test_what_was_measured_on_another_machine_goes(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write(_ENTRIES, path)
    found = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**found, "cores": found["cores"] + 1}), "utf-8")
    write([_ENTRIES[1]], path)
    assert json.loads(path.read_text("utf-8"))["entries"] == [_ENTRIES[1]]


def test_what_is_no_tool_any_more_goes() -> None:
    assert figures.merged([_entry("gone", None, _step(1))], []) == []


def test_tools_are_chosen_by_name_or_beginning() -> None:
    assert chosen([]) == list(TOOLS)
    assert [tool.name for tool in chosen([OURS])] == [OURS]
    found = [tool.name for tool in chosen(["spu", "voprf"])]
    assert found == ["spu-cached", "spu-rr22", "spu-ecdh", "spu-elligator2", "voprf"]
    with pytest.raises(SystemExit, match="no tool nothing"):
        chosen(["nothing"])


# --- our own tool ------------------------------------------------------------------------------


@pytest.mark.processes
def test_our_own_tool_for_real() -> None:
    found = measure(_PORTABLE, 60, rounds=2, whole=True, command="make")
    assert (found["tool"], found["size"], found["questions"]) == ("comity-portable", 60, 60)
    assert found["rounds"] == 2
    assert found["library"].startswith("libsodium")
    assert found["prepare"] is not None
    assert found["prepare"]["sent"] == 32 + 1_024 * 58
    # Two elements of 32 bytes a question, and a proof of 64, in base64url.
    assert found["question"]["sent"] == 2 * 60 * 32 * 4 // 3 + 86
    assert found["whole"] is not None
    assert found["whole"]["cost"]["seconds"] > found["prepare"]["seconds"]
    assert min(*found["prepare_peak"].values(), *found["question_peak"].values()) > 10_000_000


@pytest.mark.processes
def test_a_step_that_fails_says_why(tmp_path: Path) -> None:
    job = Job(tmp_path, 10, 10, 1, "both", (0, 0))
    with pytest.raises(StepFailedError, match=r"portable: ask \(both, 10\)[^$]*No such file"):
        run_step(_PORTABLE, "ask", job)


def test_an_answer_of_ours_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(tmp_path, 30, 10, 1, "both", (0, 0))
    run("comity-portable", "prepare", job)
    assert len(run("comity-portable", "ask", job)["rounds"]) == 1
    # Somebody else's key: the proof holds, and nothing is found.
    key = load("portable").scalars(bytes(range(64)))
    (tmp_path / "key").write_bytes(key)
    with pytest.raises(ValueError, match="0 found, 5 expected"):
        run("comity-portable", "ask", job)


# --- the tables --------------------------------------------------------------------------------


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def test_the_table_of_the_whole() -> None:
    cells = {row[0]: row[1:] for row in _cells(compared.whole(_ENTRIES))}
    assert cells["`comity`"] == ["60.0", "110.0", "2", "1.00", "1.00"]
    assert cells["`spu-rr22`"] == ["3.0", "5.5", "2", "0.05", "0.05"]
    assert cells["`voprf`"][0] == compared.NOT_RUN


def test_the_table_of_rounds() -> None:
    cells = {row[1]: row for row in _cells(compared.rounds(_ENTRIES))}
    assert cells["`comity`"][2:8] == ["10.0 (20.0)", "0.500 (0.400)", "40.0", "1.00", "1.00", "5"]
    assert cells["`spu-rr22`"][2:7] == ["nothing", "2.0 (3.0)", "300.0", "4.00", "7.50"]
    assert cells["`openmined`"][2] == compared.NOT_RUN


def test_the_table_of_growth() -> None:
    cells = {row[0]: row[1:] for row in _cells(compared.growth(_ENTRIES, compared._prepare_us))}
    assert cells["`comity`"] == ["20.0"]
    assert cells["`spu-rr22`"] == ["nothing kept"]
    assert cells["`voprf`"] == [compared.NOT_RUN]


def test_the_table_of_memory_and_bytes() -> None:
    cells = {row[1]: row[2:] for row in _cells(compared.weight(_ENTRIES))}
    assert cells["`comity`"] == ["50", "70 (holder), 60 (asker)", "58.00", "0.80"]
    assert cells["`spu-rr22`"] == ["nothing", "70 (holder), 60 (asker)", "nothing", "60.00"]


def test_who_is_best_is_said_whoever_it_is() -> None:
    cells = {row[0]: row[1:] for row in _cells(compared.best(_ENTRIES))}
    assert cells["1,000,000 × 1,000,000 once, s"] == ["`spu-rr22`", "3.0", "60.0", "0.05"]
    question = cells["10,000 questions against 1,000,000, s"]
    assert question == ["`comity`", "0.500", "0.500", "1.00"]


def test_the_page_says_where_and_how() -> None:
    said = compared.where({"machine": "a", "cores": 2, "python": "3.11.7", "entries": _ENTRIES})
    assert said.startswith("a, 2 cores, Python 3.11.7.")
    assert "| `spu-rr22` | spu-rr22 1 | 2026-11-26 | `make bench-peers` |" in said


def test_without_figures_the_page_says_so() -> None:
    for block in (compared.whole, compared.rounds, compared.weight, compared.best):
        assert "Nothing has been measured" in block([])
    assert plotted_peers.draw([]).startswith("<svg")


def test_the_plot_has_every_tool_that_was_measured() -> None:
    drawn = plotted_peers.draw(_ENTRIES)
    assert drawn.count("<circle") == 2 + 3  # in the legend, and points: one tool keeps nothing
    assert set(plotted_peers._COLOURS) == {tool.name for tool in TOOLS}


def _pinned() -> set[str]:
    lines = (ROOT / "bench" / "peers" / "requirements.txt").read_text("utf-8").splitlines()
    return {line.replace("==", " ") for line in lines if line and not line.startswith("#")}


def test_what_was_measured_is_what_is_installed() -> None:
    foreign: list[Tool] = [tool for tool in TOOLS if not tool.own]
    names = {tool.name for tool in foreign}
    measured_ones = {e["library"] for e in compared.of_peers() if e["tool"] in names}
    assert measured_ones <= _pinned()
    assert len(_pinned()) == 3

"""What tools are given and give back, through files."""

from pathlib import Path

from bench.quality.ours import item, records
from bench.quality.task import Answer, Scored, Task, best_of, plain_words, scored

from comity.core.records import Family, Identifier, Kind, Place, Record

RECORD = Record(
    "a;1",
    Kind.PERSON,
    ("KRILOV, Fordor", "Крылов Фордор"),
    (Identifier(Family.PASSPORT, "A1", "RU"),),
    birth_dates=("1970-01-31",),
    places=(Place("7", "Calle 5", "Sitio", "01000"),),
)


def test_a_task_comes_back_as_it_was_written(tmp_path: Path) -> None:
    task = Task([item(RECORD)], [item(RECORD)], [(0, 0)], ["skeleton"])
    task.write(tmp_path)
    read = Task.read(tmp_path)
    assert records(read) == ([RECORD], [RECORD])
    assert (read.candidates, read.families) == ([(0, 0)], ["skeleton"])


def test_one_list_stays_one_list(tmp_path: Path) -> None:
    Task([item(RECORD)], [], [], [], alone=True).write(tmp_path)
    read = Task.read(tmp_path)
    assert read.ours is read.theirs
    ours, theirs = records(read)
    assert ours is theirs


def test_an_answer_comes_back_as_it_was_written(tmp_path: Path) -> None:
    answer = Answer([Scored("a", "b", 1.5, "same")], 1.0, "some 1", (2.0, 3.0), 0.5)
    answer.write(tmp_path)
    assert Answer.read(tmp_path) == answer
    without = Answer([], 1.0, "some 1")
    without.write(tmp_path)
    assert Answer.read(tmp_path) == without


def test_the_best_of_several_scores_of_a_pair_counts() -> None:
    pairs: dict[tuple[str, str], float] = {}
    for score in (0.5, 0.7, 0.6):
        best_of(pairs, "a", "b", score)
    assert scored(pairs) == [Scored("a", "b", 0.7)]


def test_words_without_accents_and_signs() -> None:
    assert plain_words("Peña-Núñez, S.A.") == ["pena", "nunez", "s", "a"]

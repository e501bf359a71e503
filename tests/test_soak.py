"""At every step of the walk a node dies once, on one side or the other; `make soak` is longer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from soak.driver import soaking
from soak.steps import STEPS

pytestmark = pytest.mark.processes


def every_other(first: int) -> Iterator[tuple[str, int]]:
    """Take each second step, then those that are left for the other side."""
    while True:
        for step in STEPS[first::2]:
            yield step, 1


def test_each_side_dies_at_every_other_step(tmp_path: Path) -> None:
    plans = (every_other(0), every_other(1))
    with soaking(tmp_path, 1, plans, life_seconds=5, say=lambda _: None) as soak:
        soaked = soak.run(len(STEPS) + 2)
    assert soaked.found.wrong == []
    assert (soaked.found.lost, soaked.found.twice) == (0, 0)
    died = {step for _, step in soaked.kills}
    print(soaked, set(STEPS) - died)
    assert len(died & set(STEPS)) > len(STEPS) * 3 // 4

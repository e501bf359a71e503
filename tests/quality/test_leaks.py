"""What THREATS says that fuzzy families show is what is measured on real lists."""

import json

from bench.quality.leaks import RESULTS, measure
from bench.quality.lists import CANADA

from comity.limits import RECORDS_PER_FUZZY_TOKEN
from shared import shared


def test_the_figures_are_those_of_the_lists() -> None:
    data = shared(f"data/{CANADA}").parent.parent
    assert json.loads(RESULTS.read_text("utf-8")) == measure(data)


def test_no_family_shows_more_than_a_few_pairs_a_record() -> None:
    found = json.loads(RESULTS.read_text("utf-8"))
    for each in found["families"].values():
        assert 0 <= each["alone"] <= each["sharing"] <= found["sharing"]
        assert each["sharing"] < RECORDS_PER_FUZZY_TOKEN * found["asked"]

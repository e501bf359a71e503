"""The SAT's list and OFAC's: who is the same, and who only looks alike."""

import pytest
from bench.quality.lists import OFAC, SAT, sat_ofac
from bench.quality.ours import match
from bench.quality.running import prepared

from comity.core.fuzzy.bands import Band
from shared import shared


@pytest.fixture(scope="module")
def bands() -> dict[str, set[str]]:
    """RFCs of the pairs in each band."""
    shared(f"data/{SAT}")
    data = shared(f"data/{OFAC}").parent
    found: dict[str, set[str]] = {band: set() for band in Band}
    for pair in match(prepared(sat_ofac(data))).pairs:
        found[pair.band].add(pair.ours)
    return found


def test_one_rfc_and_one_name_is_the_same(bands: dict[str, set[str]]) -> None:
    assert bands[Band.SAME] == {"CNU130416UJ3", "SAF130812CL4"}


def test_a_name_alone_is_no_more_than_probably(bands: dict[str, set[str]]) -> None:
    assert bands[Band.PROBABLY] == {"MCF071017FGA"}


def test_what_looks_alike_is_no_more_than_possibly(bands: dict[str, set[str]]) -> None:
    assert len(bands[Band.POSSIBLY]) < 15

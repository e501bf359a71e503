"""What all tests share: hypothesis's profile, and pairs of nodes at the stages they start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from nodes import Pair
from stages import Stages

settings.register_profile(
    "comity",
    deadline=None,
    max_examples=50,
    # A shared machine is slow at times, and a fixture that nothing changes may be shared.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("comity")


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return Stages(tmp_path_factory.mktemp("stages"))


@pytest.fixture
def pinned(stages: Stages, tmp_path: Path) -> Iterator[Pair]:
    """Two nodes that pinned each other."""
    with stages.open("pinned", tmp_path) as p:
        yield p


@pytest.fixture
def loaded(stages: Stages, tmp_path: Path) -> Iterator[Pair]:
    """They have loaded their lists, too."""
    with stages.open("loaded", tmp_path) as p:
        yield p


@pytest.fixture
def agreed(stages: Stages, tmp_path: Path) -> Iterator[Pair]:
    """They have an agreement under TERMS, too."""
    with stages.open("agreed", tmp_path) as p:
        yield p


@pytest.fixture
def tagged(stages: Stages, tmp_path: Path) -> Iterator[Pair]:
    """The holder has tagged, and a transfer of each format is started, too."""
    with stages.open("tagged", tmp_path) as p:
        yield p

"""What all tests share: hypothesis's profile, and pairs of nodes at the stages they start from."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
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


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    """Put logging back as it was: the stream that a test gave it is gone with the test."""
    before = structlog.get_config() if structlog.is_configured() else None
    handlers = list(logging.getLogger().handlers)
    yield
    structlog.reset_defaults()
    if before is not None:
        structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers


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


@pytest.fixture
def offered(stages: Stages, tmp_path: Path) -> Iterator[Pair]:
    """Two nodes with their lists, and an offer of one to the other under TERMS."""
    with stages.open("offered", tmp_path) as p:
        yield p


@pytest.fixture
def matched(stages: Stages, tmp_path: Path) -> Iterator[Pair]:
    """After tagging, the asker has matched its whole list, too."""
    with stages.open("matched", tmp_path) as p:
        yield p

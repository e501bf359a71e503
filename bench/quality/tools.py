"""What is compared with Comity, and how each tool is set. Standard library only."""

from dataclasses import dataclass
from typing import Final

OURS: Final = "comity"
EXACT: Final = "exact"


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool."""

    name: str
    module: str
    """Under bench.quality; has `match(task)`."""
    environment: str
    """Folder of its environment in .venv-quality; empty where it runs in Comity's."""
    sees: str
    """Who sees what of the lists."""
    compares: str
    """Which pairs."""
    setting: str
    """How it is set, and from which score on it says that a pair matches."""

    shows: str = ""
    """What is shown of pairs that are no match, where that is not counted pair by pair."""


_CANDIDATES: Final = "the candidates (below)"

TOOLS: Final = (
    Tool(
        name=OURS,
        module="ours",
        environment="",
        sees="which tokens agree, and what labels of agreeing tokens say",
        compares="pairs that share a token",
        setting="the families of the set; a match from `possibly` on",
    ),
    Tool(
        name=EXACT,
        module="exact",
        environment="",
        sees="which tokens agree",
        compares="pairs that share a token",
        setting="identifiers and whole names, exactly; any token is a match",
    ),
    Tool(
        name="nomenklatura",
        module="nomenklatura_logic",
        environment="nomenklatura",
        sees="one side sees both lists",
        shows="both lists",
        compares=_CANDIDATES,
        setting="`logic-v2`, default weights; a match from 0.7 on, as its server says",
    ),
    Tool(
        name="splink",
        module="splink_duckdb",
        environment="splink",
        sees="one side sees both lists",
        shows="both lists",
        compares="the candidates; with addresses, the blocking rules of its guide",
        setting="trains itself on both lists, without labels; a match from a probability of 0.5 on",
    ),
    Tool(
        name="anonlink",
        module="anonlink_clk",
        environment="anonlink",
        sees="a third sees filters of all records; both sides share a key",
        shows="filters of both lists",
        compares="all pairs of one kind",
        setting="1,024 bits, a filter for each name; a match from 0.8 on, as in the tutorial",
    ),
)
"""Every tool, in the order of the tables."""

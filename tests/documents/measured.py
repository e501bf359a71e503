"""The figures in the README: those of bench/results.json, and no others."""

import json
from typing import Any

from documents import shown
from documents.marks import ROOT

RESULTS = ROOT / "bench" / "results.json"


def table() -> str:
    """Return the table of figures, or say that nothing was measured."""
    if not RESULTS.exists():
        return "Nothing has been measured yet: `make bench` measures, `make docs` writes the table."
    found: dict[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    cost = found["question_core_us"]
    parts = ", ".join(f"{name} {cost[name]:g}" for name in ("blind", "evaluate", "finalise"))
    rows = [
        ("tags per second and core", f"{found['tags_per_second_per_core']:,.0f}"),
        (
            "one element of a question, both sides, µs of core time",
            f"{sum(cost[name] for name in ('blind', 'evaluate', 'finalise')):,.1f} ({parts})",
        ),
        ("exchanges per second, 32 callers", f"{found['exchanges_per_second']:,.0f}"),
        ("one exchange, alone, ms", f"{found['exchange_milliseconds']:,.1f}"),
        (
            "a plain stack of the same parts, exchanges per second",
            f"{found['plain_exchanges_per_second']:,.0f} (ratio {found['exchanges_to_plain']:g})",
        ),
        (
            "negotiations finalised per second",
            f"{found['negotiations_finalised_per_second']:,.0f}",
        ),
    ]
    if "appends_per_second" in found:
        alone, together = found["appends_per_second"], found["appends_per_second_together"]
        rows.append(
            (
                "appends with a durable checkpoint per second, alone, and 32 to a checkpoint",
                f"{alone:,.0f}, {together:,.0f}",
            )
        )
    where = (
        f"Measured on {found['measured']}: {found['machine']}, {found['cores']} cores, "
        f"Python {found['python']}, {found['library']}."
    )
    return f"{shown.table(('figure', 'value'), rows)}\n\n{where}"

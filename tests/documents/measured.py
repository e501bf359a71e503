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
    rows = [
        row
        for kernel in (found["kernel"], found["portable"])
        if kernel is not None
        for row in _kernel(kernel)
    ]
    rows += [
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
    libraries = [one["library"] for one in (found["kernel"], found["portable"]) if one is not None]
    where = (
        f"Measured on {found['measured']}: {found['machine']}, {found['cores']} cores, "
        f"Python {found['python']}.\nKernels: {', '.join(libraries)}."
    )
    return f"{shown.table(('figure', 'value'), rows)}\n\n{where}"


def _kernel(found: dict[str, Any]) -> list[tuple[str, str]]:
    cost = found["question_core_us"]
    parts = ", ".join(f"{name} {cost[name]:g}" for name in ("blind", "evaluate", "finalise"))
    name = found["kernel"]
    return [
        (f"{name} kernel: tags per second and core", f"{found['tags_per_second_per_core']:,.0f}"),
        (
            f"{name} kernel: one element of a question, both sides, µs of core time",
            f"{cost['total']:,.1f} ({parts})",
        ),
    ]

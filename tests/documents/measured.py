"""The figures in the documents: those of bench/results.json, and no others."""

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
    if "appends_per_second" in found:
        alone, together = found["appends_per_second"], found["appends_per_second_together"]
        rows.append(
            (
                "appends with a durable checkpoint per second, alone, and 32 to a checkpoint",
                f"{alone:,.0f}, {together:,.0f}",
            )
        )
    return f"{shown.table(('figure', 'value'), rows)}\n\n{_where(found)}"


def of_proofs() -> list[dict[str, Any]]:
    """Return the figures of proofs, one for each size of the log; none where none were measured."""
    if not RESULTS.exists():
        return []
    found: list[dict[str, Any]] = json.loads(RESULTS.read_text("utf-8")).get("proofs", [])
    return found


def proofs() -> str:
    """Return the table of proofs, or say that nothing was measured."""
    rows = [
        (
            f"{each['entries']:,}",
            f"{each['proof_bytes']:,}",
            f"{each['evidence_bytes']:,}",
            f"{each['create_ms']:.2f}",
            f"{each['verify_ms']:.2f}",
        )
        for each in of_proofs()
    ]
    if not rows:
        return "Nothing has been measured yet: `make bench` measures, `make docs` writes the table."
    head = (
        "entries in the log",
        "proof, bytes",
        "evidence file, bytes",
        "to create, ms",
        "to verify, ms",
    )
    found: dict[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    return f"{shown.table(head, rows)}\n\n{_where(found)}"


def sets() -> str:
    """Return the table of a large tag set, or say that nothing was measured."""
    results: dict[str, Any] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    found = results.get("sets")
    if found is None:
        return (
            "Nothing has been measured yet: `python -m bench.sets --write` measures, "
            "`make docs` writes the table."
        )
    rows = [
        ("records, and tags", f"{found['records']:,}, {found['tags']:,}"),
        ("entries with padding", f"{found['entries']:,}"),
        ("bytes of the set, and parts", f"{found['set_bytes']:,}, {found['parts']:,}"),
        ("tokens asked", f"{found['questions']:,}"),
        *((f"{step}, seconds", f"{each:,.1f}") for step, each in found["seconds"].items()),
        ("peak of the process that loads, MiB", f"{found['loading_peak_mib']:,.0f}"),
        ("peak of the holder, MiB", f"{found['holder_peak_mib']:,.0f}"),
        ("peak of the asker, MiB", f"{found['asker_peak_mib']:,.0f}"),
    ]
    where = f"{found['machine']}, {found['cores']} cores, {found['kernel']} kernel"
    return f"{shown.table(('figure', 'value'), rows)}\n\nMeasured on {found['measured']}: {where}."


def taggings() -> str:
    """Return the table of tagging again, or say that nothing was measured."""
    results: dict[str, Any] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    found = results.get("taggings")
    if found is None:
        return (
            "Nothing has been measured yet: `python -m bench.sets --fuzzy --write` measures, "
            "`make docs` writes the table."
        )
    begun, on, again = (_steps(found["seconds"][name]) for name in ("killed", "gone on", "changed"))
    rows = [
        ("records, and tags", f"{found['records']:,}, {found['tags']:,}"),
        ("killed when so many records were tagged", f"{found['killed_at']:,}"),
        ("until then, seconds", begun),
        ("taken over by the one that went on", f"{found['taken_over']:,}"),
        ("going on to the end, seconds", on),
        (
            "tagged anew in the next set, and gone from it",
            f"{found['changed']:,}, {found['left']:,}",
        ),
        ("the next set, seconds", again),
        ("bytes that are kept to take over", f"{found['outputs_bytes']:,}"),
        ("peak of the holder, MiB", f"{found['holder_peak_mib']:,.0f}"),
    ]
    where = f"{found['machine']}, {found['cores']} cores, {found['kernel']} kernel"
    return f"{shown.table(('figure', 'value'), rows)}\n\nMeasured on {found['measured']}: {where}."


def _steps(seconds: dict[str, float]) -> str:
    steps = ", ".join(f"{step} {each:,.1f}" for step, each in seconds.items())
    return f"{sum(seconds.values()):,.1f} ({steps})"


def _where(found: dict[str, Any]) -> str:
    libraries = [one["library"] for one in (found["kernel"], found["portable"]) if one is not None]
    return (
        f"Measured on {found['measured']}: {found['machine']}, {found['cores']} cores, "
        f"Python {found['python']}.\nKernels: {', '.join(libraries)}."
    )


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

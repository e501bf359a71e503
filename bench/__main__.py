"""`make bench`: measure, write bench/results.json, print the table."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypedDict

from rich.console import Console
from rich.table import Table

from bench import appends, exchanges, kernel, negotiations, plain, proofs, timing
from bench.machine import processor
from comity.edge import logs
from comity.kernel import native

RESULTS: Final = Path(__file__).parent / "results.json"


class Results(TypedDict):
    """What is written. Core figures are processor time of one thread; the rest is wall-clock."""

    measured: str
    comity: str
    python: str
    machine: str
    cores: int
    kernel: kernel.Figures | None
    """The fast kernel's; none where it was not built."""
    portable: kernel.Figures
    timing: list[timing.Finding]
    exchanges_per_second: float
    exchange_milliseconds: float
    plain_exchanges_per_second: float
    exchanges_to_plain: float
    negotiations_finalised_per_second: float
    proofs: list[proofs.ProofFigures]
    """One for each size of the log; processor time of one thread."""
    appends_per_second: float
    appends_per_second_together: float


def main() -> None:
    """Measure everything once."""
    logs.configure("error", sys.stderr)
    fast = kernel.measure("native") if native.installed() else None
    portable, of_exchanges = kernel.measure("portable"), exchanges.measure()
    of_appends = appends.measure()
    of_plain = plain.measure(3_200, exchanges.CALLERS)
    results = Results(
        measured=datetime.now(UTC).strftime("%Y-%m-%d"),
        comity=version("comity"),
        python=platform.python_version(),
        machine=processor(),
        cores=os.cpu_count() or 0,
        kernel=fast,
        portable=portable,
        timing=timing.measure(),
        exchanges_per_second=of_exchanges["exchanges_per_second"],
        exchange_milliseconds=of_exchanges["milliseconds"],
        plain_exchanges_per_second=round(of_plain, 1),
        exchanges_to_plain=round(of_exchanges["exchanges_per_second"] / of_plain, 2),
        negotiations_finalised_per_second=negotiations.measure(),
        proofs=proofs.measure(),
        appends_per_second=of_appends["appends_per_second"],
        appends_per_second_together=of_appends["appends_per_second_together"],
    )
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    # What is measured by itself, since it takes long, stays.
    kept = {name: found for name, found in before.items() if name not in results}
    RESULTS.write_text(json.dumps({**results, **kept}, indent=2) + "\n")
    Console().print(_table(results))


def _table(results: Results) -> Table:
    table = Table("figure", "value", title=f"{results['machine']}, {results['cores']} cores")
    for found in (results["kernel"], results["portable"]):
        if found is None:
            continue
        name = found["kernel"]
        table.add_row(f"{name}: tags per second and core", f"{found['tags_per_second_per_core']:,}")
        table.add_row(f"{name}: tags per second, all cores", f"{found['tags_per_second']:,}")
        for step, cost in found["question_core_us"].items():
            table.add_row(f"{name}: question, {step}, µs of core time", f"{cost:,}")
    for one in results["timing"]:
        table.add_row(f"{one['kernel']}: {one['step']}, greatest |t|", f"{one['t']:,}")
    table.add_row("exchanges per second", f"{results['exchanges_per_second']:,.1f}")
    table.add_row("the same of a plain stack", f"{results['plain_exchanges_per_second']:,.1f}")
    table.add_row("ratio of the two", f"{results['exchanges_to_plain']:,.2f}")
    table.add_row("one exchange, ms", f"{results['exchange_milliseconds']:,.2f}")
    finalised = results["negotiations_finalised_per_second"]
    table.add_row("negotiations finalised per second", f"{finalised:,.1f}")
    for each in results["proofs"]:
        size = f"{each['entries']:,} entries"
        table.add_row(f"proof out of {size}, bytes", f"{each['proof_bytes']:,}")
        table.add_row("to create and to verify it, ms", f"{each['create_ms']}, {each['verify_ms']}")
    table.add_row("appends with a checkpoint per second", f"{results['appends_per_second']:,.1f}")
    together = results["appends_per_second_together"]
    table.add_row("the same, 32 to a checkpoint", f"{together:,.1f}")
    return table


if __name__ == "__main__":
    main()

"""Tag sets of ten million tags: memory, time and bytes of holder and asker.

Two nodes, each in processes of its own, and real operations: a list is loaded, tagged, fetched over
loopback in parts, and asked about. `python -m bench.sets [--fuzzy] [--entries N] [--json]
[--write]` takes as many tokens as it is told, and has them written down with `--write`. With
`--fuzzy` it measures what is in `bench.taggings`.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final, TypedDict

from bench import taggings
from bench.machine import processor
from bench.nodes import LETTERS, Watch, load, peak_mib, served, terms
from comity.core.tagset import part_count
from comity.demo.sides import MX, US, Side
from comity.kernel import chosen
from comity.operations import agreeing, holdings, matching, offering, tagging

RESULTS: Final = Path(__file__).parent / "results.json"
ENTRIES: Final = 10_000_000
QUESTIONS: Final = 10_000
TOKENS: Final = 8
"""Of each record: a name and seven identifiers."""
HEADER: Final = "id,name,rfc,passport,other,tax,second,third,wallet"
MAP: Final = (
    "id=id;name=name;kind=organisation;rfc=rfc;passport=passport@US;passport=other@ES;"
    "tax-id=tax@CO;tax-id=second@ES;tax-id=third@PA;wallet=wallet"
)
FAMILIES: Final = ("name", "passport", "rfc", "tax-id", "wallet")


class SetFigures(TypedDict):
    """Seconds are wall-clock time, peaks the most resident memory of a process, in MiB."""

    measured: str
    machine: str
    cores: int
    kernel: str
    records: int
    tags: int
    entries: int
    """Padding included."""
    set_bytes: int
    parts: int
    questions: int
    hits: int
    """Records of the asker's that the holder has, too."""
    seconds: dict[str, float]
    """By step."""
    loading_peak_mib: float
    holder_peak_mib: float
    """Of the process that tags and gives."""
    asker_peak_mib: float
    """Of the process that fetches, checks and asks."""


def measure(entries: int = ENTRIES) -> SetFigures:
    """Measure once."""
    records = -(-entries // TOKENS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        holder, asker = Side(MX, folder), Side(US, folder)
        try:
            return _measured(folder, holder, asker, records)
        finally:
            holder.stop()
            asker.stop()


def _measured(folder: Path, holder: Side, asker: Side, records: int) -> SetFigures:
    watch = Watch()
    with served(holder, asker):
        watch.start()
        loading_peak = load(holder, _written(folder / "holder.csv", range(records)), MAP)
        watch.count("load")
    _agree(folder, holder, asker, records)
    watch.start()
    tagged = holder.run(tagging.tag, watch, peer=asker.id, dataset="list")
    watch.count("publish")
    asked = {"peer": holder.id, "dataset": "list"}
    watch.start()
    first = asker.run(matching.match, watch, **asked)
    watch.count("ask")
    again = asker.run(matching.match, **asked)
    watch.count("ask again")
    assert len(first.hits) == len(again.hits) == QUESTIONS // TOKENS // 2
    return SetFigures(
        measured=datetime.now(UTC).strftime("%Y-%m-%d"),
        machine=processor(),
        cores=os.cpu_count() or 0,
        kernel=chosen(),
        records=records,
        tags=tagged.entries,
        entries=tagged.padded,
        set_bytes=tagged.bytes,
        parts=part_count(tagged.bytes),
        questions=sum(again.asked.values()),
        hits=len(first.hits),
        seconds={step: round(each, 1) for step, each in watch.seconds.items()},
        loading_peak_mib=loading_peak,
        holder_peak_mib=peak_mib(holder.pid),
        asker_peak_mib=peak_mib(asker.pid),
    )


def _agree(folder: Path, holder: Side, asker: Side, records: int) -> None:
    count = QUESTIONS // TOKENS
    # One half is spread over the whole list, and nobody has the other.
    spread = range(0, records, max(records // (count // 2), 1))[: count // 2]
    own = chain(spread, range(records, records + count - len(spread)))
    path = _written(folder / "asker.csv", own)
    asker.run(holdings.load, path=str(path), format="csv", dataset="own", mapping=MAP)
    holder.run(offering.make_offer, dataset="list", terms=terms(FAMILIES))
    begun = asker.run(agreeing.negotiate, peer=holder.id, dataset="list")
    asker.wait(agreeing.show, lambda shown: shown.state == "FINALIZED", negotiation=begun.id)


def _written(path: Path, numbers: Iterator[int] | range | chain[int]) -> Path:
    with path.open("w") as file:
        file.write(HEADER + "\n")
        for n in numbers:
            file.write(_row(n))
    return path


def _row(n: int) -> str:
    """Return a record of so many well-formed identifiers that no other record has."""
    stem = "".join(LETTERS[n // 22**place % 22] for place in range(3))
    rfc = f"{stem}900101{n // 22**3:03d}"[:12]
    return (
        f"r{n},Organisation {n} of Nowhere,{rfc},P{n:08d},Q{n:08d},{n:010d},B{n:08d},{n:08d},"
        f"0x{n:040x}\n"
    )


def table(found: SetFigures) -> str:
    """Return the figures as lines of text."""
    lines = [
        f"{found['kernel']} kernel: {found['records']:,} records, {found['tags']:,} tags, "
        f"{found['entries']:,} entries, {found['set_bytes']:,} bytes in {found['parts']:,} parts",
        f"{found['questions']:,} tokens asked, {found['hits']:,} hits",
        *(f"{step:<10}{each:>10,.1f} s" for step, each in found["seconds"].items()),
        f"loading   {found['loading_peak_mib']:>10,.1f} MiB at most",
        f"holder    {found['holder_peak_mib']:>10,.1f} MiB at most",
        f"asker     {found['asker_peak_mib']:>10,.1f} MiB at most",
    ]
    return "\n".join(lines)


def main(write: Callable[[str], object] = sys.stdout.write) -> None:
    """Measure, and print or write what was found."""
    parser = argparse.ArgumentParser(description="Measure making, fetching and asking a tag set.")
    parser.add_argument("--entries", type=int, default=ENTRIES, help="tokens of the holder's list")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", action="store_true", help="write it to bench/results.json, too")
    parser.add_argument("--fuzzy", action="store_true", help="measure tagging again, of 13 tokens")
    args = parser.parse_args()
    found: SetFigures | taggings.TaggingFigures
    if args.fuzzy:
        found = taggings.measure(args.entries)
        name, shown = "taggings", taggings.table(found)
    else:
        found = measure(args.entries)
        name, shown = "sets", table(found)
    write((json.dumps(found) if args.json else shown) + "\n")
    if args.write:
        results = json.loads(RESULTS.read_text())
        RESULTS.write_text(json.dumps({**results, name: found}, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""Tagging a large list for fuzzy matching: killed in the middle, gone on with, and changed.

Two nodes, each in processes of its own, and real operations. `python -m bench.sets --fuzzy
[--entries N]` runs it; persons have four names, a birth date and an RFC, and so 13 tokens.
"""

import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from random import Random
from typing import Final, TypedDict

from bench.machine import processor
from bench.nodes import LETTERS, Watch, load, peak_mib, served, terms
from comity.demo.sides import MX, US, Side
from comity.kernel import chosen
from comity.operations import agreeing, holdings, matching, offering, tagging

TOKENS: Final = 13
FAMILIES: Final = (
    "full-name",
    "part-birth-date",
    "rfc",
    "skeleton",
    "skeleton-birth-year",
    "skeleton-less-one",
)
HEADER: Final = "id,name,born,rfc"
MAP: Final = "id=id;name=name;kind=person;birth_date=born;rfc=rfc"
EVERY: Final = 200
"""One record of so many goes, one has another name, and one comes: 1% of the list to tag anew."""
ASKED: Final = 200
"""Records of each kind that are asked about in the end."""
_SYLLABLES: Final = "babocedidofogugohajekikolomunaneperoposutatovexiyozu"
"""Of two letters each."""


class TaggingFigures(TypedDict):
    """Seconds are wall-clock time, peaks the most resident memory of a process, in MiB."""

    measured: str
    machine: str
    cores: int
    kernel: str
    records: int
    tags: int
    killed_at: int
    """Records that were tagged when the process was killed."""
    taken_over: int
    """Of them, by the one that went on."""
    changed: int
    """Records that were tagged anew for the second set."""
    left: int
    """Records that are in the second set no more."""
    outputs_bytes: int
    """What was kept to go on with."""
    seconds: dict[str, dict[str, float]]
    """By tagging and step."""
    holder_peak_mib: float
    """Of the process that tags."""


class _Enough(Exception):
    """It is time to kill the process."""


def measure(entries: int) -> TaggingFigures:
    """Measure once."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        holder, asker = Side(MX, folder), Side(US, folder)
        try:
            return _measured(folder, holder, asker, -(-entries // TOKENS))
        finally:
            holder.stop()
            asker.stop()


def _measured(folder: Path, holder: Side, asker: Side, records: int) -> TaggingFigures:
    with served(holder, asker):
        load(holder, _written(folder / "first.csv", map(_row, range(records))), MAP)
    offer = holder.run(offering.make_offer, dataset="list", terms=terms(FAMILIES))
    begun = asker.run(agreeing.negotiate, peer=holder.id, dataset="list", offer=offer.id)
    asker.wait(agreeing.show, lambda shown: shown.state == "FINALIZED", negotiation=begun.id)

    begin, on, again = Watch(), Watch(), Watch()
    killed_at = _killed(holder, begin)
    first, peak = _tagged(holder, on)
    assert first.tagged_anew + first.taken_over == records
    assert first.taken_over >= killed_at, (first, killed_at)

    holder.stop()
    rows = chain(map(_row, range(records, records + records // EVERY)), _changed(records))
    load(holder, _written(folder / "second.csv", rows), MAP, "--replace")
    holder.start()
    holder.ready()
    second, peak_again = _tagged(holder, again)
    _check(folder, asker, records)
    (outputs,) = (holder.folder / "epochs").glob("*/outputs")
    return TaggingFigures(
        measured=datetime.now(UTC).strftime("%Y-%m-%d"),
        machine=processor(),
        cores=os.cpu_count() or 0,
        kernel=chosen(),
        records=records,
        tags=first.entries,
        killed_at=killed_at,
        taken_over=first.taken_over,
        changed=second.tagged_anew,
        left=records - second.taken_over,
        outputs_bytes=outputs.stat().st_size,
        seconds={
            name: {step: round(each, 1) for step, each in watch.seconds.items()}
            for name, watch in (("killed", begin), ("gone on", on), ("changed", again))
        },
        holder_peak_mib=max(peak, peak_again),
    )


def _killed(holder: Side, watch: Watch) -> int:
    """Kill the holder when half of the records are tagged; returns how many are."""
    at = 0

    def half(step: str, done: int, total: int) -> None:
        nonlocal at
        watch(step, done, total)
        if step == "tag" and done >= total // 2:
            at = done
            raise _Enough

    watch.start()
    try:
        holder.run(tagging.tag, half, peer=US.id, dataset="list")
    except _Enough:
        holder.kill()
    holder.stop()
    holder.start()
    holder.ready()
    return at


def _tagged(holder: Side, watch: Watch) -> tuple[tagging.Tagged, float]:
    watch.start()
    made = holder.run(tagging.tag, watch, peer=US.id, dataset="list")
    watch.count("publish")
    return made, peak_mib(holder.pid)


def _check(folder: Path, asker: Side, records: int) -> None:
    """Ask about records that stay, go, change and come: all but those that went hit."""
    count = min(ASKED, records // EVERY)
    kinds = {
        "stays": [EVERY * n + 1 for n in range(count)],
        "goes": [EVERY * n for n in range(count)],
        "changes": [EVERY * n + EVERY // 2 for n in range(count)],
        "comes": [records + n for n in range(count)],
    }
    path = _written(folder / "asker.csv", (_row(n) for kind in kinds.values() for n in kind))
    asker.run(holdings.load, path=str(path), format="csv", dataset="own", mapping=MAP)
    found = asker.run(matching.match, peer=MX.id, dataset="list")
    hits = {hit.record for hit in found.hits if "rfc" in hit.families}
    expected = {f"r{n}" for name, kind in kinds.items() if name != "goes" for n in kind}
    assert hits == expected, len(hits ^ expected)


def _changed(records: int) -> Iterable[str]:
    for n in range(records):
        if n % EVERY == EVERY // 2:
            yield _row(n, "Otro ")
        elif n % EVERY:
            yield _row(n)


def _row(n: int, before: str = "") -> str:
    """Return a person whom nobody else shares all of the four names and the day with."""
    random = Random(n)
    name = " ".join(_word(random) for _ in range(4))
    year, month, day = (random.randrange(*span) for span in ((1930, 2005), (1, 13), (1, 29)))
    born = f"{year}-{month:02d}-{day:02d}"
    head = "".join(LETTERS[n // 22**place % 22] for place in range(4))
    rfc = f"X{head[1:]}{born[2:].replace('-', '')}{LETTERS[n // 22**4 % 22]}{head[0]}1"
    return f"r{n},{before}{name},{born},{rfc}\n"


def _word(random: Random) -> str:
    return "".join(_syllable(random) for _ in range(3)).capitalize()


def _syllable(random: Random) -> str:
    at = 2 * random.randrange(len(_SYLLABLES) // 2)
    return _SYLLABLES[at : at + 2]


def _written(path: Path, rows: Iterable[str]) -> Path:
    with path.open("w") as file:
        file.write(HEADER + "\n")
        file.writelines(rows)
    return path


def table(found: TaggingFigures) -> str:
    """Return the figures as lines of text."""
    lines = [
        f"{found['kernel']} kernel: {found['records']:,} records, {found['tags']:,} tags",
        f"killed when {found['killed_at']:,} were tagged, {found['taken_over']:,} taken over",
        f"then {found['changed']:,} tagged anew, {found['left']:,} not in it any more",
        *(
            f"{name:<10}{sum(steps.values()):>10,.1f} s: "
            + ", ".join(f"{step} {each:,.1f}" for step, each in steps.items())
            for name, steps in found["seconds"].items()
        ),
        f"outputs   {found['outputs_bytes']:>10,} bytes",
        f"holder    {found['holder_peak_mib']:>10,.1f} MiB at most",
    ]
    return "\n".join(lines)

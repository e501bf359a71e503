"""What fuzzy families show beyond matches, as measured by `bench.quality`."""

import json

from documents.marks import ROOT
from documents.shown import table


def leaks() -> str:
    """Pairs that share a token and are no match, by family."""
    found = json.loads((ROOT / "bench" / "quality" / "leaks.json").read_text("utf-8"))
    rows = [
        (f"`{family}`", f"{each['sharing']:,}", f"{each['alone']:,}")
        for family, each in found["families"].items()
    ]
    rows.append(("any of them", f"{found['sharing']:,}", ""))
    said = f"{found['asked']:,} × {found['held']:,} records, {found['matches']:,} matches."
    head = ("family", "pairs that are no match", "sharing nothing else")
    return f"{table(head, rows)}\n\n{said}"

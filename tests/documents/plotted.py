"""The plot of proofs against the size of the log: drawn by hand, since it is two lines."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from documents.drawing import decade, level, named, page, series, titles
from documents.marks import ROOT

PLOT: Final = ROOT / "docs" / "proofs.svg"
_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 340, 240, 56, 34, 14, 44
_PANELS: Final = (
    (
        "bytes",
        (("proof", "proof_bytes", "#1f5fa8"), ("evidence file", "evidence_bytes", "#b3541e")),
    ),
    (
        "milliseconds",
        (("to create", "create_ms", "#1f5fa8"), ("to verify", "verify_ms", "#b3541e")),
    ),
)


def draw(figures: Sequence[dict[str, Any]]) -> str:
    """Return the plot as SVG: bytes and milliseconds, over the size on a logarithmic axis."""
    panels = (
        (number * _WIDTH, _panel(figures, unit, lines))
        for number, (unit, lines) in enumerate(_PANELS)
    )
    return page(2 * _WIDTH, _HEIGHT, panels)


def _panel(
    figures: Sequence[dict[str, Any]], unit: str, lines: Sequence[tuple[str, str, str]]
) -> Iterator[str]:
    highest = max((each[key] for each in figures for _, key, _ in lines), default=1)
    step = _step(highest)
    top = step * math.ceil(highest / step)
    sizes = [math.log10(each["entries"]) for each in figures] or [0, 1]
    first, last = min(sizes), max(max(sizes), min(sizes) + 1)

    def across(size: float) -> float:
        return _LEFT + (size - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def up(value: float) -> float:
        return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)

    for at in range(round(top / step) + 1):
        yield level(up(at * step), _LEFT, _WIDTH - _RIGHT, at * step)
    for size in range(math.ceil(first), math.floor(last) + 1):
        yield decade(across(size), _HEIGHT - _BOTTOM + 16, size)
    yield titles((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, "entries in the log", unit)
    for place, (name, key, colour) in enumerate(lines):
        points = [(across(math.log10(each["entries"])), up(each[key])) for each in figures]
        yield from series(points, colour)
        yield named(_LEFT + 82 + place * 100, 12, 8, colour, name)


def _step(highest: float) -> float:
    """Return a round step of which at most six make the whole."""
    power: float = 10.0 ** math.floor(math.log10(highest))
    return next(power * by for by in (0.2, 0.5, 1, 2) if highest <= power * by * 6)

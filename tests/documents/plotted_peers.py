"""The plot of Comity beside other tools: seconds against the size of the set, both logarithmic."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bench.peers.figures import Entry, paid_once
from bench.peers.tools import TOOLS

from documents.drawing import decade, level, named, page, series, titles
from documents.marks import ROOT

PLOT: Final = ROOT / "docs" / "peers.svg"
_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 360, 300, 50, 34, 14, 44
_LEGEND: Final = 140
_COLOURS: Final = {
    "comity": "#1f5fa8",
    "comity-portable": "#7fb0e0",
    "voprf": "#2a8f4f",
    "openmined": "#b3541e",
    "spu-cached": "#7a3fa0",
    "spu-rr22": "#c0392b",
    "spu-ecdh": "#d68a00",
    "spu-elligator2": "#777777",
}
_PANELS: Final[Sequence[tuple[str, Callable[[Entry], float]]]] = (
    ("paid once for a set, seconds", lambda entry: paid_once(entry)["seconds"]),
    ("10,000 questions, seconds", lambda entry: entry["question"]["seconds"]),
)


def draw(entries: Sequence[Entry]) -> str:
    """Return the plot as SVG. A tool that keeps nothing has no line in the first panel."""
    panels = [
        (number * _WIDTH, _panel(entries, title, figure))
        for number, (title, figure) in enumerate(_PANELS)
    ]
    panels.append((2 * _WIDTH, _legend(entries)))
    return page(2 * _WIDTH + _LEGEND, _HEIGHT, panels)


def _panel(entries: Sequence[Entry], title: str, figure: Callable[[Entry], float]) -> Iterator[str]:
    found = [(entry["tool"], math.log10(entry["size"]), figure(entry)) for entry in entries]
    points = [(tool, size, math.log10(value)) for tool, size, value in found if value > 0]
    left, right = _decades([size for _, size, _ in points])
    low, high = _decades([value for _, _, value in points])

    def across(size: float) -> float:
        return _LEFT + (size - left) / (right - left) * (_WIDTH - _LEFT - _RIGHT)

    def up(value: float) -> float:
        return _HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    for value in range(low, high + 1):
        yield level(up(value), _LEFT, _WIDTH - _RIGHT, 10.0**value)
    for size in range(left, right + 1):
        yield decade(across(size), _HEIGHT - _BOTTOM + 16, size)
    yield titles((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, "items held", title)
    for tool in TOOLS:
        line = [(across(size), up(value)) for name, size, value in points if name == tool.name]
        yield from series(line, _COLOURS[tool.name])


def _legend(entries: Sequence[Entry]) -> Iterator[str]:
    there = {entry["tool"] for entry in entries}
    for place, tool in enumerate(tool for tool in TOOLS if tool.name in there):
        yield named(14, _TOP + 10 + 20 * place, 10, _COLOURS[tool.name], tool.name)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Return the whole powers of ten around values: at least one between them."""
    low = math.floor(min(values, default=0))
    return low, max(math.ceil(max(values, default=1)), low + 1)

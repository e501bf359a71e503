"""The plot of Comity beside other tools: seconds against the size of the set, both logarithmic."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bench.peers.figures import Entry, paid_once
from bench.peers.tools import TOOLS

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
    width = 2 * _WIDTH + _LEGEND
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{_HEIGHT}" fill="#fff"/>',
    ]
    for number, (title, figure) in enumerate(_PANELS):
        lines.append(f'<g transform="translate({number * _WIDTH} 0)">')
        lines += _panel(entries, title, figure)
        lines.append("</g>")
    lines.append(f'<g transform="translate({2 * _WIDTH} 0)">')
    lines += _legend(entries)
    return "\n".join([*lines, "</g>", "</svg>", ""])


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
        shown = f"{10.0**value:,g}"
        yield (
            f'<path d="M{_LEFT} {up(value):.1f}H{_WIDTH - _RIGHT}" stroke="#ddd" fill="none"/>'
            f'<text x="{_LEFT - 6}" y="{up(value) + 4:.1f}" text-anchor="end">{shown}</text>'
        )
    for size in range(left, right + 1):
        yield (
            f'<text x="{across(size):.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">'
            f'10<tspan dy="-4" font-size="8">{size}</tspan></text>'
        )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield (
        f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">items held</text>'
        f'<text x="8" y="16">{title}</text>'
    )
    for tool in TOOLS:
        line = [(across(size), up(value)) for name, size, value in points if name == tool.name]
        colour = _COLOURS[tool.name]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y in line:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def _legend(entries: Sequence[Entry]) -> Iterator[str]:
    there = {entry["tool"] for entry in entries}
    for place, tool in enumerate(tool for tool in TOOLS if tool.name in there):
        middle = _TOP + 10 + 20 * place
        yield (
            f'<circle cx="14" cy="{middle}" r="4" fill="{_COLOURS[tool.name]}"/>'
            f'<text x="24" y="{middle + 4}">{tool.name}</text>'
        )


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Return the whole powers of ten around values: at least one between them."""
    low = math.floor(min(values, default=0))
    return low, max(math.ceil(max(values, default=1)), low + 1)

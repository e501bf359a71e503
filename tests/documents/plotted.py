"""The plot of proofs against the size of the log: drawn by hand, since it is two lines."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

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
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * _WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{2 * _WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
    ]
    for number, (unit, series) in enumerate(_PANELS):
        lines.append(f'<g transform="translate({number * _WIDTH} 0)">')
        lines += _panel(figures, unit, series)
        lines.append("</g>")
    return "\n".join([*lines, "</svg>", ""])


def _panel(
    figures: Sequence[dict[str, Any]], unit: str, series: Sequence[tuple[str, str, str]]
) -> Iterator[str]:
    highest = max((each[key] for each in figures for _, key, _ in series), default=1)
    step = _step(highest)
    top = step * math.ceil(highest / step)
    sizes = [math.log10(each["entries"]) for each in figures] or [0, 1]
    first, last = min(sizes), max(max(sizes), min(sizes) + 1)

    def across(size: float) -> float:
        return _LEFT + (size - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def up(value: float) -> float:
        return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)

    for at in range(round(top / step) + 1):
        value = at * step
        yield (
            f'<path d="M{_LEFT} {up(value):.1f}H{_WIDTH - _RIGHT}" stroke="#ddd" fill="none"/>'
            f'<text x="{_LEFT - 6}" y="{up(value) + 4:.1f}" text-anchor="end">{value:,g}</text>'
        )
    for size in range(math.ceil(first), math.floor(last) + 1):
        yield (
            f'<text x="{across(size):.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">'
            f'10<tspan dy="-4" font-size="8">{size}</tspan></text>'
        )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield (
        f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">entries in the log</text>'
        f'<text x="8" y="16">{unit}</text>'
    )
    for place, (name, key, colour) in enumerate(series):
        points = [(across(math.log10(each["entries"])), up(each[key])) for each in figures]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y in points:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
        left = _LEFT + 90 + place * 100
        yield (
            f'<circle cx="{left - 8}" cy="12" r="4" fill="{colour}"/>'
            f'<text x="{left}" y="16">{name}</text>'
        )


def _step(highest: float) -> float:
    """Return a round step of which at most six make the whole."""
    power: float = 10.0 ** math.floor(math.log10(highest))
    return next(power * by for by in (0.2, 0.5, 1, 2) if highest <= power * by * 6)

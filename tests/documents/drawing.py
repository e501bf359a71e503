"""What plots are drawn with: a page of panels, axes, and a line with its points. SVG as text."""

from collections.abc import Iterable, Iterator, Sequence


def page(width: int, height: int, panels: Iterable[tuple[int, Iterable[str]]]) -> str:
    """Return a whole picture: panels, each with where it starts from the left."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for left, drawn in panels:
        lines += [f'<g transform="translate({left} 0)">', *drawn, "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def level(y: float, left: int, right: int, value: float) -> str:
    """Draw a line across a panel, with the value that it stands for."""
    return (
        f'<path d="M{left} {y:.1f}H{right}" stroke="#ddd" fill="none"/>'
        f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,g}</text>'
    )


def decade(x: float, y: int, power: int) -> str:
    """Write a power of ten below a panel."""
    return (
        f'<text x="{x:.1f}" y="{y}" text-anchor="middle">'
        f'10<tspan dy="-4" font-size="8">{power}</tspan></text>'
    )


def titles(x: float, y: int, below: str, above: str) -> str:
    """Write what the axes of a panel say."""
    across = f'<text x="{x}" y="{y}" text-anchor="middle">{below}</text>'
    return f'{across}<text x="8" y="16">{above}</text>'


def series(points: Sequence[tuple[float, float]], colour: str) -> Iterator[str]:
    """Draw a line through points, and the points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def named(x: int, y: int, gap: int, colour: str, name: str) -> str:
    """Write an entry of a legend: a point, and its name so far behind it."""
    return (
        f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>'
        f'<text x="{x + gap}" y="{y + 4}">{name}</text>'
    )

"""Plays the demo on the lists that it makes, and draws a part of it: `make picture`.

What is left out is marked by a line of dots. The lists are synthetic on purpose: a picture in a
README is no place for the names of companies on somebody's list.
"""

import io
import os
import sys
from collections.abc import Iterator
from typing import Final

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from documents.marks import ROOT

PICTURE: Final = ROOT / "docs" / "demo.svg"
WIDTH: Final = 100
_HITS: Final = 20
"""Lines of step 5 before the dots; the last hit that begins there is left out."""
_DOTS: Final = "  ⋮"


def shown(lines: list[str]) -> Iterator[str]:
    """Yield the lines that go into the picture: two steps in part, and the end."""
    plain = [Text.from_ansi(line).plain.strip() for line in lines]
    match, ask = _at(plain, "5 "), _at(plain, "6 ")
    whole = max(at for at in range(match, match + _HITS) if plain[at].startswith("SYN-"))
    yield from lines[match:whole]
    yield _DOTS
    turn = next(at for at in range(match, ask) if plain[at].startswith("The other direction"))
    yield from (line for at, line in enumerate(lines[:turn]) if at > match and "✓" in plain[at])
    yield _DOTS
    begun = next(at for at, text in enumerate(plain) if text.startswith("Now the node"))
    ended = next(at for at in range(begun, len(plain)) if plain[at].startswith("verified by"))
    yield from lines[begun:ended]
    yield _DOTS
    yield from lines[-2:]


def _at(plain: list[str], number: str) -> int:
    return next(at for at, text in enumerate(plain) if text.startswith(number) and "──" in text)


def draw(lines: list[str]) -> str:
    """Draw lines of a terminal."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for line in lines:
        console.print(Text.from_ansi(line), no_wrap=True, crop=True)
    # Without the fonts that the template fetches: a picture loads nothing from anywhere.
    head, _, rest = CONSOLE_SVG_FORMAT.partition("@font-face")
    form = head + rest[rest.index(".{unique_id}-matrix") :]
    drawn = console.export_svg(
        title="make demo", theme=DIMMED_MONOKAI, code_format=form, unique_id="demo"
    )
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def main() -> int:
    """Play, draw, and say whether all of it held."""
    from comity.demo import run

    # The play itself writes to no terminal, and in colour all the same.
    os.environ |= {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    os.environ.pop("COMITY_LISTS", None)
    written = io.StringIO()
    console = Console(file=written, force_terminal=False)
    failed = run(None, None, as_json=False, keep=None, language="en", console=console)
    if failed:
        sys.stderr.write(written.getvalue())
        return failed
    PICTURE.write_text(draw(list(shown(written.getvalue().splitlines()))), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

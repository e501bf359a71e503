"""What the play shows: plain sentences, a few tables, a bar where something takes long."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from comity import texts
from comity.api import Progress
from comity.texts import Language, demo_en, demo_es

WIDTH: Final = 100
TEXTS: Final = {"en": demo_en.TEXTS, "es": demo_es.TEXTS}
_INDENT: Final = 2


class Screen:
    """Shows the play in one language, or not at all where its account is wanted as data."""

    def __init__(self, language: Language, console: Console | None, *, quiet: bool) -> None:
        """Take the console to show it on; without one, standard output."""
        self.language = language
        shown = console or Console()
        width = min(shown.width, WIDTH) if shown.is_terminal else WIDTH
        self._console = Console(
            file=shown.file, width=width, markup=False, emoji=False, highlight=False, quiet=quiet
        )
        self._moves = shown.is_terminal and not quiet

    def text(self, key: str, **params: str | int) -> str:
        """Return a text of the play in its language."""
        shown = {
            name: plain(value) if isinstance(value, str) else f"{value:,}"
            for name, value in params.items()
        }
        return texts.fill(TEXTS[self.language][key], shown)

    def label(self, name: str) -> str:
        """Return a label: the play's own, else that of the commands."""
        key = f"label.{name}"
        own = key in TEXTS[self.language]
        return self.text(key) if own else texts.text(self.language, key)

    def word(self, group: str, value: str) -> str:
        """Return the word for a value that programs use."""
        return texts.word(self.language, group, value)

    def words(self, group: str, values: Iterable[str]) -> str:
        """Return the words for several values, with commas."""
        return ", ".join(self.word(group, value) for value in values)

    def title(self, key: str, number: int = 0) -> None:
        """Begin a part of the play; its steps have numbers."""
        shown = f" {number}  {self.text(key)} " if number else f" {self.text(key)} "
        self._console.print()
        self._console.print(Rule(Text(shown, "bold"), align="left", style="dim"))

    def say(self, key: str, style: str = "", **params: str | int) -> None:
        """Say a sentence."""
        self._put(Text(self.text(f"say.{key}", **params), style))

    def claim(self, text: str, *, held: bool) -> None:
        """Show that something happened, or that it did not."""
        mark = Text("✓ ", "green") if held else Text("✗ ", "bold red")
        # The text hangs beside the mark where it needs a second line.
        grid = Table.grid(padding=0)
        grid.add_row(mark, Text(text, "" if held else "bold red"))
        self._put(grid)

    def line(self, text: str) -> None:
        """Show a text that was filled before."""
        grid = Table.grid(padding=0)
        grid.add_row("· ", Text(text))
        self._put(grid)

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Show labels and values, a line each; what is empty is left out."""
        self.facts_of((self.label(label), value) for label, value in rows)

    def facts_of(self, rows: Iterable[tuple[str, str]]) -> None:
        """Show values with labels that are texts already."""
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for label, value in rows:
            if value:
                grid.add_row(label, _lines(value))
        self._put(grid)

    def table(self, labels: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Show rows under labels.

        `#` before a label is for numbers, `!` for what must not wrap.
        """
        made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
        for label in labels:
            name = label.lstrip("#!")
            made.add_column(
                self.label(name),
                overflow="fold",
                no_wrap=label.startswith("!"),
                justify="right" if label.startswith("#") else "left",
            )
        for row in rows:
            made.add_row(*map(_lines, row))
        self._put(made)

    @contextmanager
    def bar(self, key: str, **params: str | int) -> Iterator[Progress]:
        """Show how far something is, while somebody watches."""
        label = self.text(f"bar.{key}", **params)
        if not self._moves:
            yield lambda _step, _done, _total: None
            return
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(40),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Bars(*columns, console=self._console, transient=True) as bars:
            task = bars.add_task(label, total=None)

            def report(step: str, done: int, total: int) -> None:
                bars.update(
                    task,
                    description=f"{label}: {self.word('step', step)}",
                    completed=done,
                    total=total,
                )

            yield report

    def blank(self) -> None:
        """Leave a line."""
        self._console.print()

    def _put(self, shown: Text | Table) -> None:
        self._console.print(Padding(shown, (0, 0, 0, _INDENT), expand=False))


def _lines(text: str) -> Text:
    return Text("\n".join(map(plain, text.split("\n"))))


def plain(text: str) -> str:
    """Return a text without control, direction and other invisible characters."""
    return "".join(char if char.isprintable() else " " for char in text)

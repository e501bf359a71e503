"""Where everything that is printed passes: the terminal, its language, and what may reach it.

Names, reasons and the rest of what a peer wrote are not trusted: control and direction characters
are taken out, and nothing is read as markup.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from pydantic import BaseModel
from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from comity import texts
from comity.errors import Code, ComityError
from comity.texts import Language

ModelT = TypeVar("ModelT", bound=BaseModel)
Value = str | int | bool | date | Text | Sequence[str] | None
_WIDTH_OF_FILES: Final = 100
_WHOLE: Final = frozenset(
    {
        *("agreement", "bytes", "count", "direction", "due", "handle"),
        *("negotiation", "number", "offer", "request", "time"),
    }
)
"""Columns whose values are not broken into lines."""
_SPACES: Final = frozenset("\n\r\t\v\f\u0085\u2028\u2029")


def plain(text: str) -> str:
    """Return a text on one line, without control, direction and other invisible characters."""
    spaced = "".join(" " if char in _SPACES else char for char in text)
    return "".join(char for char in spaced if not unicodedata.category(char).startswith("C"))


def when(seconds: int) -> str:
    """Return a time as ISO 8601 in UTC; empty for 0, which stands for never."""
    if not seconds:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_json(model: BaseModel) -> str:
    """Return a model's JSON, with invisible characters written as escapes."""
    return _escaped(model.model_dump_json(indent=2))


def _escaped(made: str) -> str:
    # A terminal may obey C1 and direction characters; in JSON they only occur inside strings.
    return "".join(
        json.dumps(char)[1:-1]
        if char != "\n" and unicodedata.category(char).startswith("C")
        else char
        for char in made
    )


def _console(*, stderr: bool = False) -> Console:
    made = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not made.is_terminal:
        made.width = _WIDTH_OF_FILES
    return made


def _line(console: Console, text: Text) -> None:
    """Print prose: wrapped for a person, on one line for a file or a program."""
    console.print(text, soft_wrap=not console.is_terminal)


@dataclass
class Screen:
    """The terminal: results on standard output, everything else on standard error."""

    language: Language = "en"
    json: bool = False
    quiet: bool = False
    out: Console = field(default_factory=_console)
    err: Console = field(default_factory=lambda: _console(stderr=True))

    def aside(self) -> "Screen":
        """Return a screen for what is shown before a question: not a result, so not on stdout."""
        return Screen(self.language, out=self.err, err=self.err)

    def text(self, key: str, **params: str | int) -> str:
        """Return a text in the screen's language."""
        cleaned = {name: plain(v) if isinstance(v, str) else v for name, v in params.items()}
        return texts.text(self.language, key, **cleaned)

    def word(self, group: str, value: str) -> str:
        """Return the word for a value that programs use."""
        return texts.word(self.language, group, value)

    def words(self, group: str, values: Iterable[str]) -> str:
        """Return the words for several values, with commas."""
        return ", ".join(self.word(group, value) for value in values)

    def reason(self, code: str) -> str:
        """Return what a code says that was kept: what is wrong, and what to do next."""
        if code not in set(Code):
            return plain(code)
        said = texts.error(self.language, ComityError(Code(code)))
        return plain(f"{said.what} {said.todo}")

    def show(self, result: ModelT, render: Callable[["Screen", ModelT], None]) -> None:
        """Print a result: as JSON where that was asked for, else as `render` does."""
        if self.json:
            self.out.print(as_json(result), soft_wrap=True)
        else:
            render(self, result)

    def say(self, key: str, style: str = "", **params: str | int) -> None:
        """Print a sentence as part of the result."""
        _line(self.out, Text(self.text(key, **params), style))

    def written(self, value: object) -> None:
        """Print JSON values as they are, with invisible characters written as escapes."""
        made = json.dumps(value, indent=2, ensure_ascii=False)
        self.out.print(_escaped(made), soft_wrap=True)

    def hint(self, key: str, **params: str | int) -> None:
        """Print a sentence beside the result: what to do next, what to bear in mind."""
        if not (self.quiet or self.json):
            _line(self.err, Text(self.text(key, **params), "dim"))

    def cell(self, value: Value) -> Text:
        """Return a value as text that is safe to print."""
        if isinstance(value, Text):
            return value
        if isinstance(value, bool):
            return Text(self.word("answer", "yes" if value else "no"))
        if isinstance(value, int):
            return Text(f"{value:,}")
        if value is None:
            return Text()
        if isinstance(value, date | str):
            return Text(plain(str(value)))
        return Text(", ".join(map(plain, value)))

    def facts(self, facts: Iterable[tuple[str, Value]], title: str = "") -> None:
        """Print what is known of one thing, a line each; what is empty is left out.

        A label is a word of the group `label`, or of another that it names: `field.names`.
        """
        grid = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        if title:
            self._put(Text(f"\n{plain(title)}", "bold"))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for label, value in facts:
            cell = self.cell(value)
            if cell:
                group, _, name = label.rpartition(".")
                grid.add_row(self.word(group or "label", name), cell)
        self._put(grid)

    def table(
        self, labels: Sequence[str], rows: Iterable[Sequence[Value]], empty: str = "say.nothing"
    ) -> None:
        """Print several things, a row each, or the text of `empty` where there is none."""
        made = [[self.cell(value) for value in row] for row in rows]
        if not made:
            self.say(empty, "dim")
            return
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for label in labels:
            table.add_column(self.word("label", label), overflow="fold", no_wrap=label in _WHOLE)
        for row in made:
            table.add_row(*row)
        self._put(table)

    def _put(self, shown: RenderableType) -> None:
        """Print something, without the blanks that fill its lines where it goes to a file."""
        if self.out.is_terminal:
            self.out.print(shown)
            return
        with self.out.capture() as captured:
            self.out.print(shown)
        lines = "\n".join(line.rstrip() for line in captured.get().split("\n"))
        self.out.print(lines, end="", soft_wrap=True)

    def error(self, error: ComityError) -> None:
        """Print an error: what is wrong, what to do next, and the code for programs."""
        said = texts.error(self.language, error)
        what, todo = plain(said.what), plain(said.todo)
        if self.json:
            shown = {"code": error.code, "params": error.params, "what": what, "todo": todo}
            body = json.dumps({"error": shown}, ensure_ascii=False, indent=2)
            self.out.print(_escaped(body), soft_wrap=True)
            return
        _line(self.err, Text.assemble((what, "bold red"), (f" ({error.code})", "dim")))
        _line(self.err, Text(todo))


def internal(error: Exception, place: str) -> ComityError:
    """Return the error for a defect of ours: its type and place, and nothing it says."""
    return ComityError(Code.INTERNAL, error=type(error).__name__, place=place)

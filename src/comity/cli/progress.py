"""Progress bars on standard error, one for each step that an operation reports."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from comity.cli.output import Screen

if TYPE_CHECKING:
    from rich.progress import TaskID

    from comity.api import Progress


@contextmanager
def bars(screen: Screen) -> Iterator["Progress"]:
    """Give what takes reports of progress; it shows them where somebody watches."""
    if screen.quiet or not screen.err.is_terminal:
        yield lambda _step, _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen.err, transient=True) as shown:
        tasks: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(screen.word("step", step), total=total)
            shown.update(tasks[step], completed=done, total=total)

        yield report

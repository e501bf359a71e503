"""The tree of commands."""

from typing import Annotated

import typer

from comity.cli.command import Folder, Json, Officer, Quiet, Spoken, remember
from comity.cli.commands import agreeing, asking, holdings, matching, recording, running, setup
from comity.cli.session import Options

app = typer.Typer(
    name="comity",
    no_args_is_help=True,
    rich_markup_mode="rich",
    # A traceback with its variables would print what a node keeps to itself.
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"comity {version('comity')}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    folder: Folder = None,
    officer: Officer = None,
    language: Spoken = None,
    json: Json = False,
    quiet: Quiet = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Work with counterparts across a border, and hand over nothing but what is agreed.

    A first time through: init, peer add, holdings load, serve; then catalog and negotiate on the
    one side, offer make and tag on the other; then match, ask and approve.
    """
    remember(ctx, Options(folder, officer, language, json, quiet))


# The order is that of the panels in the help.
for group in (setup, holdings, agreeing, matching, asking, recording, running):
    group.register(app)

"""The tree of commands."""

from typing import Annotated, Final

import typer
from typer.core import TyperGroup

from comity.cli.command import Folder, Json, Officer, Quiet, Spoken, remember
from comity.cli.commands import (
    agreeing,
    agreements,
    alerts,
    asking,
    couriers,
    holdings,
    ledger,
    matching,
    offering,
    proving,
    recalling,
    recording,
    restoring,
    running,
    setup,
    terms,
    transferring,
)
from comity.cli.session import Options

ORDER: Final = (
    *("init", "identity", "officer", "peer"),
    "holdings",
    *("terms", "offer", "catalog", "negotiate", "propose", "negotiations"),
    "agreements",
    *("tag", "transfers", "received", "match", "check", "hits", "watch", "handles", "tokens"),
    *("ask", "requests", "inbox", "approve", "decline", "reopen"),
    *("recall", "record", "verify", "witness", "ledger", "journal", "posture"),
    "courier",
    *("serve", "doctor", "backup", "restore", "thaw", "unsettled", "demo"),
)
"""The commands as the help lists them: in the order in which somebody needs them."""


class _InOrder(TyperGroup):
    """Lists commands in ORDER, whether they are groups or not."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return the names, what ORDER does not know at the end."""
        known = {name: place for place, name in enumerate(ORDER)}
        return sorted(super().list_commands(ctx), key=lambda name: known.get(name, len(known)))


app = typer.Typer(
    name="comity",
    cls=_InOrder,
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


@app.callback(
    help="Work with counterparts across a border, and hand over nothing but what is agreed.\n\n"
    "A first time through: init, peer add, holdings load and serve on both sides; offer make and "
    "tag on the one, catalog, negotiate and match on the other; then ask and approve."
)
def root(
    ctx: typer.Context,
    folder: Folder = None,
    acting: Officer = None,
    language: Spoken = None,
    json: Json = False,
    quiet: Quiet = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Start the command line."""
    remember(ctx, Options(folder, acting, language, json, quiet))


for group in (
    *(setup, holdings, terms, offering, agreeing, agreements),
    *(
        matching,
        alerts,
        transferring,
        asking,
        recalling,
        recording,
        proving,
        ledger,
        couriers,
        running,
    ),
    restoring,
):
    group.register(app)

"""Holdings: the lists that this node keeps to itself."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from comity.cli.command import command
from comity.cli.panels import HOLDINGS
from comity.cli.session import Session
from comity.errors import Code, ComityError

holdings_app = typer.Typer(no_args_is_help=True, help="The lists that this node keeps to itself.")

Dataset = Annotated[str, typer.Argument(help="One of your datasets.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(holdings_app, name="holdings", rich_help_panel=HOLDINGS)


@command(holdings_app, "load")
def load(
    session: Session,
    path: Annotated[Path, typer.Argument(help="The list; for ofac-sdn also its folder.")],
    format: Annotated[str, typer.Option(help="ofac-sdn, sat-69b, ca-sema or csv.")],
    dataset: Annotated[
        str, typer.Option(help="Id of the dataset; without it, the name of the file.")
    ] = "",
    title: Annotated[str, typer.Option(help="What peers read in the catalog.")] = "",
    mapping: Annotated[
        str,
        typer.Option(
            "--map",
            help="For csv, which column is what: 'id=Ref;name=Company;kind=organisation;rfc=RFC'.",
        ),
    ] = "",
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date of the list, where its files have none."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Load a dataset anew. Withheld records stay so.")
    ] = False,
    withhold: Annotated[
        list[str] | None,
        typer.Option(help="Id of a record to withhold from the start. May be given again."),
    ] = None,
) -> None:
    """Load a list: all of it, or nothing and the line at fault."""
    from comity.cli.rendering import holdings as shown
    from comity.operations import holdings

    whole = path.resolve()
    args = holdings.HoldingsLoad(
        path=str(whole),
        format=format,
        dataset=dataset or whole.stem.casefold(),
        title=title,
        mapping=mapping,
        as_of=as_of.date() if as_of else None,
        replace=replace,
        withhold=tuple(withhold or ()),
    )
    session.screen.show(session.run(holdings.load, args), shown.loaded)


@command(holdings_app, "file")
def keep_file(
    session: Session,
    dataset: Annotated[str, typer.Argument(help="One of your datasets, or a new one.")],
    path: Annotated[Path, typer.Argument(help="The file that transfers give.")],
    title: Annotated[str, typer.Option(help="What peers read of a new one in the catalog.")] = "",
    media_type: Annotated[
        str, typer.Option(help="Its media type, such as text/csv.")
    ] = "application/octet-stream",
) -> None:
    """Keep a copy of a file that transfers of a dataset give, whole."""
    from comity.cli.rendering import holdings as shown
    from comity.operations import filing

    args = filing.HoldingsFile(
        dataset=dataset, path=str(path.resolve()), title=title, media_type=media_type
    )
    session.screen.show(session.run(filing.keep, args), shown.filed)


@command(holdings_app, "list")
def holdings_list(session: Session) -> None:
    """List the datasets held here."""
    from comity.cli.rendering import holdings as shown
    from comity.operations import holdings, setup

    found = session.run(holdings.holdings_list, setup.Nothing())
    session.screen.show(found, shown.holdings)


@command(holdings_app, "show")
def show(
    session: Session,
    dataset: Dataset,
    record: Annotated[str, typer.Argument(help="Id of a record in the list.")] = "",
) -> None:
    """Show what came of loading a dataset, or one record of it."""
    from comity.cli.rendering import holdings as shown
    from comity.operations import holdings, setup

    if record:
        args = holdings.RecordArgs(dataset=dataset, record=record)
        session.screen.show(session.run(holdings.show, args), shown.record)
        return
    found = session.run(holdings.holdings_list, setup.Nothing()).holdings
    for one in found:
        if one.dataset == dataset:
            session.screen.show(one, shown.loaded)
            return
    raise ComityError(Code.DATASET_UNKNOWN, dataset=dataset)


@command(holdings_app, "withhold")
def withhold(
    session: Session,
    dataset: Dataset,
    record: Annotated[str, typer.Argument(help="Id of a record in the list.")],
    share: Annotated[bool, typer.Option("--share", help="Let it go again.")] = False,
) -> None:
    """Withhold a record: never tagged, never answered.

    Answers stop at once; tags change with the next tag set.
    """
    from comity.cli.rendering import holdings as shown
    from comity.operations import holdings

    args = holdings.Withhold(
        dataset=dataset, record=record, state="shared" if share else "withheld"
    )
    done = session.run(holdings.withhold, args)
    session.screen.show(done, shown.shared if share else shown.withheld)

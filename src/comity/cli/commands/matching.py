"""Match: tag one's own holdings, ask about a list or one subject, see the hits."""

from typing import Annotated

import typer

from comity.cli.command import command
from comity.cli.panels import MATCH
from comity.cli.session import Session
from comity.core.records import Kind

Peer = Annotated[str, typer.Argument(help="A peer: its id, or a part of id or name.")]
Theirs = Annotated[str, typer.Argument(help="A dataset of the peer that an agreement is about.")]
Purpose = Annotated[
    str, typer.Option(help="One of the agreed purposes; needed where there are several.")
]
LegalBasis = Annotated[str, typer.Option(help="One of the agreed legal bases, likewise.")]
Wait = Annotated[int, typer.Option(help="Seconds to wait until the peer has started.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "tag", MATCH)(tag)
    command(app, "match", MATCH)(match)
    command(app, "check", MATCH)(check)
    command(app, "hits", MATCH)(hits)
    command(app, "handles", MATCH, dashes=True)(handles)


def tag(
    session: Session,
    peer: Peer,
    dataset: Annotated[str, typer.Argument(help="One of your datasets, agreed with that peer.")],
    new_keys: Annotated[
        bool,
        typer.Option("--new-keys", help="Tag all anew: what was asked so far finds nothing then."),
    ] = False,
) -> None:
    """Make the tag set that a peer matches against; it takes the place of the one before.

    Records that have not changed are not tagged again while the keys live, nor after a break.
    """
    from comity.cli.rendering import matching as shown
    from comity.operations import tagging

    args = tagging.Tag(peer=peer, dataset=dataset, new_keys=new_keys)
    made = session.run(tagging.tag, args)
    session.screen.show(made, shown.tagged)


def match(
    session: Session,
    peer: Peer,
    dataset: Theirs,
    holdings: Annotated[
        str, typer.Option(help="Your dataset to ask about; needed where you hold several.")
    ] = "",
    purpose: Purpose = "",
    legal_basis: LegalBasis = "",
    wait: Wait = 60,
) -> None:
    """Ask which records of a whole list the peer has, too. Neither side shows its list."""
    from comity.cli.rendering import matching as shown
    from comity.operations import matching

    args = matching.Match(
        peer=peer,
        dataset=dataset,
        holdings=holdings,
        purpose=purpose,
        legal_basis=legal_basis,
        wait_seconds=wait,
    )
    session.screen.show(session.run(matching.match, args), shown.matched)


def check(
    session: Session,
    peer: Peer,
    dataset: Theirs,
    rfc: Annotated[str, typer.Option(help="Mexican tax id: 12 or 13 characters.")] = "",
    name: Annotated[str, typer.Option(help="Full name. Say also what --kind it is of.")] = "",
    kind: Annotated[Kind, typer.Option(help="What the name is of.")] = Kind.ORGANISATION,
    curp: Annotated[str, typer.Option(help="Mexican personal id: 18 characters.")] = "",
    passport: Annotated[str, typer.Option(help="Passport number. Needs --country.")] = "",
    tax_id: Annotated[str, typer.Option(help="Any other tax id. Needs --country.")] = "",
    country: Annotated[str, typer.Option(help="Issuer of passport or tax id, ISO 3166: CO.")] = "",
    imo: Annotated[str, typer.Option(help="IMO number of a ship.")] = "",
    wallet: Annotated[str, typer.Option(help="Wallet address.")] = "",
    purpose: Purpose = "",
    legal_basis: LegalBasis = "",
    wait: Wait = 60,
) -> None:
    """Ask about one subject, by all that is known of it. The peer does not learn who it is."""
    from comity.cli.rendering import matching as shown
    from comity.operations import matching

    args = matching.Check(
        peer=peer,
        dataset=dataset,
        kind=kind,
        name=name,
        rfc=rfc,
        curp=curp,
        passport=passport,
        tax_id=tax_id,
        country=country,
        imo=imo,
        wallet=wallet,
        purpose=purpose,
        legal_basis=legal_basis,
        wait_seconds=wait,
    )
    session.screen.show(session.run(matching.check, args), shown.matched)


def hits(
    session: Session,
    peer: Annotated[str, typer.Argument(help="Only with this peer.")] = "",
) -> None:
    """Show the hits of all runs."""
    from comity.cli.rendering import matching as shown
    from comity.operations import finding

    found = session.run(finding.hits, finding.HitsOf(peer=peer))
    session.screen.show(found, shown.hits)


def handles(
    session: Session,
    handle: Annotated[list[str], typer.Argument(help="Handles, as the peer named them.")],
) -> None:
    """Show which records of yours a peer's handles stand for."""
    from comity.cli.rendering import matching as shown
    from comity.operations import tagging

    found = session.run(tagging.handles, tagging.HandlesNamed(handles=tuple(handle)))
    session.screen.show(found, shown.handles)

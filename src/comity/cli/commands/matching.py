"""Match: tag one's own holdings, ask about a list or one subject, see the hits."""

from typing import Annotated

import typer

from comity.cli.command import command
from comity.cli.panels import MATCH
from comity.cli.session import Session
from comity.core.fuzzy.bands import Band
from comity.core.records import Family, Kind
from comity.errors import Code, ComityError

tokens_app = typer.Typer(no_args_is_help=True, help="What records are compared by.")

Peer = Annotated[str, typer.Argument(help="A peer: its id, or a part of id or name.")]
Theirs = Annotated[str, typer.Argument(help="A dataset of the peer that an agreement is about.")]
Purpose = Annotated[
    str, typer.Option(help="One of the agreed purposes; needed where there are several.")
]
LegalBasis = Annotated[str, typer.Option(help="One of the agreed legal bases, likewise.")]
Holdings = Annotated[
    str, typer.Option(help="Your dataset to ask about; needed where you hold several.")
]
Families = Annotated[
    str,
    typer.Option(help="Compare by these families only, with commas between; saves quota."),
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Say of each hit what agreed, and what it weighs.")
]
Least = Annotated[
    Band, typer.Option(help="Show hits from this band on; none shows all that share anything.")
]
OneToOne = Annotated[
    bool, typer.Option("--one-to-one", help="Of each record on either side, only the best hit.")
]
Wait = Annotated[int, typer.Option(help="Seconds to wait until the peer has started.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "tag", MATCH)(tag)
    command(app, "match", MATCH)(match)
    command(app, "check", MATCH)(check)
    command(app, "hits", MATCH)(hits)
    command(app, "handles", MATCH, dashes=True)(handles)
    app.add_typer(tokens_app, name="tokens", rich_help_panel=MATCH)


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
    holdings: Holdings = "",
    families: Families = "",
    purpose: Purpose = "",
    legal_basis: LegalBasis = "",
    explain: Explain = False,
    least: Least = Band.POSSIBLY,
    one_to_one: OneToOne = False,
    wait: Wait = 60,
) -> None:
    """Ask which records of a whole list the peer has, too. Neither side shows its list."""
    from comity.cli.rendering import matching as shown
    from comity.operations import matching

    args = matching.Match(
        peer=peer,
        dataset=dataset,
        holdings=holdings,
        families=family_list(families),
        purpose=purpose,
        legal_basis=legal_basis,
        least=least,
        one_to_one=one_to_one,
        wait_seconds=wait,
    )
    session.screen.show(session.run(matching.match, args), shown.matched(explain=explain))


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
    country: Annotated[str, typer.Option(help="Issuer of a number, ISO 3166: CO.")] = "",
    imo: Annotated[str, typer.Option(help="IMO number of a ship.")] = "",
    wallet: Annotated[str, typer.Option(help="Wallet address.")] = "",
    phone: Annotated[str, typer.Option(help="Telephone number; without +, needs --country.")] = "",
    account: Annotated[str, typer.Option(help="IBAN, or another number and --country.")] = "",
    born: Annotated[str, typer.Option(help="Birth date: YYYY-MM-DD, or the year.")] = "",
    house: Annotated[str, typer.Option(help="House number of an address.")] = "",
    street: Annotated[str, typer.Option(help="Street of an address.")] = "",
    town: Annotated[str, typer.Option(help="Town of an address.")] = "",
    postcode: Annotated[str, typer.Option(help="Postcode of an address.")] = "",
    families: Families = "",
    purpose: Purpose = "",
    legal_basis: LegalBasis = "",
    explain: Explain = False,
    least: Least = Band.POSSIBLY,
    one_to_one: OneToOne = False,
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
        phone=phone,
        account=account,
        birth_date=born,
        house_number=house,
        street=street,
        locality=town,
        postcode=postcode,
        families=family_list(families),
        purpose=purpose,
        legal_basis=legal_basis,
        least=least,
        one_to_one=one_to_one,
        wait_seconds=wait,
    )
    session.screen.show(session.run(matching.check, args), shown.matched(explain=explain))


def hits(
    session: Session,
    peer: Annotated[str, typer.Argument(help="Only with this peer.")] = "",
    explain: Explain = False,
    least: Least = Band.POSSIBLY,
    one_to_one: OneToOne = False,
) -> None:
    """Show the hits of all runs."""
    from comity.cli.rendering import matching as shown
    from comity.operations import finding

    args = finding.HitsOf(peer=peer, least=least, one_to_one=one_to_one)
    session.screen.show(session.run(finding.hits, args), shown.hits(explain=explain))


def handles(
    session: Session,
    handle: Annotated[list[str], typer.Argument(help="Handles, as the peer named them.")],
) -> None:
    """Show which records of yours a peer's handles stand for."""
    from comity.cli.rendering import matching as shown
    from comity.operations import handles

    found = session.run(handles.show, handles.HandlesNamed(handles=tuple(handle)))
    session.screen.show(found, shown.handles)


@command(tokens_app, "explain", dashes=True)
def explain_tokens(
    session: Session,
    record: Annotated[str, typer.Argument(help="A record of yours: its id in the list.")],
    dataset: Annotated[str, typer.Option(help="Needed where several lists have that id.")] = "",
    families: Annotated[str, typer.Option(help="Only these families, with commas between.")] = "",
) -> None:
    """Show what would be tagged of a record, and what each token reveals where it agrees."""
    from comity.cli.rendering import matching as shown
    from comity.operations import deriving

    args = deriving.Explain(record=record, dataset=dataset, families=family_list(families))
    session.screen.show(session.run(deriving.explain, args), shown.tokens)


def family_list(given: str) -> tuple[Family, ...]:
    """Read names with commas between. Raises ARGUMENT_INVALID."""
    try:
        return tuple(Family(name.strip()) for name in given.split(",") if name.strip())
    except ValueError:
        raise ComityError(Code.ARGUMENT_INVALID, where="families") from None

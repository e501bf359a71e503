"""Posture: everything that one peer can cause to happen here, and nothing that it cannot.

It is derived from the table of routes and the agreements in force, so it cannot say less than
what the code does.
"""

from comity.api import Progress
from comity.core.agreement import IN_FORCE
from comity.core.canonical import model
from comity.core.dsp.policy import Agreement as Policy
from comity.core.terms import Action, Terms
from comity.core.terms_odrl import known_terms
from comity.limits import BODY_BYTES
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.records import PeerArgs
from comity.operations.registry import Caller, Model, operation
from comity.protocol import filing
from comity.protocol.catalog import open_offers
from comity.protocol.routes import CONTACTS, ROUTES
from comity.store import alarms, record
from comity.store.rows.agreements import Agreement, Negotiation, Transfer
from comity.store.rows.moving import many
from comity.store.rows.requests import RequestRow
from comity.store.usage import used


class MessageAllowed(Model):
    """One message of the closed set, and what it can cause; texts are by its name."""

    what: str
    method: str
    path: str


class AgreementPosture(Model):
    """What one agreement lets the peer have from us."""

    agreement: str
    dataset: str
    state: str
    terms: Terms | None
    """None where this node does not know them: then nothing can be had."""
    tokens_used: int
    requests_used: int
    transfers_used: int
    """Of the dataset's file."""


class Posture(Model):
    """Everything a peer can cause to happen here."""

    peer: str
    name: str
    territory: str
    address: str
    messages: tuple[MessageAllowed, ...]
    datasets_offered: tuple[str, ...]
    agreements: tuple[AgreementPosture, ...]
    negotiations_waiting: int
    requests_waiting: int
    transfers_open: int
    refused: int
    """Authentic messages of the peer that were refused, so far."""
    messages_missing: int
    """Messages of the peer that must exist and have not come."""
    frozen: str
    """Why nothing is said to the peer, nor taken of it, but contact messages; empty: as usual."""
    incarnation: int
    """The highest incarnation of the peer that was seen; messages of lower ones are refused."""
    alarms_open: int
    """Alarms about the record: while there is one, nothing of the peer's goes by itself."""
    accounts: int = 0
    """A peer has none, ever."""
    code_run: int = 0
    """Nothing a peer sends is run."""


@operation("posture.show", PeerArgs, Posture)
def posture(node: Node, caller: Caller, args: PeerArgs, progress: Progress) -> Posture:
    """Show what a peer can cause to happen here. Raises PEER_UNKNOWN."""
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        given = many(tx, Agreement, peer=peer.id, role="provider", order="at")
        return Posture(
            peer=peer.id,
            name=peer.identity.name,
            territory=peer.identity.territory,
            address=peer.identity.address,
            messages=tuple(
                MessageAllowed(what=what, method=method, path=path)
                for what, method, path in (
                    *((route.what, route.method, route.path) for route in (*ROUTES, *CONTACTS)),
                    *filing.PATHS,
                )
            ),
            datasets_offered=tuple(open_offers(tx, peer.id)),
            agreements=tuple(
                AgreementPosture(
                    agreement=row.id,
                    dataset=row.dataset,
                    state=row.state,
                    terms=known_terms(model(Policy, row.agreement.encode(), BODY_BYTES)),
                    tokens_used=used(tx, peer.id, row.dataset, Action.MATCH, 0, ""),
                    requests_used=used(tx, peer.id, row.dataset, Action.REQUEST, 0, ""),
                    transfers_used=used(tx, peer.id, row.dataset, Action.RECEIVE, 0, ""),
                )
                for row in given
                if row.state in IN_FORCE
            ),
            negotiations_waiting=len(many(tx, Negotiation, peer=peer.id, waits=True)),
            requests_waiting=len(many(tx, RequestRow, peer=peer.id, role="provider", state="held")),
            transfers_open=len(
                [
                    row
                    for row in many(tx, Transfer, peer=peer.id, role="provider")
                    if row.state in {"REQUESTED", "STARTED", "SUSPENDED"}
                ]
            ),
            refused=sum(
                1
                for item in record.listed(tx, peer.id, record.IN)
                if item.refused and item.kind == "request"
            ),
            messages_missing=record.missing(tx, peer.id),
            frozen=record.ends(tx, peer.id).frozen,
            incarnation=record.ends(tx, peer.id).theirs.incarnation,
            alarms_open=sum(not row.settled for row in alarms.raised(tx, peer.id)),
        )

"""The operations that officers of the node under test run, as every surface runs them."""

from collections.abc import Callable, Mapping

from comity.node import Node
from comity.operations import agreeing, offering, transfers
from comity.operations.proposals import NegotiationShown
from nodes import run
from tck.officer import Doing, Officers, Process
from tck.scripts import Act
from tck.webhooks import Wish

_REASON = "The conformance kit asks for it."


def negotiators(node: Node, on_error: Callable[[str], None]) -> Officers:
    """Return the officers who look after negotiations."""

    def look() -> tuple[Process, ...]:
        return tuple(
            Process(id=each.id, dataset=each.dataset, state=each.state, waits=each.waits)
            for each in run(agreeing.negotiation_list, node).negotiations
        )

    def offer(pid: str) -> NegotiationShown:
        """Answer with our own offer of the dataset, or as consumer with the same one again."""
        shown = run(agreeing.show, node, negotiation=pid)
        ours = [
            each for each in run(offering.offer_list, node).offers if each.dataset == shown.dataset
        ]
        policy = ours[0].policy if ours else shown.policy
        return run(agreeing.counter, node, negotiation=pid, policy=policy)

    doing: Mapping[Act, Doing] = {
        Act.OFFER: offer,
        Act.ACCEPT: lambda pid: run(agreeing.accept, node, negotiation=pid, unknown_terms=True),
        Act.DECLINE: lambda pid: run(agreeing.decline, node, negotiation=pid, reason=_REASON),
    }
    return Officers(look, doing, on_error)


def senders(node: Node, on_error: Callable[[str], None]) -> Officers:
    """Return the officers who look after transfers."""

    def look() -> tuple[Process, ...]:
        return tuple(
            Process(id=each.id, dataset=each.dataset, state=each.state, waits=each.waits)
            for each in run(transfers.transfer_list, node).transfers
        )

    doing: Mapping[Act, Doing] = {
        Act.APPROVE: lambda pid: run(transfers.approve, node, transfer=pid),
        Act.SUSPEND: lambda pid: run(transfers.suspend, node, transfer=pid, reason=_REASON),
        Act.RESUME: lambda pid: run(transfers.resume, node, transfer=pid),
        Act.COMPLETE: lambda pid: run(transfers.complete, node, transfer=pid),
        Act.TERMINATE: lambda pid: run(transfers.terminate, node, transfer=pid, reason=_REASON),
    }
    return Officers(look, doing, on_error)


def wishes(node: Node, kit: str) -> Mapping[str, Wish]:
    """Return what the kit's two requests to begin something make an officer do.

    The kit's own name and address in them are left alone: whom to reach, and where, is pinned.
    """

    def negotiate(wish: Mapping[str, str]) -> None:
        # What is asked for is in no catalog: the kit has none.
        policy = {"@id": wish["offerId"], "permission": [{"action": "use"}]}
        run(
            agreeing.negotiate,
            node,
            peer=kit,
            dataset=wish["datasetId"],
            policy=policy,
            agreeing="one-officer",
        )

    def transfer(wish: Mapping[str, str]) -> None:
        run(
            transfers.request,
            node,
            peer=kit,
            agreement=wish["agreementId"],
            format=wish["format"],
        )

    return {"/negotiations": negotiate, "/transfers": transfer}

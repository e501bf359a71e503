"""Pinning peers, finding them, and what they can cause."""

import pytest

from comity.core import identity
from comity.errors import Code
from comity.operations import peers, posture
from comity.operations.peering import find_peer
from comity.protocol.filing import PATHS
from comity.protocol.routes import CONTACTS, ROUTES
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import MX_LIST, match, pin_third


def test_a_document_is_shown_before_it_is_pinned(pinned: Pair) -> None:
    shown = run(peers.peer_read, pinned.mx, document=pinned.us.document)
    assert (shown.id, shown.pinned) == (US.id, True)
    assert shown.fingerprint == identity.fingerprint(pinned.us.document)
    with refuses(Code.IDENTITY_INVALID):
        run(peers.peer_read, pinned.mx, document="a.b.c")


@pytest.mark.parametrize("fingerprint", ["", "00000", "0" * 40])
def test_only_the_document_that_was_compared_is_pinned(pinned: Pair, fingerprint: str) -> None:
    with refuses(Code.FINGERPRINT_MISMATCH, peer=US.id):
        run(peers.peer_add, pinned.mx, document=pinned.us.document, fingerprint=fingerprint)


def test_groups_of_a_fingerprint_may_be_set_in_any_way(pinned: Pair) -> None:
    digits = identity.fingerprint(pinned.us.document).replace(" ", "\n")
    with refuses(Code.PEER_EXISTS, peer=US.id):  # it got past the comparison
        run(peers.peer_add, pinned.mx, document=pinned.us.document, fingerprint=digits)


def test_a_node_is_no_peer_of_itself(pinned: Pair) -> None:
    document = pinned.mx.document
    with refuses(Code.PEER_EXISTS, peer=MX.id):
        run(
            peers.peer_add,
            pinned.mx,
            document=document,
            fingerprint=identity.fingerprint(document),
        )


def test_peers_are_found_by_id_or_by_a_part_that_is_only_theirs(pinned: Pair) -> None:
    third = pin_third(pinned)
    with pinned.mx.store.read() as tx:
        for text, expected in (
            (US.id, US.id),
            ("us.ex", US.id),
            ("EXAMPLE OFFICE", US.id),
            ("third", third),
            ("ca.", third),
        ):
            assert find_peer(tx, text).id == expected
        for text in ("", "did:web:", "example", "nobody", MX.id):
            with refuses(Code.PEER_UNKNOWN):
                find_peer(tx, text)
    assert [peer.id for peer in run(peers.peer_list, pinned.mx).peers] == [third, US.id]


def test_the_posture_is_what_the_routes_and_agreements_say(tagged: Pair) -> None:
    found = run(posture.posture, tagged.mx, peer=US.id)
    assert [(item.what, item.method, item.path) for item in found.messages] == [
        *((route.what, route.method, route.path) for route in (*ROUTES, *CONTACTS)),
        *PATHS,
    ]
    assert (found.accounts, found.code_run) == (0, 0)
    assert (found.address, found.territory, found.datasets_offered) == (
        US.address,
        "US",
        (MX_LIST,),
    )
    (agreement,) = found.agreements
    assert (agreement.dataset, agreement.state, agreement.tokens_used) == (MX_LIST, "active", 0)
    assert found.transfers_open == 2
    asked = sum(match(tagged).asked.values())
    assert run(posture.posture, tagged.mx, peer=US.id).agreements[0].tokens_used == asked
    # The other side gives nothing, and lets itself be asked nothing.
    assert run(posture.posture, tagged.us, peer=MX.id).agreements == ()


def test_a_peer_that_was_only_pinned_can_cause_little(pinned: Pair) -> None:
    found = run(posture.posture, pinned.mx, peer=US.id)
    assert (found.datasets_offered, found.agreements, found.transfers_open) == ((), (), 0)
    with refuses(Code.PEER_UNKNOWN):
        run(posture.posture, pinned.mx, peer="nobody")

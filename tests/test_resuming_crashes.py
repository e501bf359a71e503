"""A restored node that dies on its way back, at every boundary, and at every point of a backup."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from comity.node import WRAP_KEYS, Node
from comity.operations import agreeing, agreements, finding, inbox
from comity.protocol.catalog import MATCH, REQUEST
from comity.protocol.replies import REPLIES
from comity.resuming import Resuming
from comity.store import standing
from comity.store.rows.agreements import Agreement, Negotiation, Transfer
from comity.store.rows.matching import Usage
from comity.store.rows.moving import many
from comity.store.rows.node import Resumption
from comity.store.rows.requests import RequestRow
from comity.store.vault import Vault
from dying import DyingStore, Killed
from nodes import MX, Pair, opened, run
from restored import back_up, lose, restore, thaw
from stages import MX_LIST, Stages, begin, check, match, tag
from test_resuming import check_same, usage

RFC = "CNU130416UJ3"
MOST = 60


def mortal(node: Node, boundary: int) -> tuple[Node, DyingStore]:
    """Let a node die at a boundary of what it does to come back."""
    vault = Vault(node.folder / WRAP_KEYS)
    store = DyingStore(node.config.database_url(node.folder), vault, boundary)
    resuming = Resuming(node.local, store, node.contacts, REPLIES)
    return replace(node, store=store, resuming=resuming), store


@pytest.mark.parametrize("side", ["mx", "us"])
def test_it_comes_back_from_every_boundary(stages: Stages, tmp_path: Path, side: str) -> None:
    with stages.open("one family", tmp_path / "before") as p:
        match(p)
        backup = back_up(p, side)
        check(p, rfc=RFC)
        used = usage(p)
        restored = restore(p, side, backup).folder
        lose(p, side)
    shutil.rmtree(tmp_path / "before" / side)
    restored.rename(tmp_path / "before" / side)
    for boundary in range(MOST):
        folder = tmp_path / str(boundary)
        shutil.copytree(tmp_path / "before", folder)
        with opened(folder) as p:
            dying, store = mortal(getattr(p, side), boundary)
            with suppress(Killed):
                thaw(dying)
            alive = store.alive
            store.live()
            store.close()
            node = p.restart(side)
            with node.store.read() as tx:
                frozen = standing.of_node(tx)
            if frozen:
                [back] = thaw(node).peers
                assert (back.outcome, back.incarnation) == ("resumed", 2)
            p.pump()
            check_same(p)
            assert usage(p) == used
            with node.store.read() as tx:
                assert many(tx, Resumption) == []
            if alive:
                break
    else:
        raise AssertionError("more boundaries than MOST")
    assert boundary >= 8


def negotiate(p: Pair) -> None:
    run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST)
    p.pump()


def ask(p: Pair) -> None:
    handle = run(finding.hits, p.us).hits[0].handle
    run(inbox.ask, p.us, handle=handle, case_reference="CASE-1")
    p.pump()


def approve(p: Pair) -> None:
    [held] = [each for each in run(inbox.inbox, p.mx).requests if each.state == "held"]
    run(inbox.approve, p.mx, request=held.id, approval=held.approval)
    p.pump()


def suspend(p: Pair) -> None:
    [agreed] = run(agreements.agreement_list, p.mx).agreements
    run(agreements.suspend, p.mx, agreement=agreed.id, reason="")
    p.pump()


def resume(p: Pair) -> None:
    [agreed] = run(agreements.agreement_list, p.mx).agreements
    run(agreements.resume, p.mx, agreement=agreed.id)
    p.pump()


def withdraw(p: Pair) -> None:
    [agreed] = run(agreements.agreement_list, p.mx).agreements
    run(agreements.withdraw, p.mx, agreement=agreed.id, reason="")
    p.pump()


def frames(p: Pair) -> None:
    tag(p)
    [agreed] = run(agreements.agreement_list, p.us).agreements
    begin(p, agreed.id, MATCH)
    begin(p, agreed.id, REQUEST)


STORY: tuple[Callable[[Pair], object], ...] = (
    negotiate,
    frames,
    match,
    ask,
    approve,
    ask,
    suspend,
    resume,
    withdraw,
)


def states(node: Node) -> dict[str, list[tuple[str, ...]]]:
    """Return what a node knows of everything that it has agreed on and asked."""
    with node.store.read() as tx:
        return {
            "negotiations": sorted(
                (row.pid, row.their_pid, row.role, row.state, row.agreement, row.pending)
                for row in many(tx, Negotiation)
            ),
            "agreements": sorted(
                (row.id, row.state, row.digest, row.provider_signature, row.consumer_signature)
                for row in many(tx, Agreement)
            ),
            "transfers": sorted(
                (row.pid, row.their_pid, row.role, row.state, row.format, row.pending, row.manifest)
                for row in many(tx, Transfer)
            ),
            "requests": sorted((row.id, row.role, row.state) for row in many(tx, RequestRow)),
            "usage": sorted((row.jti, row.action, str(row.elements)) for row in many(tx, Usage)),
        }


@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
@example(side="mx", at=0, until=9)
@example(side="us", at=0, until=9)
@example(side="mx", at=4, until=6)
@given(
    side=st.sampled_from(["mx", "us"]),
    at=st.integers(0, len(STORY)),
    until=st.integers(0, len(STORY)),
)
def test_wherever_the_backup_was_made_the_record_says_the_same(
    stages: Stages, tmp_path_factory: pytest.TempPathFactory, side: str, at: int, until: int
) -> None:
    at, until = sorted((at, until))
    with stages.open("offered", tmp_path_factory.mktemp("story")) as p:
        for step in STORY[:at]:
            step(p)
        backup = back_up(p, side)
        for step in STORY[at:until]:
            step(p)
        before = states(getattr(p, side))
        node = restore(p, side, backup)
        [back] = thaw(node).peers
        assert back.outcome == "resumed", back
        assert states(node) == before
        p.pump()
        check_same(p)

"""Step 8: what a program tries that holds the other node's keys, and what comes of it: nothing.

Each attempt is looked at from the Mexican side, through its operations: what came back, and
whether anything is different afterwards.
"""

from contextlib import closing
from dataclasses import dataclass

from comity.demo.attempts import AFTER, BEFORE, Attempt, Scene
from comity.demo.intruder import Intruder
from comity.demo.sides import Side
from comity.demo.stage import Stage
from comity.edge import lock
from comity.node import open_node
from comity.operations import agreeing, agreements, holdings, inbox, offering, posture
from comity.operations.posture import Posture


@dataclass(frozen=True, slots=True)
class Refused:
    """One attempt: what was tried, what came back, and what changed at the other side."""

    attempt: str
    tried: str
    status: int
    code: str
    recorded: bool
    """Whether it stands in the record, as a refused message with nothing but its digest."""
    changed: bool
    as_expected: bool


def attempt_all(stage: Stage) -> list[Refused]:
    """Play every attempt with the United States node stopped and its folder taken over."""
    mx, us = stage.mx, stage.us
    us.stop()
    stage.screen.say("intruder", name=us.name)
    with (
        lock.hold(us.folder),
        closing(open_node(us.folder)) as node,
        closing(Intruder(node, mx.id)) as intruder,
    ):
        scene = Scene(stage, intruder)
        refused = [_play(scene, attempt) for attempt in BEFORE]
        agreement = intruder.agreement()
        reason = stage.screen.text("say.suspension")
        state = mx.run(agreements.suspend, agreement=agreement, reason=reason).state
        stage.claims.check("suspended", state == "suspended", name=mx.name)
        refused.append(_play(scene, AFTER))
    us.start()
    us.ready()
    _show(stage, refused)
    return refused


def _play(scene: Scene, attempt: Attempt) -> Refused:
    mx, us = scene.stage.mx, scene.stage.us
    before = _posture(mx, us)
    effects = _effects(mx, before)
    answer = attempt.act(scene)
    after = _posture(mx, us)
    recorded = after.refused - before.refused
    return Refused(
        attempt=attempt.name,
        tried=scene.stage.screen.text(f"attempt.{attempt.name}"),
        status=answer.status,
        code=answer.code,
        recorded=recorded == 1,
        changed=_effects(mx, after) != effects,
        as_expected=answer == attempt.expected and recorded == int(attempt.recorded),
    )


def _posture(mx: Side, us: Side) -> Posture:
    return mx.run(posture.posture, peer=us.id)


def _effects(mx: Side, seen: Posture) -> tuple[str, ...]:
    """Return all that an attempt could have changed, but for the count of what was refused."""
    found = (
        seen.model_copy(update={"refused": 0}),
        mx.run(agreements.agreement_list),
        mx.run(agreeing.negotiation_list),
        mx.run(offering.offer_list),
        mx.run(holdings.holdings_list),
        mx.run(inbox.inbox),
    )
    return tuple(each.model_dump_json() for each in found)


def _show(stage: Stage, refused: list[Refused]) -> None:
    screen = stage.screen
    screen.table(
        ["tried", "came-back", "changed"],
        [
            (
                each.tried,
                f"{each.status} {_came(stage, each)}",
                screen.label("something" if each.changed else "nothing"),
            )
            for each in refused
        ],
    )
    for each in refused:
        if not each.as_expected or each.changed:
            stage.claims.check("refused", False, tried=each.tried, code=each.code)
    whole = all(each.as_expected and not each.changed for each in refused)
    stage.claims.check("refused-all", whole, count=len(refused), name=stage.mx.name)


def _came(stage: Stage, one: Refused) -> str:
    """Return the code that came back, or words where there was none."""
    words = {"same-reply", "another-reply", "called-back"}
    return stage.screen.text(f"came.{one.code}") if one.code in words else one.code

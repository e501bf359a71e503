"""Saved lists, and what changed in what they found, on the screen."""

from comity.cli.ids import short
from comity.cli.output import Screen, when
from comity.cli.rendering.matching import band, handling, statuses
from comity.operations.alerts import AllChanges, ChangesShown
from comity.operations.asking_again import RoundShown, WatchRan
from comity.operations.hits import HitShown
from comity.operations.saved_sets import Watches, WatchShown


def saved(screen: Screen, one: WatchShown) -> None:
    """Say that a list is saved."""
    screen.say("say.watch-saved", "bold", watch=short(one.id))
    screen.facts(
        [
            ("watch", one.id),
            ("peer", one.peer),
            ("dataset", one.dataset),
            ("our-list", one.holdings),
            ("families", screen.words("family", one.families)),
            ("purpose", one.purpose),
            ("legal-basis", one.legal_basis),
        ]
    )
    screen.hint("hint.watch-saved")


def removed(screen: Screen, one: WatchShown) -> None:
    """Say that a list is asked about no more."""
    screen.say("say.watch-removed", watch=short(one.id), dataset=one.dataset, peer=one.peer)


def watches(screen: Screen, found: Watches) -> None:
    """List the saved lists."""
    screen.table(
        ["watch", "peer", "dataset", "our-list", "families", "epoch", "asked-at", "hits", "next"],
        [
            [
                short(one.id),
                one.peer,
                one.dataset,
                one.holdings,
                screen.words("family", one.families),
                one.epoch or None,
                when(one.asked_at),
                one.found if one.epoch else None,
                when(one.due),
            ]
            for one in found.watches
        ],
        empty="say.no-watches",
    )
    for one in found.watches:
        _error(screen, one)
    if not found.watches:
        screen.hint("hint.watch-add")


def ran(screen: Screen, found: WatchRan) -> None:
    """Show what was asked, and what changed."""
    if found.rounds:
        screen.table(
            ["watch", "peer", "dataset", "epoch", "result", "asked", "hits"],
            [
                [
                    short(one.watch),
                    one.peer,
                    one.dataset,
                    one.epoch or None,
                    _result(screen, one),
                    one.tokens if one.epoch else None,
                    one.found if one.epoch else None,
                ]
                for one in found.rounds
            ],
        )
    changes(screen, AllChanges(watches=found.watches))
    if any(one.asked for one in found.rounds):
        screen.hint("hint.quota")


def changes(screen: Screen, found: AllChanges) -> None:
    """Show what changed, list by list; those in which nothing did are counted."""
    if not found.watches:
        screen.say("say.no-watches", "dim")
        screen.hint("hint.watch-add")
        return
    still = 0
    news: list[HitShown] = []
    for one in found.watches:
        if one.new or one.changed or one.gone or one.unlisted:
            _changes(screen, one)
        else:
            still += 1
        if one.otherwise:
            screen.say("say.watch-otherwise", count=len(one.otherwise))
        if one.destroyed and one.new:
            screen.say("say.watch-destroyed", "yellow", epoch=one.since)
        _error(screen, one)
        news += [*one.new, *(each.now for each in one.changed)]
    if still:
        screen.say("say.watch-still", "dim", count=still)
    handling(screen, news)
    if news:
        screen.hint("hint.ask")


def _changes(screen: Screen, one: ChangesShown) -> None:
    named = {"dataset": one.dataset, "peer": one.peer, "ours": one.holdings}
    screen.say("say.watch-changed", "bold", **named, epoch=one.epoch, since=one.since or "")
    if one.new:
        screen.say("say.watch-new", count=len(one.new))
        screen.table(
            ["handle", "ours", "band", "evidence", "status-there"],
            [
                [
                    each.handle,
                    each.record,
                    band(screen, each),
                    screen.word("evidence", each.evidence),
                    statuses(screen, each),
                ]
                for each in one.new
            ],
        )
    if one.changed:
        screen.say("say.watch-status", count=len(one.changed))
        screen.table(
            ["handle", "ours", "band", "before", "status-there"],
            [
                [
                    each.now.handle,
                    each.now.record,
                    band(screen, each.now),
                    statuses(screen, each.before),
                    statuses(screen, each.now),
                ]
                for each in one.changed
            ],
        )
    # Handles of these stand for nothing any more: they ended with their epoch.
    for key, hits in (("say.watch-gone", one.gone), ("say.watch-unlisted", one.unlisted)):
        if hits:
            screen.say(key, count=len(hits))
            rows = [[each.record, band(screen, each), statuses(screen, each)] for each in hits]
            screen.table(["ours", "band", "before"], rows)


def _result(screen: Screen, one: RoundShown) -> str:
    if one.error:
        return screen.reason(one.error)
    return screen.word("round", "asked" if one.asked else "before")


def _error(screen: Screen, one: WatchShown | ChangesShown) -> None:
    if one.error:
        named = {"dataset": one.dataset, "peer": one.peer}
        screen.say("say.watch-error", "yellow", **named, reason=screen.reason(one.error))

"""Steps 7 and 8: both records are verified, and what a peer can cause to happen here is shown."""

from collections import Counter

from comity.demo.stage import Stage
from comity.operations import ledger, posture, records
from comity.operations.ledger import Exchanged
from comity.operations.posture import Posture
from comity.operations.records import RecordShown, RecordVerified
from comity.protocol.filing import PATHS
from comity.protocol.routes import CONTACTS, ROUTES


def verify(stage: Stage, claim: str) -> dict[str, RecordVerified]:
    """Let both sides compare both logs with the other's copies."""
    found = {}
    for side, peer in ((stage.mx, stage.us), (stage.us, stage.mx)):
        found[side.party.key] = side.run(records.verify, peer=peer.id)
    rows = [
        (
            side.name,
            f"{part.size:,}",
            part.root[:22] + "…",
            stage.screen.label("log-sent" if part.sender == side.id else "log-received"),
        )
        for side in stage.sides
        for part in (found[side.party.key].sent, found[side.party.key].received)
    ]
    stage.screen.table(["verified-by", "#entries", "root-short", "log"], rows)
    # Each side compared both roots with the other's, or the operation would have raised; and the
    # note about what it sent carries its own signature and the other's.
    cosigned = [both.sent.checkpoint.count("\n\N{EM DASH} ") for both in found.values()]
    missing = [
        side.run(posture.posture, peer=peer.id).messages_missing
        for side, peer in ((stage.mx, stage.us), (stage.us, stage.mx))
    ]
    whole = min(cosigned) == 2 and not any(missing)
    stage.claims.check(claim, whole, mx=found["mx"].sent.size, us=found["us"].sent.size)
    return found


def figures(stage: Stage) -> Exchanged:
    """Let both sides sign who asked what of whom, and show it as the United States side has it."""
    found = stage.us.run(ledger.exchange, peer=stage.mx.id)
    names = {side.id: side.party.territory for side in stage.sides}
    stage.screen.table(
        ["asker", "action", "#asked-for", "#elements", "#answered", "#not-answered", "#open"],
        [
            (
                names[line.asker],
                stage.screen.word("action", line.action),
                *map("{:,}".format, (line.asked, line.elements, line.answered)),
                *map("{:,}".format, (line.not_answered, line.open)),
            )
            for line in found.ledger.lines
        ],
    )
    mine = stage.mx.run(ledger.show, peer=stage.us.id)
    same = (mine.lines, mine.volume) == (found.ledger.lines, found.ledger.volume)
    asked = sum(line.asked for line in found.ledger.lines)
    stage.claims.check("figures", found.equal and same and asked > 0, count=asked)
    return found


def show_record(stage: Stage) -> RecordShown:
    """Show what was said, as the United States side has it."""
    shown = stage.us.run(records.show, peer=stage.mx.id)
    screen = stage.screen
    counts = Counter((each.sender, each.what) for each in shown.entries if each.kind == "request")
    size: Counter[tuple[str, str]] = Counter()
    for each in shown.entries:
        size[each.sender, each.what] += each.bytes
    names = {side.id: side.party.territory for side in stage.sides}
    screen.table(
        ["from", "said", "#messages", "#bytes"],
        [
            (names[sender], screen.word("said", what), f"{count:,}", f"{size[sender, what]:,}")
            for (sender, what), count in counts.items()
        ],
    )
    return shown


def show_posture(stage: Stage) -> Posture:
    """Show everything that the United States side can cause to happen at the Mexican one."""
    mx, us, screen = stage.mx, stage.us, stage.screen
    found = mx.run(posture.posture, peer=us.id)
    screen.say("posture", name=us.name, peer=mx.name, count=len(found.messages))
    kinds = dict.fromkeys(message.what for message in found.messages)
    rows = [
        ("may-send", screen.words("said", kinds)),
        ("may-see", ", ".join(found.datasets_offered)),
    ]
    for each in found.agreements:
        grant = each.terms.match if each.terms else None
        limit = grant.tokens_per_period if grant else None
        used = (
            f"{each.tokens_used:,} / {limit.count:,} {screen.word('period', limit.period)}"
            if limit
            else ""
        )
        rows.append(("agreed", f"{each.dataset}, {screen.word('agreement', each.state)}: {used}"))
    rows += [
        ("waiting-here", f"{found.requests_waiting + found.negotiations_waiting:,}"),
        ("accounts", f"{found.accounts:,}"),
        ("code-run", f"{found.code_run:,}"),
    ]
    screen.facts(rows)
    whole = [(each.what, each.path) for each in found.messages] == [
        *((route.what, route.path) for route in (*ROUTES, *CONTACTS)),
        *((what, path) for what, _, path in PATHS),
    ]
    stage.claims.check(
        "posture", whole and not found.accounts and not found.code_run, count=len(found.messages)
    )
    return found

"""What has to be true when everything has come to its end, read from both databases."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from comity.errors import ComityError
from comity.operations import records
from nodes import MX, US
from soak.officers import Told
from soak.sides import Side

_MESSAGES: Final = """
    SELECT seq, jti, kind, leaf, target, status, reply_to, refused FROM messages
    WHERE direction = ? ORDER BY seq
"""


@dataclass
class Found:
    """What was counted, and everything that is wrong, in words."""

    conversations: int = 0
    messages: int = 0
    lost: int = 0
    twice: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, right: bool, said: str) -> None:
        """Keep what is wrong."""
        if not right:
            self.wrong.append(said)

    def miss(self, what: str, missing: set[Any]) -> None:
        """Count what one side has and the other has not."""
        self.lost += len(missing)
        self.check(not missing, f"lost: {what} {sorted(missing)}")

    def repeat(self, what: str, repeated: int) -> None:
        """Count what is there more than once."""
        self.twice += repeated
        self.check(not repeated, f"twice: {what} ({repeated})")


def is_quiet(mx: Side, us: Side) -> bool:
    """Whether nothing is on its way, and nobody waits for an acknowledgement."""
    return not any(
        side.query("SELECT 1 FROM outbox WHERE state != 'done' LIMIT 1") for side in (mx, us)
    )


def check_both(mx: Side, us: Side, told: dict[str, Told]) -> Found:
    """Compare both nodes, which still serve, and what their officers were told."""
    found = Found()
    for side, peer in ((us, MX), (mx, US)):
        try:
            side.call(records.verify, peer=peer.id)
        except ComityError as error:
            found.check(False, f"{side.name}: the record does not verify: {error}")
    for one, other in ((mx, us), (us, mx)):
        _check_alone(found, one)
        _check_log(found, one, other)
        _check_processes(found, "negotiations", one, other)
        _check_processes(found, "transfers", one, other)
        _check_agreements(found, one, other)
        _check_requests(found, one, other)
        _check_questions(found, one, other)
        _check_told(found, one, told[one.name])
    return found


def _check_alone(found: Found, side: Side) -> None:
    """Nothing waits, nothing was given up, nobody equivocated, and no defect was logged."""
    rows = side.query("SELECT state, kind, error FROM outbox WHERE state != 'done'")
    found.check(not rows, f"{side.name}: outbox {rows}")
    rows = side.query("SELECT kind, number, evidence FROM alarms")
    found.check(not rows, f"{side.name}: alarms {rows}")
    for line in side.folder.with_suffix(".log").read_text().splitlines():
        found.check(False, f"{side.name}: log {line}")


def _check_log(found: Found, sender: Side, receiver: Side) -> None:
    """What one side sent is what the other has, and every request has one reply."""
    sent, came = sender.query(_MESSAGES, "out"), receiver.query(_MESSAGES, "in")
    found.messages += len(sent)
    found.miss(f"messages of {sender.name}", {row[1] for row in sent} ^ {row[1] for row in came})
    mine, theirs = ([row[:6] for row in rows] for rows in (sent, came))
    found.check(mine == theirs, f"{sender.name}: the logs differ")
    asked = [row[1] for row in sent if row[2] == "request"]
    replies = [row[6] for row in receiver.query(_MESSAGES, "out") if row[2] == "response"]
    found.miss(f"replies to {sender.name}", set(asked) - set(replies))
    found.repeat(f"replies to {sender.name}", len(replies) - len(set(replies)))


def _check_processes(found: Found, table: str, consumer: Side, provider: Side) -> None:
    """Each process that one side began as consumer is in the same state on both."""
    what = f"{table} of {consumer.name}"
    sql = f"SELECT pid, their_pid, state, pending FROM {table} WHERE role = ?"
    mine, theirs = consumer.query(sql, "consumer"), provider.query(sql, "provider")
    found.conversations += len(mine)
    for row in (*mine, *theirs):
        found.check(row[3] == "", f"{what}: pending {row}")
    # What the other side refused, or what was over before it was said, is at its beginner only.
    pairs = {(row[0], row[1]): row[2] for row in mine if row[1] or row[2] != "TERMINATED"}
    others = {(row[1], row[0]): row[2] for row in theirs if row[1] or row[2] != "TERMINATED"}
    found.miss(what, set(pairs) ^ set(others))
    for rows in (mine, theirs):
        known = [row[1] for row in rows if row[1]]
        found.repeat(what, len(known) - len(set(known)))
    for pids in set(pairs) & set(others):
        states = pairs[pids], others[pids]
        found.check(states[0] == states[1], f"{what}: {pids} {states}")
    if table == "negotiations":
        open_ = {pids: state for pids, state in pairs.items() if state not in _OVER}
        found.check(not open_, f"{what}: not over {open_}")


_HOLDING: Final = ("active", "suspended")
_OVER: Final = ("FINALIZED", "TERMINATED")


def _check_agreements(found: Found, consumer: Side, provider: Side) -> None:
    """Each finalized negotiation has one agreement, the same on both sides, signed by both."""
    sql = """
        SELECT a.id, a.digest, a.provider_signature, a.consumer_signature, n.state, a.state
        FROM agreements AS a JOIN negotiations AS n ON n.agreement = a.id
        WHERE a.role = ? ORDER BY a.id
    """
    mine, theirs = consumer.query(sql, "consumer"), provider.query(sql, "provider")
    what = f"agreements of {consumer.name}"
    agreed = [[row[:4] for row in rows if row[4] == "FINALIZED"] for rows in (mine, theirs)]
    found.miss(what, set(agreed[0]) ^ set(agreed[1]))
    holds = [{row[0] for row in rows if row[5] in _HOLDING} for rows in (mine, theirs)]
    found.check(holds[0] == holds[1], f"{what}: in force on one side {holds[0] ^ holds[1]}")
    for side, rows in ((consumer, mine), (provider, theirs)):
        found.repeat(what, len(rows) - len({row[0] for row in rows}))
        for row in rows:
            if row[4] != "FINALIZED":
                found.check(row[5] == "withdrawn", f"{what} at {side.name}: {row}")
        ((count,),) = side.query(
            "SELECT count(*) FROM negotiations WHERE state = 'FINALIZED' AND role = ?",
            "consumer" if side is consumer else "provider",
        )
        found.check(
            count == len([row for row in rows if row[4] == "FINALIZED"]), f"{what}: {count}"
        )


def _check_requests(found: Found, consumer: Side, provider: Side) -> None:
    """Each request was decided once, and the asker has what the holder sent."""
    # Texts are sealed, each side's under its own keys; their length shows.
    sql = "SELECT id, state, length(reason) FROM requests WHERE role = ?"
    mine = {row[0]: row[1:] for row in consumer.query(sql, "consumer")}
    theirs = {row[0]: row[1:] for row in provider.query(sql, "provider")}
    taken = {request: row for request, row in mine.items() if row[0] != "refused"}
    what = f"requests of {consumer.name}"
    found.conversations += len(mine)
    found.miss(what, set(taken) ^ set(theirs))
    for request in set(taken) & set(theirs):
        both = taken[request], theirs[request]
        found.check(both[0] == both[1], f"{what}: {request} {both}")
        found.check(both[0][0] in ("answered", "declined", "expired"), f"{what}: {both}")


def _check_questions(found: Found, asker: Side, holder: Side) -> None:
    """Each question that was answered was counted once, and nothing else was."""
    asked = dict(asker.query("SELECT id, elements FROM questions"))
    sql = "SELECT reply_to FROM messages WHERE what = 'comity-question-1' AND status = 200"
    sql += " AND direction = 'out'"
    answered = {row[0] for row in holder.query(sql)}
    used = dict(holder.query("SELECT jti, elements FROM usage WHERE action = 'match'"))
    what = f"questions of {asker.name}"
    found.miss(what, answered - set(used))
    found.repeat(what, len(set(used) - answered))
    found.check({jti: asked.get(jti) for jti in used} == used, f"{what}: other elements")


def _check_told(found: Found, side: Side, told: Told) -> None:
    """What an officer was told to be done is done."""
    negotiations = dict(side.query("SELECT pid, state FROM negotiations"))
    found.miss(f"negotiations of {side.name}", told.begun - set(negotiations))
    sql = "SELECT pid, reason FROM negotiations WHERE state = 'TERMINATED'"
    # Nobody but an officer, now or before, ends what was asked for as it was offered.
    right = ("declined", "refused negotiation-declined")
    ended = {pid for pid, reason in side.query(sql) if not reason.startswith(right)}
    found.miss(f"agreements of {side.name} as offered", told.as_offered & ended)
    requests = dict(side.query("SELECT id, state FROM requests WHERE role = 'provider'"))
    transfers = dict(side.query("SELECT pid, state FROM transfers"))
    for name, ids, rows, wanted in (
        ("declined", told.declined, negotiations, "TERMINATED"),
        ("answered", told.answered, requests, "answered"),
        ("refused", told.refused, requests, "declined"),
        ("terminated", told.ended, transfers, "TERMINATED"),
    ):
        gone = {id for id in ids if rows.get(id) != wanted}
        found.miss(f"{name} at {side.name}", gone)
    journal = [json.loads(row[0]) for row in side.query("SELECT detail FROM journal")]
    said = {str(entry.get("negotiation")) for entry in journal}
    found.miss(f"journal of {side.name}", told.begun - said)

"""The officers: each does at random what there is to do at its node, and keeps what it was told.

An act may fail in many ways while processes die; what was told to be done has to stay done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Final, TypeAlias

from comity.errors import Code, ComityError
from comity.operations import agreeing, agreements, inbox, matching, transfers
from comity.protocol.catalog import REQUEST
from soak.sides import Side
from soak.staging import MATCHED, TALKED, TERMS

Act: TypeAlias = Callable[[], object]
OPEN_AT_ONCE: Final = 25
"""Negotiations, and transfers, of one side that are under way: below what a peer refuses."""
_DEFECTS: Final = frozenset(
    {Code.INTERNAL, Code.STORE_FAILED, Code.MESSAGE_ID_REUSED, Code.SEQUENCE_REUSED}
)
"""What no operation may end with, whoever dies in it."""


@dataclass
class Told:
    """What an officer was told, by the id of what it is about."""

    begun: set[str] = field(default_factory=set)
    as_offered: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    """Negotiations."""
    answered: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    """Requests of the peer."""
    ended: dict[str, str] = field(default_factory=dict)
    """Transfers that were terminated."""


class Officer:
    """One side's officer."""

    def __init__(self, side: Side, other: str, random: Random) -> None:
        """`other` is the participant id of the peer."""
        self._side = side
        self._other = other
        self._random = random
        self.told = Told()
        self.leaves_requests = False
        """While set, what the peer asks waits until it expires."""

    def act(self) -> None:
        """Do one thing, whatever comes of it. Raises ComityError for what never may."""
        weights, chosen = zip(*self._choices(), strict=True)
        (act,) = self._random.choices(chosen, weights)
        try:
            act()
        except ComityError as error:
            if error.code in _DEFECTS:
                raise

    def _choices(self) -> list[tuple[float, Act]]:
        return [
            (1, self._ask),
            (0.3, self._check),
            *self._beginnings(),
            *self._proposals(),
            *self._agreements(),
            *self._transfers(),
            *self._requests(),
        ]

    def _beginnings(self) -> list[tuple[float, Act]]:
        over = "('FINALIZED', 'TERMINATED')"
        sql = f"SELECT count(*) FROM negotiations WHERE role = 'consumer' AND state NOT IN {over}"
        if self._side.query(sql)[0][0] >= OPEN_AT_ONCE:
            return []
        return [
            (1.5, self._negotiate),
            (1.5, partial(self._negotiate, terms=self._terms())),
            (0.5, self._propose),
        ]

    def _negotiate(self, **more: Any) -> None:
        begun = self._side.call(agreeing.negotiate, peer=self._other, dataset=TALKED, **more)
        self.told.begun.add(begun.id)
        if not more:
            self.told.as_offered.add(begun.id)

    def _propose(self) -> None:
        terms = {**TERMS, **self._terms()}
        begun = self._side.call(agreeing.propose, peer=self._other, dataset=TALKED, terms=terms)
        self.told.begun.add(begun.id)

    def _terms(self) -> dict[str, Any]:
        return {"expiry": f"20{self._random.randint(31, 60)}-01-01T00:00:00Z"}

    def _proposals(self) -> list[tuple[float, Act]]:
        found: list[tuple[float, Act]] = []
        for (pid,) in self._side.query("SELECT pid FROM negotiations WHERE final"):
            found += [(2, self._bound(agreeing.reopen, negotiation=pid))]
        sql = "SELECT pid, waits FROM negotiations WHERE state NOT IN ('FINALIZED', 'TERMINATED')"
        for pid, waits in self._side.query(sql):
            if waits:
                found += [(1.5, self._bound(agreeing.accept, negotiation=pid))]
                counter = self._bound(agreeing.counter, negotiation=pid, terms=self._terms())
                found += [(1, counter)]
            found += [(0.3 if waits else 0.05, partial(self._decline, pid))]
        return found

    def _decline(self, pid: str) -> None:
        self._side.call(agreeing.decline, negotiation=pid, reason="It is not what we need.")
        self.told.declined.add(pid)

    def _agreements(self) -> list[tuple[float, Act]]:
        found: list[tuple[float, Act]] = []
        sql = "SELECT id, role, state FROM agreements WHERE state IN ('active', 'suspended')"
        sql += " ORDER BY at DESC LIMIT 10"
        started = self._side.query("SELECT count(*) FROM transfers WHERE state = 'STARTED'")[0][0]
        for agreement, role, state in self._side.query(sql):
            if state == "suspended":
                found += [(1, self._bound(agreements.resume, agreement=agreement))]
            else:
                found += [(0.1, self._bound(agreements.suspend, agreement=agreement))]
            if role == "consumer" and state == "active" and started < OPEN_AT_ONCE:
                asked = {"peer": self._other, "agreement": agreement, "format": REQUEST}
                found += [(0.3, self._bound(transfers.request, **asked))]
            found += [(0.02, self._bound(agreements.withdraw, agreement=agreement, reason="Over."))]
            amended = self._bound(agreements.amend, agreement=agreement, terms=self._terms())
            found += [(0.05, amended)]
        return found

    def _transfers(self) -> list[tuple[float, Act]]:
        sql = "SELECT pid, state FROM transfers WHERE format = ?"
        sql += " AND state IN ('REQUESTED', 'STARTED', 'SUSPENDED')"
        found: list[tuple[float, Act]] = []
        for pid, state in self._side.query(sql, REQUEST):
            if state == "STARTED":
                found += [(0.1, self._bound(transfers.complete, transfer=pid))]
                found += [(0.1, self._bound(transfers.suspend, transfer=pid, reason="Wait."))]
            if state == "SUSPENDED":
                found += [(0.2, self._bound(transfers.resume, transfer=pid))]
            found += [(0.1, partial(self._terminate, pid))]
        return found

    def _terminate(self, pid: str) -> None:
        self._side.call(transfers.terminate, transfer=pid, reason="It is over.")
        self.told.ended[pid] = "TERMINATED"

    def _ask(self) -> None:
        handles = self._side.query("SELECT DISTINCT handle FROM hits ORDER BY handle")
        (handle,) = self._random.choice(handles)
        case = f"CASE-{self._random.randrange(10**6)}"
        self._side.call(inbox.ask, handle=handle, case_reference=case, wait_seconds=1)

    def _check(self) -> None:
        self._side.call(
            matching.check, peer=self._other, dataset=MATCHED, rfc="SLA1112216P7", wait_seconds=1
        )

    def _requests(self) -> list[tuple[float, Act]]:
        found: list[tuple[float, Act]] = []
        sql = "SELECT id, approval, state, final FROM requests WHERE role = 'provider'"
        for request, approval, state, final in self._side.query(sql):
            if state == "held" and not self.leaves_requests:
                found += [(1, partial(self._approve, request, approval))]
                found += [(0.5, partial(self._refuse, request))]
            if final:
                found += [(2, self._bound(inbox.reopen, request=request))]
        return found

    def _approve(self, request: str, approval: str) -> None:
        self._side.call(inbox.approve, request=request, approval=approval)
        self.told.answered.add(request)

    def _refuse(self, request: str) -> None:
        self._side.call(inbox.decline, request=request, reason="Ask through the liaison office.")
        self.told.refused.add(request)

    def _bound(self, operation: Any, **args: Any) -> Act:
        return partial(self._side.call, operation, **args)

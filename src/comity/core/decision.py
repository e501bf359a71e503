"""What terms say to a question: let it through, hold it for officers, or refuse it with a reason.

A decision explains itself by a code and its parameters; the sentences are in `comity.texts`. The
order of the checks is the order of the reasons: what was never agreed comes before what was, but
is used up.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from comity.core.records import Family
from comity.core.terms import Action, Grant, MatchTerms, RequestTerms, Terms
from comity.errors import Code, ComityError


@dataclass(frozen=True, slots=True)
class MatchQuestion:
    """A batch: so many tokens of these families."""

    purpose: str
    legal_basis: str
    territory: str
    """Where the asker is, from its pinned identity: ISO 3166-1 alpha-2 or 3166-2."""
    families: tuple[Family, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class RequestQuestion:
    """A request for fields of one subject."""

    purpose: str
    legal_basis: str
    territory: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReceiveQuestion:
    """A transfer of a dataset's file.

    The Dataspace Protocol has no place for a purpose. Where the asker states none, the empty text,
    the transfer is taken to be for the one purpose (and legal basis) that the grant names.
    """

    purpose: str
    legal_basis: str
    territory: str


Question: TypeAlias = MatchQuestion | RequestQuestion | ReceiveQuestion


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, requests or transfers before this one, across agreements with the same peer."""

    in_period: int = 0
    in_all: int = 0


class Outcome(StrEnum):
    """What becomes of a question."""

    ALLOW = "allow"
    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome. `approvals` (1 or 2 officers) belongs to HOLD, `code` and `params` to REFUSE."""

    outcome: Outcome
    approvals: int = 0
    code: Code | None = None
    params: tuple[tuple[str, str | int], ...] = ()

    def check(self) -> None:
        """Return for ALLOW and HOLD; raise the reason for REFUSE."""
        if self.outcome is Outcome.REFUSE:
            raise ComityError(self.code or Code.INTERNAL, **dict(self.params))


ALLOW = Decision(Outcome.ALLOW)


def evaluate(terms: Terms, question: Question, usage: Usage, now: datetime) -> Decision:
    """Decide on a question at `now` (aware). What cannot be evaluated is refused.

    What the terms ask of the receiver (retention, onward sharing, handling) is not evaluated here:
    it binds what becomes of an answer, and is executed where that is kept.

    Refusals: ACTION_NOT_AGREED (action), AGREEMENT_EXPIRED (expiry), TERRITORY_NOT_AGREED
    (territory), PURPOSE_NOT_AGREED, LEGAL_BASIS_NOT_AGREED, FAMILY_NOT_AGREED (family),
    FIELD_NOT_AGREED (field), QUOTA_EXCEEDED (limit, used, asked, period), INPUT_INVALID.
    """
    try:
        grant = _grant(terms, question)
        _check_conditions(grant, question.territory, now)
        _check_reasons(grant, question)
        if isinstance(question, MatchQuestion) and isinstance(grant, MatchTerms):
            _check_families(grant, question)
        if isinstance(question, RequestQuestion) and isinstance(grant, RequestTerms):
            _check_fields(grant, question)
        _check_quotas(grant, question, usage)
    except ComityError as error:
        return _refused(error)
    return _granted(grant)


def evaluate_start(terms: Terms, action: Action, territory: str, now: datetime) -> Decision:
    """Decide whether the frame for questions or requests may start: a transfer of a format of ours.

    What is asked inside it is decided one by one. Officers approve the frame of matching here, and
    each request by itself. Refusals: ACTION_NOT_AGREED, AGREEMENT_EXPIRED, TERRITORY_NOT_AGREED.
    """
    grant = terms.grant(action)
    try:
        if grant is None:
            raise ComityError(Code.ACTION_NOT_AGREED, action=action)
        _check_conditions(grant, territory, now)
    except ComityError as error:
        return _refused(error)
    return ALLOW if action is Action.REQUEST else _granted(grant)


def _refused(error: ComityError) -> Decision:
    return Decision(Outcome.REFUSE, code=error.code, params=tuple(sorted(error.params.items())))


def _granted(grant: Grant) -> Decision:
    officers = grant.approval.officers
    return Decision(Outcome.HOLD, approvals=officers) if officers else ALLOW


def action_of(question: Question) -> Action:
    """Return the action that a question is about."""
    match question:
        case MatchQuestion():
            return Action.MATCH
        case RequestQuestion():
            return Action.REQUEST
        case ReceiveQuestion():
            return Action.RECEIVE


def amount(question: Question) -> int:
    """Return how many executions a question is: its tokens, or one."""
    return question.tokens if isinstance(question, MatchQuestion) else 1


def _grant(terms: Terms, question: Question) -> Grant:
    action = action_of(question)
    grant = terms.grant(action)
    if grant is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action=action)
    return grant


def _check_conditions(grant: Grant, territory: str, now: datetime) -> None:
    if now >= grant.expiry:
        raise ComityError(
            Code.AGREEMENT_EXPIRED, expiry=grant.expiry.strftime("%Y-%m-%dT%H:%M:%SZ")
        )
    if grant.territories and not any(
        # A territory includes its subdivisions (ISO 3166-2): US includes US-TX.
        territory == agreed or territory.startswith(f"{agreed}-")
        for agreed in grant.territories
    ):
        raise ComityError(Code.TERRITORY_NOT_AGREED, territory=territory)


def _check_reasons(grant: Grant, question: Question) -> None:
    # Our own messages have a place for both, and whoever leaves it empty states nothing agreed.
    silent = isinstance(question, ReceiveQuestion)
    if not _stated(grant.purposes, question.purpose, silent):
        raise ComityError(Code.PURPOSE_NOT_AGREED)
    if grant.legal_bases and not _stated(grant.legal_bases, question.legal_basis, silent):
        raise ComityError(Code.LEGAL_BASIS_NOT_AGREED)


def _stated(agreed: tuple[str, ...], said: str, may_be_silent: bool) -> bool:
    return said in agreed or (may_be_silent and not said and len(agreed) == 1)


def _check_families(grant: MatchTerms, question: MatchQuestion) -> None:
    # A negative count would hand quota back.
    if question.tokens < 1 or not question.families:
        raise ComityError(Code.INPUT_INVALID)
    for family in question.families:
        if family not in grant.families:
            raise ComityError(Code.FAMILY_NOT_AGREED, family=family)


def _check_fields(grant: RequestTerms, question: RequestQuestion) -> None:
    if not question.fields:
        raise ComityError(Code.INPUT_INVALID)
    for field in question.fields:
        if field not in grant.fields:
            raise ComityError(Code.FIELD_NOT_AGREED, field=field)


def _check_quotas(grant: Grant, question: Question, usage: Usage) -> None:
    quotas, asked = grant.quotas, amount(question)
    if quotas.per_period is not None:
        _check_quota(quotas.per_period.count, usage.in_period, asked, quotas.per_period.period)
    if quotas.in_all is not None:
        _check_quota(quotas.in_all, usage.in_all, asked, "all")


def _check_quota(limit: int, used: int, asked: int, period: str) -> None:
    if used + asked > limit:
        raise ComityError(Code.QUOTA_EXCEEDED, limit=limit, used=used, asked=asked, period=period)

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
from comity.core.terms import Action, Conditions, MatchTerms, RequestTerms, Terms
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
    """A transfer of a dataset's file."""

    purpose: str
    legal_basis: str
    territory: str


Question: TypeAlias = MatchQuestion | RequestQuestion | ReceiveQuestion


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens let through before this question, across agreements with the same peer."""

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

    Refusals: ACTION_NOT_AGREED (action), AGREEMENT_EXPIRED (expiry), TERRITORY_NOT_AGREED
    (territory), PURPOSE_NOT_AGREED, LEGAL_BASIS_NOT_AGREED, FAMILY_NOT_AGREED (family),
    FIELD_NOT_AGREED (field), QUOTA_EXCEEDED (limit, used, asked, period), INPUT_INVALID.
    """
    try:
        grant = _grant(terms, question)
        _check_conditions(grant, question, now)
        if isinstance(question, MatchQuestion) and isinstance(grant, MatchTerms):
            _check_match(grant, question, usage)
        if isinstance(question, RequestQuestion) and isinstance(grant, RequestTerms):
            _check_fields(grant, question)
    except ComityError as error:
        return Decision(Outcome.REFUSE, code=error.code, params=tuple(sorted(error.params.items())))
    officers = grant.approval.officers
    return Decision(Outcome.HOLD, approvals=officers) if officers else ALLOW


def _grant(terms: Terms, question: Question) -> Conditions:
    grant: Conditions | None
    match question:
        case MatchQuestion():
            action, grant = Action.MATCH, terms.match
        case RequestQuestion():
            action, grant = Action.REQUEST, terms.request
        case ReceiveQuestion():
            action, grant = Action.RECEIVE, terms.receive
    if grant is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action=action)
    return grant


def _check_conditions(grant: Conditions, question: Question, now: datetime) -> None:
    if now >= grant.expiry:
        raise ComityError(
            Code.AGREEMENT_EXPIRED, expiry=grant.expiry.strftime("%Y-%m-%dT%H:%M:%SZ")
        )
    if grant.territories and not any(
        # A territory includes its subdivisions (ISO 3166-2): US includes US-TX.
        question.territory == agreed or question.territory.startswith(f"{agreed}-")
        for agreed in grant.territories
    ):
        raise ComityError(Code.TERRITORY_NOT_AGREED, territory=question.territory)
    if question.purpose not in grant.purposes:
        raise ComityError(Code.PURPOSE_NOT_AGREED)
    if grant.legal_bases and question.legal_basis not in grant.legal_bases:
        raise ComityError(Code.LEGAL_BASIS_NOT_AGREED)


def _check_match(grant: MatchTerms, question: MatchQuestion, usage: Usage) -> None:
    # A negative count would hand quota back.
    if question.tokens < 1 or not question.families:
        raise ComityError(Code.INPUT_INVALID)
    for family in question.families:
        if family not in grant.families:
            raise ComityError(Code.FAMILY_NOT_AGREED, family=family)
    if grant.tokens_per_period is not None:
        quota = grant.tokens_per_period
        _check_quota(quota.count, usage.in_period, question.tokens, quota.period)
    if grant.tokens_in_all is not None:
        _check_quota(grant.tokens_in_all, usage.in_all, question.tokens, "all")


def _check_quota(limit: int, used: int, asked: int, period: str) -> None:
    if used + asked > limit:
        raise ComityError(Code.QUOTA_EXCEEDED, limit=limit, used=used, asked=asked, period=period)


def _check_fields(grant: RequestTerms, question: RequestQuestion) -> None:
    if not question.fields:
        raise ComityError(Code.INPUT_INVALID)
    for field in question.fields:
        if field not in grant.fields:
            raise ComityError(Code.FIELD_NOT_AGREED, field=field)

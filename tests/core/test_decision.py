from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.decision import (
    ALLOW,
    Decision,
    MatchQuestion,
    Outcome,
    Question,
    ReceiveQuestion,
    RequestQuestion,
    Usage,
    amount,
    evaluate,
    evaluate_start,
)
from comity.core.duration import Period, period_start
from comity.core.records import Family
from comity.core.terms import Action, Approval, Conditions, Quota, ReceiveTerms, Terms
from comity.errors import Code
from core.drafts import EXPIRY, TERMS, terms
from refusals import refuses

NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)
FRESH = Usage()
MATCH = MatchQuestion("sanctions", "UNSCR 1373", "US", (Family.RFC,), 60)
REQUEST = RequestQuestion("tax evasion", "", "FR", ("status",))
RECEIVE = ReceiveQuestion("sanctions", "UNSCR 1373", "US")


def refused(code: Code, **params: str | int) -> Decision:
    return Decision(Outcome.REFUSE, code=code, params=tuple(sorted(params.items())))


def granted_to_receive(approval: Approval) -> Terms:
    assert TERMS.match is not None
    shared = {name: getattr(TERMS.match, name) for name in Conditions.model_fields}
    return Terms(receive=ReceiveTerms(**shared | {"approval": approval}))


def test_what_the_terms_name_is_let_through() -> None:
    assert evaluate(TERMS, MATCH, FRESH, NOW) == ALLOW
    assert evaluate(granted_to_receive(Approval.AUTOMATIC), RECEIVE, FRESH, NOW) == ALLOW


def test_approvals_hold_the_question_for_officers() -> None:
    assert evaluate(TERMS, REQUEST, FRESH, NOW) == Decision(Outcome.HOLD, approvals=1)
    two = granted_to_receive(Approval.TWO_OFFICERS)
    assert evaluate(two, RECEIVE, FRESH, NOW) == Decision(Outcome.HOLD, approvals=2)


@pytest.mark.parametrize(
    ("question", "decision"),
    [
        (RECEIVE, refused(Code.ACTION_NOT_AGREED, action="receive")),
        (replace(MATCH, purpose="Sanctions"), refused(Code.PURPOSE_NOT_AGREED)),
        (replace(MATCH, purpose=""), refused(Code.PURPOSE_NOT_AGREED)),
        (replace(MATCH, legal_basis="UNSCR 1374"), refused(Code.LEGAL_BASIS_NOT_AGREED)),
        (replace(MATCH, legal_basis=""), refused(Code.LEGAL_BASIS_NOT_AGREED)),
        (replace(MATCH, territory="FR"), refused(Code.TERRITORY_NOT_AGREED, territory="FR")),
        (replace(MATCH, territory="USA"), refused(Code.TERRITORY_NOT_AGREED, territory="USA")),
        (replace(MATCH, territory=""), refused(Code.TERRITORY_NOT_AGREED, territory="")),
        (replace(MATCH, families=(Family.RFC, Family.CURP)),
         refused(Code.FAMILY_NOT_AGREED, family="curp")),
        (replace(MATCH, families=()), refused(Code.INPUT_INVALID)),
        (replace(MATCH, tokens=0), refused(Code.INPUT_INVALID)),
        (replace(MATCH, tokens=-5), refused(Code.INPUT_INVALID)),
        (replace(REQUEST, fields=("status", "names")),
         refused(Code.FIELD_NOT_AGREED, field="names")),
        (replace(REQUEST, fields=()), refused(Code.INPUT_INVALID)),
    ],
)  # fmt: skip
def test_what_was_not_agreed_is_refused(question: Question, decision: Decision) -> None:
    assert evaluate(TERMS, question, FRESH, NOW) == decision


def test_a_transfer_that_states_no_purpose_is_for_the_only_one() -> None:
    terms = granted_to_receive(Approval.AUTOMATIC)
    silent = ReceiveQuestion("", "", "US")
    assert evaluate(terms, silent, FRESH, NOW) == ALLOW
    assert terms.receive is not None
    several = terms.receive.model_copy(update={"purposes": ("sanctions", "tax evasion")})
    decision = evaluate(Terms(receive=several), silent, FRESH, NOW)
    assert decision == refused(Code.PURPOSE_NOT_AGREED)
    bases = terms.receive.model_copy(update={"legal_bases": ("UNSCR 1373", "UNSCR 1374")})
    decision = evaluate(Terms(receive=bases), silent, FRESH, NOW)
    assert decision == refused(Code.LEGAL_BASIS_NOT_AGREED)
    other = replace(silent, purpose="customs")
    assert evaluate(terms, other, FRESH, NOW) == refused(Code.PURPOSE_NOT_AGREED)


def test_a_frame_starts_where_its_action_is_granted() -> None:
    assert evaluate_start(TERMS, Action.MATCH, "US", NOW) == ALLOW
    # Requests are approved one by one, inside it.
    assert evaluate_start(TERMS, Action.REQUEST, "US", NOW) == ALLOW
    two = granted_to_receive(Approval.TWO_OFFICERS)
    held = Decision(Outcome.HOLD, approvals=2)
    assert evaluate_start(two, Action.RECEIVE, "US", NOW) == held
    for action, territory, moment, decision in (
        (Action.RECEIVE, "US", NOW, refused(Code.ACTION_NOT_AGREED, action="receive")),
        (Action.MATCH, "FR", NOW, refused(Code.TERRITORY_NOT_AGREED, territory="FR")),
        (Action.MATCH, "US", EXPIRY,
         refused(Code.AGREEMENT_EXPIRED, expiry="2027-07-01T00:00:00Z")),
    ):  # fmt: skip
        assert evaluate_start(TERMS, action, territory, moment) == decision


def test_a_territory_includes_its_subdivisions() -> None:
    assert evaluate(TERMS, replace(MATCH, territory="US-TX"), FRESH, NOW) == ALLOW


def test_nothing_is_allowed_from_the_moment_of_expiry() -> None:
    before = EXPIRY - timedelta(microseconds=1)
    assert evaluate(TERMS, MATCH, FRESH, before) == ALLOW
    over = refused(Code.AGREEMENT_EXPIRED, expiry="2027-07-01T00:00:00Z")
    assert evaluate(TERMS, MATCH, FRESH, EXPIRY) == over
    assert evaluate(TERMS, REQUEST, FRESH, EXPIRY) == over


@pytest.mark.parametrize(
    ("usage", "decision"),
    [
        (Usage(40, 940), ALLOW),
        (Usage(41, 41),
         refused(Code.QUOTA_EXCEEDED, limit=100, used=41, asked=60, period="P1D")),
        (Usage(0, 941),
         refused(Code.QUOTA_EXCEEDED, limit=1000, used=941, asked=60, period="all")),
    ],
)  # fmt: skip
def test_quotas_end_exactly_where_they_say(usage: Usage, decision: Decision) -> None:
    assert evaluate(TERMS, MATCH, usage, NOW) == decision


@given(st.integers(0, 200), st.integers(0, 2_000), st.integers(1, 200))
def test_no_question_passes_a_quota(in_period: int, in_all: int, tokens: int) -> None:
    decision = evaluate(TERMS, replace(MATCH, tokens=tokens), Usage(in_period, in_all), NOW)
    fits = in_period + tokens <= 100 and in_all + tokens <= 1_000
    assert decision.outcome is (Outcome.ALLOW if fits else Outcome.REFUSE)


def with_quotas(per_period: int, in_all: int) -> Terms:
    assert TERMS.match is not None
    assert TERMS.request is not None
    quota = Quota(count=per_period, period=Period.DAY)
    match = TERMS.match.model_copy(update={"tokens_per_period": quota, "tokens_in_all": in_all})
    requests: dict[str, object] = {"requests_per_period": quota, "requests_in_all": in_all}
    transfers: dict[str, object] = {"transfers_per_period": quota, "transfers_in_all": in_all}
    received = granted_to_receive(Approval.AUTOMATIC).receive
    assert received is not None
    return Terms(
        match=match,
        request=TERMS.request.model_copy(update=requests),
        receive=received.model_copy(update=transfers),
    )


_moments = st.integers(0, 5 * 24).map(lambda hours: NOW + timedelta(hours=hours))


@given(
    st.integers(1, 6),
    st.integers(1, 12),
    st.lists(st.tuples(_moments, st.sampled_from(Action), st.integers(1, 7)), max_size=40),
)
def test_what_is_let_through_never_exceeds_a_quota_in_whatever_order(
    per_period: int, in_all: int, asked: list[tuple[datetime, Action, int]]
) -> None:
    terms = with_quotas(per_period, in_all)
    let: list[tuple[datetime, Action, int]] = []
    for moment, action, tokens in asked:
        asks: dict[Action, Question] = {
            Action.MATCH: replace(MATCH, tokens=tokens),
            Action.REQUEST: REQUEST,
            Action.RECEIVE: RECEIVE,
        }
        question = asks[action]
        mine = [(at, count) for at, what, count in let if what is action]
        start = period_start(Period.DAY, moment)
        usage = Usage(
            in_period=sum(count for at, count in mine if period_start(Period.DAY, at) == start),
            in_all=sum(count for _, count in mine),
        )
        decision = evaluate(terms, question, usage, moment)
        if decision.outcome is not Outcome.REFUSE:
            let.append((moment, action, amount(question)))
        else:
            # Nothing that fits is refused.
            assert decision.code is Code.QUOTA_EXCEEDED
            over = usage.in_period + amount(question) > per_period
            assert over or usage.in_all + amount(question) > in_all
    for action in Action:
        through = [(at, count) for at, what, count in let if what is action]
        assert sum(count for _, count in through) <= in_all
        for day in {at.date() for at, _ in through}:
            assert sum(count for at, count in through if at.date() == day) <= per_period


@settings(max_examples=50)
@given(terms, st.text(max_size=5), st.sampled_from(["US", "MX-DIF"]), st.data())
def test_no_answer_without_a_grant_for_it(
    value: Terms, purpose: str, territory: str, data: st.DataObject
) -> None:
    families = tuple(data.draw(st.lists(st.sampled_from(Family), max_size=2)))
    questions: tuple[Question, ...] = (
        MatchQuestion(purpose, "", territory, families, 1),
        RequestQuestion(purpose, "", territory, ("status",)),
        ReceiveQuestion(purpose, "", territory),
    )
    grants = (value.match, value.request, value.receive)
    for question, grant in zip(questions, grants, strict=True):
        decision = evaluate(value, question, FRESH, NOW)
        if decision.outcome is not Outcome.REFUSE:
            assert grant is not None
            silent = isinstance(question, ReceiveQuestion) and len(grant.purposes) == 1
            assert purpose in grant.purposes or (silent and not purpose)
            assert grant.expiry > NOW
            assert decision.approvals == grant.approval.officers


def test_a_refusal_raises_its_reason_and_nothing_else_does() -> None:
    ALLOW.check()
    Decision(Outcome.HOLD, approvals=2).check()
    with refuses(Code.ACTION_NOT_AGREED, action="receive"):
        evaluate(TERMS, RECEIVE, FRESH, NOW).check()
    with refuses(Code.INTERNAL):
        Decision(Outcome.REFUSE).check()

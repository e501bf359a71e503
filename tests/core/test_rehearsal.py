from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from comity.core.decision import MatchQuestion, Outcome, RequestQuestion
from comity.core.duration import Period
from comity.core.records import Family
from comity.core.rehearsal import Rehearsal
from comity.core.terms import Quota, Terms
from comity.errors import Code
from core.drafts import TERMS

NOW = datetime(2026, 11, 4, tzinfo=UTC)
MATCH = MatchQuestion("sanctions", "UNSCR 1373", "US", (Family.RFC,), 1)
REQUEST = RequestQuestion("sanctions", "", "US", ("status",))


def draft(per_period: int, in_all: int) -> Terms:
    assert TERMS.match is not None
    quota = Quota(count=per_period, period=Period.DAY)
    match = TERMS.match.model_copy(update={"tokens_per_period": quota, "tokens_in_all": in_all})
    return TERMS.model_copy(update={"match": match})


@given(
    st.integers(1, 9),
    st.integers(1, 20),
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from("ab"), st.integers(1, 6)), max_size=40),
)
def test_a_draft_lets_through_no_more_than_its_quotas(
    per_period: int, in_all: int, asked: list[tuple[int, str, int]]
) -> None:
    rehearsal, moment = Rehearsal(draft(per_period, in_all)), NOW
    let: list[tuple[str, datetime, int]] = []
    for hours, whose, tokens in asked:
        moment += timedelta(hours=hours)
        decision = rehearsal.decide(whose, replace(MATCH, tokens=tokens), moment)
        if decision.outcome is not Outcome.REFUSE:
            let.append((whose, moment, tokens))
        else:
            assert decision.code is Code.QUOTA_EXCEEDED
    for peer in "ab":
        mine = [(at, tokens) for whose, at, tokens in let if whose == peer]
        assert sum(tokens for _, tokens in mine) <= in_all
        for day in {at.date() for at, _ in mine}:
            assert sum(tokens for at, tokens in mine if at.date() == day) <= per_period


def test_each_peer_and_each_action_has_its_own_quota() -> None:
    rehearsal = Rehearsal(draft(1, 1))
    assert rehearsal.decide("a", MATCH, NOW).outcome is Outcome.ALLOW
    assert rehearsal.decide("a", MATCH, NOW).code is Code.QUOTA_EXCEEDED
    assert rehearsal.decide("b", MATCH, NOW).outcome is Outcome.ALLOW
    assert rehearsal.decide("a", REQUEST, NOW).outcome is Outcome.HOLD


def test_what_is_refused_uses_nothing() -> None:
    rehearsal = Rehearsal(draft(5, 5))
    assert rehearsal.decide("a", replace(MATCH, purpose="curiosity"), NOW).code
    assert rehearsal.decide("a", replace(MATCH, tokens=6), NOW).code is Code.QUOTA_EXCEEDED
    assert rehearsal.decide("a", replace(MATCH, tokens=5), NOW).outcome is Outcome.ALLOW

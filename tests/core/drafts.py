"""Terms that several tests start from, and a strategy that makes any."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from comity.core.duration import Duration, Period
from comity.core.records import Family
from comity.core.terms import (
    Approval,
    Handling,
    MatchTerms,
    Quota,
    ReceiveTerms,
    RequestTerms,
    Terms,
)
from comity.limits import TERM_TOKENS

EXPIRY = datetime(2027, 7, 1, tzinfo=UTC)

TERMS = Terms(
    match=MatchTerms(
        approval=Approval.AUTOMATIC,
        purposes=("sanctions",),
        legal_bases=("UNSCR 1373",),
        territories=("MX", "US"),
        expiry=EXPIRY,
        retention=Duration(30, "D"),
        handling=Handling.AMBER,
        families=(Family.NAME, Family.RFC),
        tokens_per_period=Quota(count=100, period=Period.DAY),
        tokens_in_all=1_000,
    ),
    request=RequestTerms(
        approval=Approval.ONE_OFFICER,
        purposes=("sanctions", "tax evasion"),
        expiry=EXPIRY,
        handling=Handling.RED,
        fields=("as-of", "status"),
        answer_within=Duration(10, "D"),
    ),
)

_letters = st.characters(categories=("L", "N", "P", "S"))
_words = st.lists(st.text(_letters, min_size=1, max_size=8), min_size=1, max_size=3).map(" ".join)
_sets = st.lists(_words, max_size=3, unique=True).map(tuple)
_some = st.lists(_words, min_size=1, max_size=3, unique=True).map(tuple)
_durations = st.builds(Duration, st.integers(1, 9999), st.sampled_from("HDWMY"))
_tokens = st.integers(1, TERM_TOKENS)
_conditions: dict[str, st.SearchStrategy[object]] = {
    "approval": st.sampled_from(Approval),
    "purposes": _some,
    "legal_bases": _sets,
    "territories": st.lists(
        st.from_regex(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", fullmatch=True), max_size=3, unique=True
    ).map(tuple),
    "expiry": st.integers(0, 3_000 * 365).map(
        lambda hours: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    ),
    "retention": st.none() | _durations,
    "onward": st.booleans(),
    "handling": st.sampled_from(Handling),
}
_per_period = st.none() | st.fixed_dictionaries(
    {"count": _tokens, "period": st.sampled_from(Period)}
)
_matches = st.fixed_dictionaries(
    _conditions
    | {
        "families": st.lists(st.sampled_from(Family), min_size=1, unique=True).map(tuple),
        "tokens_per_period": _per_period,
        "tokens_in_all": st.none() | _tokens,
    }
).map(MatchTerms.model_validate)
_requests = st.fixed_dictionaries(
    _conditions
    | {
        "fields": st.lists(
            st.from_regex(r"[a-z][a-z0-9-]{0,63}", fullmatch=True),
            min_size=1,
            max_size=3,
            unique=True,
        ).map(tuple),
        "answer_within": st.builds(Duration, st.integers(1, 30), st.just("D")),
        "requests_per_period": _per_period,
        "requests_in_all": st.none() | _tokens,
    }
).map(RequestTerms.model_validate)
_receives = st.fixed_dictionaries(
    _conditions | {"transfers_per_period": _per_period, "transfers_in_all": st.none() | _tokens}
).map(ReceiveTerms.model_validate)

terms: st.SearchStrategy[Terms] = (
    st.tuples(st.none() | _matches, st.none() | _requests, st.none() | _receives)
    .filter(any)
    .map(lambda grants: Terms(match=grants[0], request=grants[1], receive=grants[2]))
)

"""Figures of a record: what counts as asked, answered and not, in which period."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from comity.core.ledger import Act, Difference, Entry, Ledger, LogSize, Span, differences, figures

A, B = "did:web:a.example", "did:web:b.example"
DAY = 86_400
START = 1_793_577_600  # 2026-11-02T00:00:00Z
LOGS = (LogSize(sender=A, size=0, root="A" * 43), LogSize(sender=B, size=0, root="A" * 43))


def said(sender: str, n: int, act: Act = Act.NONE, at: int = 0, **more: object) -> Entry:
    plain = Entry(
        sender=sender,
        jti=f"{sender}{n}",
        reply_to="",
        status=0,
        issued=START + at,
        bytes=100,
        act=act,
        asker=sender,
        agreement="urn:uuid:1",
        subject="",
        elements=0,
        is_answered=False,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def reply(to: Entry, n: int, status: int = 200, after: int = 0) -> Entry:
    sender = B if to.sender == A else A
    made = said(sender, n, at=to.issued - START + after)
    return replace(made, reply_to=to.jti, status=status)


def test_questions_count_their_tokens_once_they_are_evaluated() -> None:
    asked = [said(A, n, Act.QUESTION, elements=10 * n) for n in (1, 2, 3)]
    replies = [reply(asked[0], 1, after=4), reply(asked[1], 2, status=429)]
    (line,), _ = figures([*asked, *replies], Span(), {"urn:uuid:1": "list"})
    assert (line.asker, line.dataset, line.action) == (A, "list", "match")
    assert (line.asked, line.elements, line.answered) == (3, 10, 1)
    assert (line.not_answered, line.open, line.max_seconds) == (1, 1, 4)


def test_a_request_is_answered_by_an_answer_that_was_taken() -> None:
    asked = [said(A, n, Act.REQUEST, subject=f"r{n}") for n in range(4)]
    answers = [
        said(B, n, Act.ANSWER, at=60 * (n + 1), subject=f"r{n}", is_answered=n != 1)
        for n in range(3)
    ]
    taken = [reply(one, 10 + n) for n, one in enumerate([*asked, *answers[:2]])]
    (line,), _ = figures([*asked, *answers, *taken], Span(), {})
    # The third answer was not taken yet, the fourth request has none.
    assert (line.asked, line.answered, line.not_answered, line.open) == (4, 1, 1, 2)
    assert (line.median_seconds, line.max_seconds) == (60, 60)


def test_a_file_starts_and_is_given_once_however_often_it_is_said() -> None:
    started = [said(B, n, Act.FILE_STARTED, asker=A, subject="t") for n in (1, 2)]
    given_by = [said(A, 3, Act.FILE_GIVEN, at=DAY, subject="t")]
    taken = [reply(one, 10 + n) for n, one in enumerate([*started, *given_by])]
    (line,), _ = figures([*started, *given_by, *taken], Span(), {})
    assert (line.action, line.asker, line.asked, line.answered) == ("receive", A, 1, 1)
    lines, _ = figures([*started, *given_by, *taken], Span(period="P1D"), {})
    assert [(one.period, one.asked, one.answered, one.open) for one in lines] == [
        ("2026-11-02", 1, 0, 1),
        ("2026-11-03", 0, 1, 0),
    ]


def test_windows_are_those_of_the_calendar_in_utc() -> None:
    at = START + DAY - 1
    assert Span(period="P1D").window(at) == "2026-11-02"
    assert Span(period="P1D").window(at + 1) == "2026-11-03"
    assert Span(period="P1W").window(START - 1) == "2026-10-26"
    assert Span(period="P1M").window(at) == "2026-11-01"
    assert Span().window(at) == ""


def test_what_differs_is_named() -> None:
    asked = said(A, 1, Act.QUESTION)
    made = [figures(entries, Span(), {}) for entries in ([asked], [asked, reply(asked, 2)])]
    ours, theirs = (
        Ledger(span=Span(), logs=LOGS, lines=lines, volume=volume) for lines, volume in made
    )
    assert differences(ours, ours) == ()
    found = differences(ours, theirs)
    assert Difference(f"all/{A}/urn:uuid:1/match/answered", 0, 1) in found
    assert Difference(f"all/{B}/messages", 0, 1) in found


@given(
    st.lists(
        st.tuples(st.sampled_from([A, B]), st.sampled_from(list(Act)), st.integers(0, 9 * DAY)),
        max_size=30,
    ),
    st.permutations(range(30)),
)
def test_figures_of_the_parts_are_those_of_the_whole(
    drawn: list[tuple[str, Act, int]], order: list[int]
) -> None:
    """Periods add up, and it does not matter in which order somebody reads the entries."""
    asked = [said(sender, n, act, at, subject=f"s{n}") for n, (sender, act, at) in enumerate(drawn)]
    entries = [*asked, *(reply(one, 100 + n) for n, one in enumerate(asked[::2]))]
    whole, _ = figures(entries, Span(), {})
    days, volume = figures(entries, Span(period="P1D"), {})
    for name in ("asked", "answered", "not_answered"):
        assert sum(getattr(line, name) for line in whole) == sum(
            getattr(line, name) for line in days
        )
    assert sum(one.messages for one in volume) == len(entries)
    mixed = [entries[at] for at in order if at < len(entries)] + entries[30:]
    questions = [one for one in mixed if one.act is not Act.ANSWER]
    again = [one for one in entries if one.act is not Act.ANSWER]
    assert figures(questions, Span(), {}) == figures(again, Span(), {})

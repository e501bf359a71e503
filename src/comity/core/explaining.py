"""Terms in plain sentences: who may do what, how often, until when, and what comes with it.

A sentence is a code and its parameters; the words are in `comity.texts`, under `explain.<code>`.
"""

from dataclasses import dataclass
from typing import TypeAlias

from comity.core.terms import Action, Grant, MatchTerms, RequestTerms, Terms
from comity.errors import ComityError

Param: TypeAlias = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, and the grant that it is about; empty where it is about all of them."""

    action: str
    code: str
    params: tuple[tuple[str, Param], ...] = ()


def explain(terms: Terms) -> tuple[Sentence, ...]:
    """Say all that terms allow and ask for, and what they do not allow."""
    said: list[Sentence] = []
    for action, grant in terms.grants():
        said += _grant(action, grant)
    missing = [action for action in Action if terms.grant(action) is None]
    said += [Sentence("", f"not-{action}") for action in missing]
    return (*said, Sentence("", "nothing-else"))


def explain_unknown(error: ComityError) -> tuple[Sentence, ...]:
    """Say that nothing can be done under a policy, and which part of it is not known or valid."""
    where = str(error.params.get("where", ""))
    return (Sentence("", "nothing"), Sentence("", str(error.code), (("where", where),)))


def _grant(action: Action, grant: Grant) -> list[Sentence]:
    def say(code: str, **params: Param) -> Sentence:
        return Sentence(action, code, tuple(params.items()))

    said = [_may(action, grant)]
    quotas = grant.quotas
    if quotas.per_period:
        count, period = quotas.per_period.count, quotas.per_period.period
        said.append(say(f"quota-{action}", count=count, period=period.value))
    if quotas.in_all is not None:
        said.append(say(f"quota-{action}", count=quotas.in_all, period="all"))
    if quotas.per_period is None and quotas.in_all is None:
        said.append(say("no-quota"))
    if isinstance(grant, MatchTerms):
        said += [say("reveals", family=family.value) for family in grant.families]
    for name, values in (
        ("purposes", grant.purposes),
        ("legal-bases", grant.legal_bases),
        ("territories", grant.territories),
    ):
        if values:
            said.append(say(name if len(values) > 1 else f"{name}-1", values=values))
    said.append(say("until", expiry=grant.expiry.strftime("%Y-%m-%dT%H:%M:%SZ")))
    said.append(say(f"approval-{action}-{grant.approval.officers}"))
    if isinstance(grant, RequestTerms):
        said.append(say("answer-within", duration=str(grant.answer_within)))
    if grant.retention:
        said.append(say("retention", duration=str(grant.retention)))
    else:
        said.append(say("no-retention"))
    said.append(say("onward" if grant.onward else "not-onward"))
    said.append(say("handling", handling=grant.handling.value))
    return said


def _may(action: Action, grant: Grant) -> Sentence:
    match grant:
        case MatchTerms():
            return Sentence(action, "may-match", (("families", tuple(grant.families)),))
        case RequestTerms():
            return Sentence(action, "may-request", (("fields", grant.fields),))
        case _:
            return Sentence(action, "may-receive")

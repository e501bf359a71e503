"""Terms as an ODRL policy and back: the profile `urn:comity:terms:1` (DESIGN D4).

One permission for each grant, whose constraints all have to hold. Where ODRL 2.2 has a term for
what we mean, it is used; the rest are IRIs of the profile, in full, since a DSP message has no
place to declare a prefix. Reading is the strict inverse of writing: a prohibition, an obligation,
an action, an operand, an operator or a property that the profile does not define makes the whole
policy unusable, because a rule one cannot evaluate might be the one that forbids.

Operands (left, operator, right; every right operand is text or a list of text, as DSP wants it):

    purpose           isAnyOf  purposes
    spatial           isAnyOf  territories, ISO 3166-1 alpha-2 or 3166-2 codes
    dateTime          lt       expiry, UTC, whole seconds, ending in Z
    count             lteq     executions in all: one token evaluated, one request, one transfer
    and [count lteq n, …:period eq P1D]    executions in each calendar window (UTC)
    …:approval        eq       automatic, one-officer, two-officers
    …:legal-basis     isAnyOf  legal bases
    …:retention       lteq     ISO 8601 duration
    …:onward          eq       true, false
    …:handling        eq       a TLP 2.0 label
    …:family          isAnyOf  families of tokens
    …:field           isAnyOf  fields an answer may release
    …:answer-within   lteq     ISO 8601 duration

A policy may also say which agreement it takes the place of, by Dublin Core's `replaces` in full.
That is no condition: it is about the negotiation, and what it means there is not decided here.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from comity.core.dsp.message import Id
from comity.core.dsp.policy import (
    AtomicConstraint,
    Constraint,
    LogicalConstraint,
    MessageOffer,
    Offer,
    Operator,
    Permission,
    Policy,
    PolicyPart,
    RightOperand,
)
from comity.core.terms import Action, Grant, MatchTerms, ReceiveTerms, RequestTerms, Terms
from comity.errors import Code, ComityError

PROFILE: Final = "urn:comity:terms:1"
COUNT: Final = "count"
PERIOD: Final = f"{PROFILE}:period"
REPLACES: Final = "http://purl.org/dc/terms/replaces"
"""The one property of a policy besides DSP's own: the id of the agreement that it replaces."""
_GRANTS: Final[dict[Action, type[Grant]]] = {
    Action.MATCH: MatchTerms,
    Action.REQUEST: RequestTerms,
    Action.RECEIVE: ReceiveTerms,
}
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,12}", re.ASCII)
_ID: Final = TypeAdapter(Id)
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)

_Read: TypeAlias = "str | int | bool | list[str] | dict[str, str | int]"


class _Form(Enum):
    """How a value is written as a right operand."""

    TEXT = auto()
    MOMENT = auto()
    NUMBER = auto()
    TRUTH = auto()
    SET = auto()


@dataclass(frozen=True, slots=True)
class Operand:
    """One row of the profile: a field of a grant, and the constraint that says it."""

    field: str
    left: str
    operator: Operator
    form: _Form


OPERANDS: Final = (
    Operand("approval", f"{PROFILE}:approval", Operator.EQ, _Form.TEXT),
    Operand("purposes", "purpose", Operator.IS_ANY_OF, _Form.SET),
    Operand("legal_bases", f"{PROFILE}:legal-basis", Operator.IS_ANY_OF, _Form.SET),
    Operand("territories", "spatial", Operator.IS_ANY_OF, _Form.SET),
    Operand("expiry", "dateTime", Operator.LT, _Form.MOMENT),
    Operand("retention", f"{PROFILE}:retention", Operator.LTEQ, _Form.TEXT),
    Operand("onward", f"{PROFILE}:onward", Operator.EQ, _Form.TRUTH),
    Operand("handling", f"{PROFILE}:handling", Operator.EQ, _Form.TEXT),
    Operand("families", f"{PROFILE}:family", Operator.IS_ANY_OF, _Form.SET),
    Operand("tokens_in_all", COUNT, Operator.LTEQ, _Form.NUMBER),
    Operand("requests_in_all", COUNT, Operator.LTEQ, _Form.NUMBER),
    Operand("transfers_in_all", COUNT, Operator.LTEQ, _Form.NUMBER),
    Operand("fields", f"{PROFILE}:field", Operator.IS_ANY_OF, _Form.SET),
    Operand("answer_within", f"{PROFILE}:answer-within", Operator.LTEQ, _Form.TEXT),
)
PER_PERIOD: Final[dict[type[Grant], str]] = {
    MatchTerms: "tokens_per_period",
    RequestTerms: "requests_per_period",
    ReceiveTerms: "transfers_per_period",
}
"""The field of each grant that `and` of count and period says."""


def action_iri(action: Action) -> str:
    """Return the IRI that stands for an action in a policy."""
    return f"{PROFILE}:{action}"


def to_permissions(terms: Terms) -> tuple[Permission, ...]:
    """Write terms as permissions, always in the same order."""
    return tuple(
        Permission(action=action_iri(action), constraint=_constraints(grant))
        for action, grant in terms.grants()
    )


def to_offer(terms: Terms, id: str, replaces: str | None = None) -> Offer:
    """Write terms as the offer of a dataset in a catalog."""
    return Offer.model_validate({"id": id, "type": "Offer", **_policy(terms, replaces)})


def to_message_offer(
    terms: Terms, id: str, target: str, replaces: str | None = None
) -> MessageOffer:
    """Write terms as the offer of a message; `target` is the dataset.

    `replaces` is the id of the agreement that this one would take the place of.
    """
    parts = {"id": id, "type": "Offer", "target": target, **_policy(terms, replaces)}
    return MessageOffer.model_validate(parts)


def replaces_of(policy: Policy) -> str | None:
    """Return the id of the agreement that a policy says it replaces, or None.

    Raises TERMS_INVALID where it is there and no id.
    """
    extra = policy.model_extra or {}
    if REPLACES not in extra:
        return None
    try:
        return _ID.validate_python(extra[REPLACES], strict=True)
    except ValidationError:
        raise ComityError(Code.TERMS_INVALID, where="replaces") from None


def _policy(terms: Terms, replaces: str | None) -> dict[str, object]:
    named = {} if replaces is None else {REPLACES: replaces}
    return {"profile": PROFILE, "permission": to_permissions(terms), **named}


def from_policy(policy: Policy) -> Terms:
    """Read the terms of an offer or agreement.

    Raises TERMS_UNKNOWN (where) for anything the profile does not define, and TERMS_INVALID
    (where) for a value that is missing, malformed or out of bounds.
    """
    if set(policy.unknown()) - {REPLACES}:
        raise _unknown("policy")
    replaces_of(policy)  # Which agreement, is for the negotiation; that it is one, is not.
    if policy.profile not in (PROFILE, (PROFILE,)):
        raise _unknown("profile")
    for name in ("prohibition", "obligation"):
        if getattr(policy, name) is not None:
            raise _unknown(name)
    grants: dict[str, Grant] = {}
    for index, permission in enumerate(policy.permission or ()):
        action, grant = _grant(permission, f"permission.{index}")
        if action in grants:
            raise _unknown(f"permission.{index}.action")
        grants[action] = grant
    if not grants:
        raise _unknown("permission")
    return Terms.model_validate(grants)


def known_terms(policy: Policy) -> Terms | None:
    """Return the terms of a policy, or None where this node does not know them."""
    try:
        return from_policy(policy)
    except ComityError:
        return None


def _constraints(grant: Grant) -> tuple[Constraint, ...]:
    values = grant.model_dump(mode="json", by_alias=False)
    constraints: list[Constraint] = [
        AtomicConstraint(
            left_operand=operand.left,
            operator=operand.operator,
            right_operand=_write(values[operand.field]),
        )
        for operand in OPERANDS
        if values.get(operand.field) not in (None, [])
    ]
    if quota := grant.quotas.per_period:
        count = _atom(COUNT, Operator.LTEQ, str(quota.count))
        period = _atom(PERIOD, Operator.EQ, quota.period.value)
        constraints.append(LogicalConstraint(and_=(count, period)))
    return tuple(constraints)


def _atom(left: str, operator: Operator, right: RightOperand) -> AtomicConstraint:
    return AtomicConstraint(left_operand=left, operator=operator, right_operand=right)


def _write(value: JsonValue) -> RightOperand:
    if isinstance(value, list):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _grant(permission: Permission, where: str) -> tuple[Action, Grant]:
    _check_known(permission, where)
    actions = {action_iri(action): action for action in Action}
    action = actions.get(permission.action)
    if action is None:
        raise _unknown(f"{where}.action")
    cls = _GRANTS[action]
    values: dict[str, _Read] = {}
    for index, constraint in enumerate(permission.constraint or ()):
        path = f"{where}.constraint.{index}"
        field, value = _field(cls, constraint, path)
        # A second constraint on the same thing would be a second reading of it.
        if field in values:
            raise _unknown(path)
        values[field] = value
    try:
        return action, cls.model_validate(values)
    except ValidationError as error:
        name = to_camel(str(error.errors(include_url=False, include_input=False)[0]["loc"][0]))
        raise ComityError(Code.TERMS_INVALID, where=f"{where}.{name}") from None


def _field(
    cls: type[Grant], constraint: AtomicConstraint | LogicalConstraint, where: str
) -> tuple[str, _Read]:
    _check_known(constraint, where)
    if isinstance(constraint, LogicalConstraint):
        return PER_PERIOD[cls], _quota(constraint, where)
    for operand in OPERANDS:
        said = (operand.left, operand.operator) == (constraint.left_operand, constraint.operator)
        if said and operand.field in cls.model_fields:
            return operand.field, _read(constraint.right_operand, operand.form, where)
    raise _unknown(where)


def _quota(constraint: LogicalConstraint, where: str) -> dict[str, str | int]:
    match constraint.and_:
        case (AtomicConstraint() as count, AtomicConstraint() as period):
            _check_known(count, f"{where}.and.0")
            _check_known(period, f"{where}.and.1")
        case _:
            raise _unknown(where)
    if (count.left_operand, count.operator) != (COUNT, Operator.LTEQ):
        raise _unknown(f"{where}.and.0")
    if (period.left_operand, period.operator) != (PERIOD, Operator.EQ):
        raise _unknown(f"{where}.and.1")
    if not isinstance(period.right_operand, str):
        raise ComityError(Code.TERMS_INVALID, where=f"{where}.and.1")
    return {
        "count": _number(count.right_operand, f"{where}.and.0"),
        "period": period.right_operand,
    }


def _read(value: RightOperand, form: _Form, where: str) -> _Read:
    match form, value:
        case _Form.NUMBER, _:
            return _number(value, where)
        case _Form.TRUTH, "true" | "false":
            return value == "true"
        case _Form.TEXT, str():
            return value
        case _Form.MOMENT, str() if _MOMENT.fullmatch(value):
            return value
        case _Form.SET, str():
            # JSON-LD does not tell a list of one from its one value, and processors write either.
            return [value]
        case _Form.SET, list() if value and all(isinstance(item, str) for item in value):
            return [item for item in value if isinstance(item, str)]
        case _:
            raise ComityError(Code.TERMS_INVALID, where=where)


def _number(value: RightOperand, where: str) -> int:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise ComityError(Code.TERMS_INVALID, where=where)
    return int(value)


def _check_known(part: PolicyPart, where: str) -> None:
    if part.unknown():
        raise _unknown(where)


def _unknown(where: str) -> ComityError:
    return ComityError(Code.TERMS_UNKNOWN, where=where)

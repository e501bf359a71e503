"""ODRL policies as DSP 2025-1 has them (contract-schema.json): offers, agreements and their rules.

A policy is somebody's words, and signatures are over them. It is therefore kept whole: properties
that we do not know stay where they were, `to_json` gives back what was sent (in canonical form),
and it is the terms (`comity.core.terms_odrl`) that refuse what they do not know.
"""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, JsonValue, Tag, model_validator

from comity.core.dsp.message import Id, Part, fault
from comity.limits import TEXT_CHARS

_DATE: Final = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
_ZONE: Final = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])?"
Timestamp: TypeAlias = Annotated[str, Field(pattern=f"^{_DATE}T{_TIME}{_ZONE}$")]
"""An xsd:dateTime, kept as it was written since it is signed over."""
Term: TypeAlias = Annotated[str, Field(min_length=1, max_length=TEXT_CHARS)]
RightOperand: TypeAlias = str | list[JsonValue] | dict[str, JsonValue]
"""Text, a list or an object: numbers and booleans are written as text (contract-schema.json)."""


class Operator(StrEnum):
    """The ODRL operators that DSP allows."""

    EQ = "eq"
    GT = "gt"
    GTEQ = "gteq"
    LT = "lt"
    LTEQ = "lteq"
    TERM_LTEQ = "term-lteq"
    NEQ = "neq"
    HAS_PART = "hasPart"
    IS_A = "isA"
    IS_ALL_OF = "isAllOf"
    IS_ANY_OF = "isAnyOf"
    IS_NONE_OF = "isNoneOf"
    IS_PART_OF = "isPartOf"


class PolicyPart(Part):
    """A part of a policy: unknown properties are kept, and named by `unknown`."""

    model_config = ConfigDict(extra="allow")

    def unknown(self) -> tuple[str, ...]:
        """Name the properties of this part, not of the parts in it, that DSP does not define."""
        return tuple(sorted(self.model_extra or {}))


class AtomicConstraint(PolicyPart):
    """One comparison."""

    left_operand: Term
    operator: Operator
    right_operand: RightOperand


class LogicalConstraint(PolicyPart):
    """Constraints joined by exactly one of and, andSequence, or, xone."""

    joins: ClassVar[tuple[str, ...]] = ("and_", "and_sequence", "or_", "xone")

    and_: "tuple[Constraint, ...] | None" = Field(default=None, alias="and")
    and_sequence: "tuple[Constraint, ...] | None" = None
    or_: "tuple[Constraint, ...] | None" = Field(default=None, alias="or")
    xone: "tuple[Constraint, ...] | None" = None

    @model_validator(mode="after")
    def _has_one_join(self) -> Self:
        if sum(getattr(self, join) is not None for join in self.joins) != 1:
            raise fault("missing", "and")
        return self


def _kind(constraint: Any) -> str:
    """Tell the two kinds apart as the schema's oneOf does: by what is there."""
    if isinstance(constraint, dict):
        logical = {"and", "andSequence", "or", "xone"} & set(constraint)
        return "logical" if logical else "atomic"
    return "logical" if isinstance(constraint, LogicalConstraint) else "atomic"


Constraint: TypeAlias = Annotated[
    Annotated[AtomicConstraint, Tag("atomic")] | Annotated[LogicalConstraint, Tag("logical")],
    Discriminator(_kind),
]


class Rule(PolicyPart):
    """An action and the constraints under which the rule holds."""

    action: Term
    constraint: tuple[Constraint, ...] | None = None


class Permission(Rule):
    """What the assignee may do."""


class Prohibition(Rule):
    """What the assignee may not do."""


class Duty(Rule):
    """What the assignee has to do."""


class Policy(PolicyPart):
    """What offers and agreements have in common: an id, a profile, rules."""

    id: Id
    profile: Term | tuple[Term, ...] | None = None
    permission: Annotated[tuple[Permission, ...], Field(min_length=1)] | None = None
    prohibition: Annotated[tuple[Prohibition, ...], Field(min_length=1)] | None = None
    obligation: Annotated[tuple[Duty, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _has_a_rule(self) -> Self:
        if self.permission is None and self.prohibition is None:
            raise fault("missing", "permission")
        return self


class Offer(Policy):
    """An offer in a catalog. What it is about is the dataset that it stands in."""

    type: Literal["Offer"] | None = None

    @model_validator(mode="after")
    def _has_no_target(self) -> Self:
        if "target" in self.unknown():
            raise fault("extra_forbidden", "target")
        return self


class MessageOffer(Policy):
    """An offer in a message. The prose requires the target that the schema leaves optional."""

    type: Literal["Offer"]
    target: Id


class Agreement(Policy):
    """What both sides agreed on. The prose requires the timestamp that the schema does not."""

    type: Literal["Agreement"]
    target: Id
    assigner: Id
    assignee: Id
    timestamp: Timestamp

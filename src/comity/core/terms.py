"""Terms: what one agreement allows, as people draft it and as the node enforces it (DESIGN D4).

Terms hold up to three grants, one for each action: to match, to request, to receive. Each grant
stands on its own (DESIGN D7): it has its own purposes, expiry, handling and approval. As policies
they are in `terms_odrl`; what they say to a question is in `decision`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictInt,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from comity.core.duration import Duration, DurationText, Period
from comity.core.records import Family
from comity.errors import Code, ComityError
from comity.limits import ANSWER_TERM_SECONDS, ID_CHARS, TERM_TOKENS, TERM_VALUES


class Action(StrEnum):
    """What terms can allow."""

    MATCH = "match"
    REQUEST = "request"
    RECEIVE = "receive"


class Approval(StrEnum):
    """Who has to agree before a single question is answered."""

    AUTOMATIC = "automatic"
    ONE_OFFICER = "one-officer"
    TWO_OFFICERS = "two-officers"

    @property
    def officers(self) -> int:
        """How many distinct officers must approve."""
        return {"automatic": 0, "one-officer": 1, "two-officers": 2}[self.value]


class Handling(StrEnum):
    """The label under which the receiver handles what it learns (FIRST, TLP version 2.0)."""

    RED = "TLP:RED"
    AMBER_STRICT = "TLP:AMBER+STRICT"
    AMBER = "TLP:AMBER"
    GREEN = "TLP:GREEN"
    CLEAR = "TLP:CLEAR"


Value = TypeVar("Value")


def _as_set(values: tuple[Value, ...]) -> tuple[Value, ...]:
    if len(set(values)) != len(values):
        raise ValueError("repeated")
    return tuple(sorted(values, key=str))


def _in_whole_seconds_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.microsecond:
        raise ValueError("not whole seconds with a zone")
    return moment.astimezone(UTC)


def _within_the_answer_term(duration: Duration) -> Duration:
    start = datetime(2001, 1, 1, tzinfo=UTC)
    if duration.after(start) - start > timedelta(seconds=ANSWER_TERM_SECONDS):
        raise ValueError("too long")
    return duration


_SET = (Field(max_length=TERM_VALUES), AfterValidator(_as_set))
_SOME = (Field(min_length=1, max_length=TERM_VALUES), AfterValidator(_as_set))
# Words separated by single spaces, of visible characters only: two terms that look equal are equal.
Words: TypeAlias = Annotated[
    str, Field(max_length=ID_CHARS, pattern=r"^[^\p{C}\p{Z}]+( [^\p{C}\p{Z}]+)*$")
]
Territory: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
FieldName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
Count: TypeAlias = Annotated[StrictInt, Field(ge=1, le=TERM_TOKENS)]
Moment: TypeAlias = Annotated[datetime, AfterValidator(_in_whole_seconds_utc)]


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


class Quota(_Model):
    """So many in each calendar window: tokens, requests or transfers."""

    count: Count
    period: Period


@dataclass(frozen=True, slots=True)
class Quotas:
    """How often an action may be executed; None is no limit."""

    per_period: Quota | None
    in_all: int | None


class Conditions(_Model):
    """What every grant states. Lists are sets: their order means nothing."""

    approval: Approval
    purposes: Annotated[tuple[Words, ...], *_SOME]
    """What the asker may ask for: one of these, word for word."""
    legal_bases: Annotated[tuple[Words, ...], *_SET] = ()
    """The legal bases that are accepted, word for word; empty accepts any, and none."""
    territories: Annotated[tuple[Territory, ...], *_SET] = ()
    """ISO 3166-1 alpha-2 or 3166-2 codes the asker must be in; empty accepts any."""
    expiry: Moment
    """The first moment (UTC) at which nothing is allowed any more."""
    retention: DurationText | None = None
    """How long the asker may keep what it learns; absent where the terms do not say."""
    onward: StrictBool = False
    """Whether the asker may pass on what it learns; its own node offers nothing on without."""
    handling: Handling

    def kept_until(self, learned: datetime) -> datetime | None:
        """Return when what was learned at a moment has to be gone, None for never."""
        try:
            return self.retention.after(learned) if self.retention else None
        except ComityError:
            return None  # The calendar ends first.


class MatchTerms(Conditions):
    """The grant to match: to ask which of one's own records the holder has, too."""

    families: Annotated[tuple[Family, ...], *_SOME]
    tokens_per_period: Quota | None = None
    tokens_in_all: Count | None = None

    @property
    def quotas(self) -> Quotas:
        """How many tokens may be asked."""
        return Quotas(self.tokens_per_period, self.tokens_in_all)


class RequestTerms(Conditions):
    """The grant to request: to ask about one subject."""

    fields: Annotated[tuple[FieldName, ...], *_SOME]
    """The fields that an answer may release."""
    answer_within: Annotated[DurationText, AfterValidator(_within_the_answer_term)]
    """Silence past this is a decline (DESIGN T5); at most ANSWER_TERM_SECONDS."""
    requests_per_period: Quota | None = None
    requests_in_all: Count | None = None

    @property
    def quotas(self) -> Quotas:
        """How many requests may be made."""
        return Quotas(self.requests_per_period, self.requests_in_all)


class ReceiveTerms(Conditions):
    """The grant to receive a dataset's file."""

    transfers_per_period: Quota | None = None
    transfers_in_all: Count | None = None

    @property
    def quotas(self) -> Quotas:
        """How often the file may be transferred."""
        return Quotas(self.transfers_per_period, self.transfers_in_all)


Grant: TypeAlias = MatchTerms | RequestTerms | ReceiveTerms


class Terms(_Model):
    """All that one agreement allows. An action without a grant is not allowed."""

    match: MatchTerms | None = None
    request: RequestTerms | None = None
    receive: ReceiveTerms | None = None

    @model_validator(mode="after")
    def _grant_something(self) -> Self:
        if not self.grants():
            raise ValueError("no grant")
        return self

    def grant(self, action: Action) -> Grant | None:
        """Return the grant for an action, None where it is not allowed."""
        return dict(self.grants()).get(action)

    def grants(self) -> tuple[tuple[Action, Grant], ...]:
        """Return what is granted, in the order of `Action`."""
        candidates = (self.match, self.request, self.receive)
        return tuple(
            (action, grant)
            for action, grant in zip(Action, candidates, strict=True)
            if grant is not None
        )


def draft_terms(draft: Mapping[str, object]) -> Terms:
    """Read a draft as people write it: what stands beside the grants holds for each of them.

    `purposes` at the top is the purposes of every grant that does not state its own. Raises
    TERMS_INVALID (where).
    """
    shared = {name: value for name, value in draft.items() if name not in set(Action)}
    grants = {
        action.value: {**shared, **grant} if isinstance(grant, Mapping) else grant
        for action in Action
        if (grant := draft.get(action)) is not None
    }
    try:
        return Terms.model_validate(grants)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ComityError(Code.TERMS_INVALID, where=where) from None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which two drafts differ, and its values as text, none where it is absent."""

    field: str
    old: tuple[str, ...]
    new: tuple[str, ...]


def differences(old: Terms, new: Terms) -> tuple[Difference, ...]:
    """List what changes from one draft to another, so that officers see it before they agree.

    Fields are named as in JSON: `match.tokensPerPeriod.count`.
    """
    before, after = dict(_leaves("", _plain(old))), dict(_leaves("", _plain(new)))
    return tuple(
        Difference(field, before.get(field, ()), after.get(field, ()))
        for field in dict.fromkeys([*before, *after])
        if before.get(field, ()) != after.get(field, ())
    )


def _plain(terms: Terms) -> JsonValue:
    value: JsonValue = terms.model_dump(mode="json", by_alias=True, exclude_none=True)
    return value


def _leaves(path: str, value: JsonValue) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list):
        yield path, tuple(map(str, value))
    else:
        yield path, (str(value).lower() if isinstance(value, bool) else str(value),)

"""What all DSP objects have in common: how they are named, read and written as plain JSON.

Source: DSP 2025-1, "Schemas & Contexts". Messages are read with `comity.core.canonical.model` and
written with `to_json`. Unknown properties of a message are ignored, as the standard says; inside
a policy they are kept (`comity.core.dsp.policy`), for the terms to refuse.
"""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel

from comity.core.canonical import canonical, digest
from comity.limits import ID_CHARS, TEXT_CHARS

CONTEXT: Final = "https://w3id.org/dspace/2025/1/context.jsonld"
"""The one JSON-LD context that every message names."""

# Ids, addresses and formats end up in logs and on terminals: no space, control, direction or
# unassigned character. Everything else an IRI may contain is let through (RFC 3987).
_PRINTABLE: Final = r"^[^\p{C}\p{Z}]+$"
Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=ID_CHARS, pattern=_PRINTABLE)]
Address: TypeAlias = Annotated[str, Field(min_length=1, max_length=TEXT_CHARS, pattern=_PRINTABLE)]
"""A URL as received: nothing here says that it may be used (DESIGN D2)."""
ErrorCode: TypeAlias = Annotated[str, Field(max_length=TEXT_CHARS)]
Reasons: TypeAlias = Annotated[tuple[JsonValue, ...], Field(min_length=1)]
"""Why: each entry is any JSON value, as the standard leaves it."""


def _names_the_context(contexts: tuple[str, ...]) -> tuple[str, ...]:
    if CONTEXT not in contexts:
        raise ValueError(CONTEXT)
    return contexts


Context: TypeAlias = Annotated[tuple[str, ...], AfterValidator(_names_the_context)]


def _alias(name: str) -> str:
    """Give the JSON name of a field: JSON-LD keywords with their sign, the rest in camelCase."""
    return f"@{name}" if name in {"context", "id", "type"} else to_camel(name)


class Part(BaseModel):
    """An object of the protocol. Python names when we build it, JSON names when it is read."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=_alias,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )

    must_be_sent: ClassVar[frozenset[str]] = frozenset()
    """Fields that have a default when we build the object, but are required when it is read."""

    @classmethod
    def model_validate_json(
        cls, json_data: str | bytes | bytearray, *, strict: bool | None = None, **_: Any
    ) -> Self:
        """Read JSON by its JSON names only: `provider_pid` is no spelling of `providerPid`."""
        return super().model_validate_json(json_data, strict=strict, by_alias=True, by_name=False)

    @model_validator(mode="after")
    def _is_complete(self, info: ValidationInfo) -> Self:
        """Refuse what is absent but required, and null, which no DSP property takes."""
        if info.mode == "json":
            present = self.model_fields_set
            faults = [
                *((name, "missing") for name in self.must_be_sent - present),
                *((name, "missing") for name in present if _is_null(self, name)),
            ]
            if faults:
                name, kind = min(faults)
                raise fault(kind, _json_names(type(self))[name])
        return self

    @model_serializer(mode="wrap")
    def _without_absent(self, write: Callable[[Self], dict[str, Any]]) -> dict[str, Any]:
        """Leave out what is absent. A null in an extra property of a policy stays: it was sent."""
        own = _json_names(type(self)).values()
        return {
            name: value
            for name, value in write(self).items()
            if value is not None or name not in own
        }

    def to_value(self) -> dict[str, JsonValue]:
        """Return the object as JSON values."""
        return self.model_dump(mode="json", by_alias=True)

    def to_json(self) -> bytes:
        """Return the object as canonical JSON (RFC 8785), UTF-8."""
        return canonical(self.to_value())

    def digest(self) -> bytes:
        """Return the SHA-256 of `to_json`: 32 bytes."""
        return digest(self.to_value())


class Message(Part):
    """A message or a reply: a part with a context. Each subclass fixes its own `type`."""

    must_be_sent = frozenset({"context", "type"})

    context: Context = (CONTEXT,)


def fault(kind: str, *where: str | int) -> ValidationError:
    """Make the pydantic error of a check that a field's type cannot express.

    `kind` is one of pydantic's error types, `where` the JSON names that lead to the fault.
    """
    return ValidationError.from_exception_data("dsp", [{"type": kind, "loc": where, "input": None}])


def _is_null(part: Part, name: str) -> bool:
    return name in type(part).model_fields and getattr(part, name) is None


@cache
def _json_names(cls: type[Part]) -> dict[str, str]:
    """Return the JSON name of each field."""
    # Pydantic does not fill in generated aliases of fields whose type it had to look up later.
    return {name: field.alias or _alias(name) for name, field in cls.model_fields.items()}

"""JSON in and out: read strictly, written in exactly one way.

Two programs that read the same signed bytes must see the same thing, and two that write the same
thing must sign the same bytes. Reading therefore takes I-JSON (RFC 7493) and nothing looser, and
writing follows the JSON Canonicalization Scheme (RFC 8785). Bytes inside JSON are base64url
without padding (RFC 4648 section 5), of which only the one canonical spelling is taken.
"""

import base64
import json
import re
from functools import cache
from hashlib import sha256
from typing import Any, Final, NoReturn, TypeAlias, TypeVar, cast

import rfc8785
from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticUserError

from comity.errors import Code, ComityError
from comity.limits import JSON_DEPTH

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
"""What strict JSON gives."""
Model = TypeVar("Model", bound=BaseModel)

NUMBER_MAX: Final = 2**53 - 1
"""The largest magnitude of a number: past it, IEEE 754 doubles skip integers (RFC 7493 2.2)."""
NUMBER_CHARS: Final = 400
"""A longer spelling of a number has no legitimate use and would only cost time to convert."""
# A string runs to its closing quote or to the end of the text. Possessive, so that no input makes
# the scan start over: it stays linear on hostile text.
_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def parse(data: bytes, limit: int) -> dict[str, JsonValue]:
    """Read one JSON object of at most `limit` bytes.

    Raises BODY_TOO_LARGE (size, limit), JSON_TOO_DEEP (limit), JSON_DUPLICATE_KEY, or JSON_INVALID
    for everything else that is not an I-JSON object in UTF-8 without a byte order mark.
    """
    value = parse_value(data, limit)
    if not isinstance(value, dict):
        raise ComityError(Code.JSON_INVALID)
    return value


def parse_value(data: bytes, limit: int) -> JsonValue:
    """Read one JSON value of any type; the limits and errors are those of `parse`."""
    if len(data) > limit:
        raise ComityError(Code.BODY_TOO_LARGE, size=len(data), limit=limit)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ComityError(Code.JSON_INVALID, at=error.start) from None
    _check_depth(text)
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise ComityError(Code.JSON_INVALID, at=error.pos) from None
    if "\\u" in text:
        _check_surrogates(value)
    return value


def model(cls: type[Model], data: bytes, limit: int) -> Model:
    """Read one JSON object and validate it as `cls`, in pydantic's strict JSON mode.

    Raises what `parse` raises, or SCHEMA_INVALID (where: the dotted path of the first fault; names
    that the model does not declare appear as `*`, since they are contents).
    """
    # Pydantic gets what we parsed, not what was sent: with one parser there is no second reading.
    text = json.dumps(parse(data, limit))
    try:
        return cls.model_validate_json(text, strict=True)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        known = _declared_names(cls)
        path = (
            str(part) if isinstance(part, int) or part in known else "*" for part in fault["loc"]
        )
        raise ComityError(Code.SCHEMA_INVALID, where=".".join(path)) from None


def canonical(value: object) -> bytes:
    """Write a value, made of dicts, lists, tuples and scalars, as canonical JSON (RFC 8785).

    Raises JSON_INVALID where the value has no such form (NaN, an integer past 2^53 - 1, a lone
    surrogate, a key or value of another type).
    """
    try:
        if _is_plain(value):
            return _ENCODER.encode(value).encode("utf-8")
        return rfc8785.dumps(cast("Any", value))
    except ValueError:
        # CanonicalizationError is one; so is the UnicodeEncodeError of a lone surrogate in a key.
        raise ComityError(Code.JSON_INVALID) from None


def digest(value: object) -> bytes:
    """Return the SHA-256 of the canonical JSON of a value: 32 bytes."""
    return sha256(canonical(value)).digest()


def b64url(data: bytes) -> str:
    """Encode bytes in base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64url(text: str, size: int | None = None) -> bytes:
    """Decode base64url without padding, of exactly `size` bytes where that is given.

    Raises JSON_INVALID for any other character, for padding, for trailing bits that are not zero
    and for another size.
    """
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise ComityError(Code.JSON_INVALID) from None
    # The decoder is lenient (it skips characters and trailing bits); writing again is not.
    if b64url(data) != text or (size is not None and len(data) != size):
        raise ComityError(Code.JSON_INVALID)
    return data


_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
)


def _is_plain(value: object) -> bool:
    """Tell whether the standard library writes a value exactly as RFC 8785 does.

    It does so but for numbers that are not integers (section 3.2.2.3), and for the order of names
    beyond ASCII (section 3.2.3). It also takes types that have no form, so only these few pass.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return -NUMBER_MAX <= cast("int", value) <= NUMBER_MAX
    if kind is dict:
        return all(
            type(name) is str and name.isascii() and (type(item) is str or _is_plain(item))
            for name, item in cast("dict[object, object]", value).items()
        )
    if kind is list or kind is tuple:
        return all(map(_is_plain, cast("list[object]", value)))
    return isinstance(value, str)


def _check_depth(text: str) -> None:
    """Refuse nesting past JSON_DEPTH before anything recurses into it."""
    # Most bodies have fewer brackets in all than they may nest, and need no scan.
    if text.count("[") + text.count("{") <= JSON_DEPTH:
        return
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        first = found.group()[0]
        if first in "[{":
            depth += 1
            if depth > JSON_DEPTH:
                raise ComityError(Code.JSON_TOO_DEEP, limit=JSON_DEPTH)
        elif first in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """Make an object of its members, none of them twice."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ComityError(Code.JSON_DUPLICATE_KEY)
    return value


def _integer(text: str) -> int:
    """Convert an integer that a double holds exactly."""
    if len(text) > NUMBER_CHARS or abs(value := int(text)) > NUMBER_MAX:
        raise ComityError(Code.JSON_INVALID)
    return value


def _number(text: str) -> float:
    """Convert a number with a fraction or exponent."""
    # The bound is that of integers: 1e300 would be written back as an integer that is refused.
    if len(text) > NUMBER_CHARS or abs(value := float(text)) > NUMBER_MAX:
        raise ComityError(Code.JSON_INVALID)
    return value


def _constant(_name: str) -> NoReturn:
    """Refuse NaN and the infinities, which are not JSON."""
    raise ComityError(Code.JSON_INVALID)


def _check_surrogates(value: JsonValue) -> None:
    """Refuse escapes that make half a character; only they can bring one in."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ComityError(Code.JSON_INVALID) from None


@cache
def _declared_names(cls: type[BaseModel]) -> frozenset[str]:
    """Return the names of fields that a model and the models in it declare, and their aliases."""
    names: set[str] = set()

    def collect(node: object) -> None:
        if isinstance(node, dict):
            properties = node.get("properties")
            if isinstance(properties, dict):
                names.update(properties)
            for child in node.values():
                collect(child)
        elif isinstance(node, list):
            for child in node:
                collect(child)

    try:
        collect(cls.model_json_schema(by_alias=True))
        collect(cls.model_json_schema(by_alias=False))
    except PydanticUserError:
        # A type without a JSON schema: then every name counts as contents.
        return frozenset()
    return frozenset(names)

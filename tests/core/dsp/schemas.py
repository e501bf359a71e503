"""The published schemas of DSP 2025-1, with their known flaws mended, as validators."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft201909Validator
from referencing import Registry, Resource

from shared import ROOT as SHARED
from shared import shared

ROOT = "vectors/dsp-2025-1"
AREAS = ("catalog", "common", "negotiation", "transfer")
POLICIES = ("MessageOffer", "Offer", "Agreement")
POLICY_SCHEMA = "https://w3id.org/dspace/2025/1/negotiation/contract-schema.json"


def check_against_schema(name: str, value: object) -> None:
    """Fail, or skip where the schemas are absent, unless the schema of a type takes a value."""
    errors = [error.message for error in validator(name).iter_errors(value)]
    assert not errors


def is_valid(name: str, value: object) -> bool:
    """Tell whether the schema of a type takes a value."""
    return bool(validator(name).is_valid(value))


def published() -> dict[str, Draft201909Validator] | None:
    """Return the validators by type, or None where the schemas are not here."""
    root = SHARED / ROOT
    return _validators(root) if root.exists() else None


def validator(name: str) -> Draft201909Validator:
    """Return the validator of a message type ("Catalog", "ContractOfferMessage") or policy."""
    return _validators(shared(ROOT))[name]


@cache
def _validators(root: Path) -> dict[str, Draft201909Validator]:
    schemas = [_read(path) for area in AREAS for path in sorted((root / area).glob("*.json"))]
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas
    )
    refs = {_type(schema): {"$ref": schema["$id"]} for schema in schemas}
    refs |= {name: {"$ref": f"{POLICY_SCHEMA}#/definitions/{name}"} for name in POLICIES}
    return {
        name: Draft201909Validator(
            {"$schema": "https://json-schema.org/draft/2019-09/schema", **ref}, registry=registry
        )
        for name, ref in refs.items()
    }


def _read(path: Path) -> dict[str, Any]:
    # Three schemas point to `#definitions/`, which is no JSON pointer.
    text = path.read_text("utf-8").replace(".json#definitions/", ".json#/definitions/")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _type(schema: dict[str, Any]) -> str:
    name: str = schema["allOf"][0]["$ref"].rpartition("/")[2]
    return name.removeprefix("Root")

"""Whether two policies are written alike, but for what JSON-LD processors change on the way.

Other makes of connector read a policy into a model of their own and write it out again
(docs/decisions/0023-a-connector-of-another-make). The Eclipse connector leaves out the profile,
writes a list of one as its value, a longer list as text with the list in it, terms of ODRL with
their prefix, and adds who assigns. None of that is a change that somebody meant. Whoever is asked
under such words answers with its own.
"""

import json
from typing import Final

from pydantic import JsonValue

from comity.core.canonical import canonical
from comity.core.dsp.policy import Policy

_NOT_TERMS: Final = frozenset(
    {"@context", "@id", "@type", "target", "assigner", "assignee", "timestamp"}
)
_ODRL: Final = ("odrl:", "http://www.w3.org/ns/odrl/2/")
_TERMS_OF_ODRL: Final = frozenset({"leftOperand", "operator", "action"})


def same_words(asked: Policy, offered: Policy) -> bool:
    """Tell whether one policy is the other after a JSON-LD processor had it.

    `offered` is as its author wrote it; a profile that `asked` does not name is taken as unchanged.
    """
    found, expected = comparable(asked), comparable(offered)
    if "profile" in expected:
        found.setdefault("profile", expected["profile"])
    return canonical(found) == canonical(expected)


def comparable(policy: Policy) -> dict[str, JsonValue]:
    """Return the terms in one spelling: fit for comparing, not for reading or signing."""
    value = policy.to_value()
    return {
        name: _only(_rewritten(inner)) if name == "profile" else _rewritten(inner)
        for name, inner in value.items()
        if name not in _NOT_TERMS
    }


def _rewritten(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_rewritten(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _entry(name, inner)
        for name, inner in value.items()
        if (name, inner) != ("constraint", [])
    }


def _entry(name: str, value: JsonValue) -> JsonValue:
    if name == "rightOperand":
        return _only(_set(value))
    if name in _TERMS_OF_ODRL and isinstance(value, str):
        for prefix in _ODRL:
            value = value.removeprefix(prefix)
        return value
    return _rewritten(value)


def _set(value: JsonValue) -> JsonValue:
    """Return an operand with its list, if it is one, in order: a JSON-LD array has none."""
    found = _listed(value) if isinstance(value, str) and value.startswith("[{") else value
    if isinstance(found, list) and all(isinstance(item, str) for item in found):
        return sorted(found, key=str)
    return found


def _listed(text: str) -> JsonValue:
    """Return the list of JSON-LD values (`[{"@value": ...}, ...]`) in a text, or the text."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return text
    values = [item.get("@value") for item in read if isinstance(item, dict) and len(item) == 1]
    whole = len(values) == len(read) and all(isinstance(item, str) for item in values)
    return values if whole else text


def _only(value: JsonValue) -> JsonValue:
    """Return the one value of a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value

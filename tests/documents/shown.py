"""How messages look in a document: whole where that helps, and cut where it is only long."""

import json
from collections.abc import Iterable
from typing import Final

from comity.api import Request, Response
from comity.core.canonical import JsonValue, unb64url

WIDTH: Final = 96
LONG: Final = 90
"""Longer texts are cut."""
KEPT: Final = 48


def exchange(pair: tuple[Request, Response]) -> str:
    """Show a request and its reply as HTTP, without the permissions of policies."""
    request, response = pair
    asked = [f"{request.method} {request.target} HTTP/1.1"]
    if request.content_type:
        asked.append(f"Content-Type: {request.content_type}")
    asked.append(f"Authorization: Bearer {_cut(request.token)}")
    said = [f"HTTP/1.1 {response.status}", f"Content-Type: {response.content_type}"]
    if response.token:
        said.append(f"Comity-Token: {_cut(response.token)}")
    return "\n\n".join(
        [
            _fenced("http", asked, _body(request.content_type, request.body)),
            _fenced("http", said, _body(response.content_type, response.body)),
        ]
    )


def token(compact: str) -> str:
    """Show header and claims of a compact JWS."""
    return "\n\n".join(value(json.loads(unb64url(part))) for part in compact.split(".")[:2])


def value(content: JsonValue) -> str:
    """Show a JSON value, its policies whole."""
    return _fenced("json", [], _pretty(_cut_value(content, True)))


def text(content: str) -> str:
    """Show a text as it is."""
    return _fenced("text", [], content)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table."""
    lines = [list(head)]
    lines.append(["---"] * len(lines[0]))
    lines += [list(row) for row in rows]
    return "\n".join("| " + " | ".join(cell or " " for cell in line) + " |" for line in lines)


def _fenced(kind: str, head: list[str], content: str) -> str:
    between = [""] if head and content else []
    return "\n".join([f"```{kind}", *head, *between, *([content] if content else []), "```"])


def _body(content_type: str, data: bytes) -> str:
    if not data:
        return ""
    if content_type != "application/json":
        return f"({len(data):,} bytes)"
    return _pretty(_cut_value(json.loads(data), False))


def _cut_value(value: JsonValue, rules: bool) -> JsonValue:
    if isinstance(value, dict):
        return {
            name: ["…"] if name == "permission" and not rules else _cut_value(inner, rules)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_cut_value(inner, rules) for inner in value]
    return _cut(value) if isinstance(value, str) else value


def _cut(value: str) -> str:
    return value if len(value) <= LONG else f"{value[:KEPT]}…"


def _pretty(value: JsonValue, indent: int = 0) -> str:
    """Write JSON with as few lines as fit."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent <= WIDTH or not isinstance(value, dict | list) or not value:
        return line
    space = " " * (indent + 2)
    if isinstance(value, dict):
        inner = [f'{space}"{name}": {_pretty(item, indent + 2)}' for name, item in value.items()]
        opening, closing = "{", "}"
    else:
        inner = [f"{space}{_pretty(item, indent + 2)}" for item in value]
        opening, closing = "[", "]"
    return f"{opening}\n" + ",\n".join(inner) + f"\n{' ' * indent}{closing}"

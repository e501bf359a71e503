"""Every message that a node really sent, against the published schemas (DSP 2025-1).

`nodes.opened` calls this when a test is over, so each exchange that any test plays is checked, and
not only examples. What a test wrote by hand to be wrong is left out. One message of each form is
validated: the same members with the same types are no news.
"""

import json
from typing import Any

from comity.node import Node
from comity.store.rows.moving import many
from comity.store.rows.record import Message
from core.dsp.schemas import published

BY_HAND = "hand-written"
"""What `stages.say` calls its messages."""
_seen: set[str] = set()


def check_sent(node: Node) -> None:
    """Check what a node sent, if the schemas are here. Raises AssertionError."""
    validators = published()
    if validators is None:
        return
    with node.store.read() as tx:
        sent = many(tx, Message, direction="out", content_type="application/json")
    for message in sent:
        by_hand = message.what == BY_HAND and message.kind == "request"
        if by_hand or not message.body:
            continue
        value = json.loads(message.body)
        name = value.get("@type", "") if isinstance(value, dict) else ""
        form = f"{name} {_form(value)}"
        if name not in validators or form in _seen:
            continue
        errors = [error.message for error in validators[name].iter_errors(value)]
        assert not errors, f"{name}: {errors}"
        _seen.add(form)


def _form(value: Any) -> str:
    """Return the members and types of a value, without what stands in them."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_form(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(sorted({_form(item) for item in value})) + "]"
    return type(value).__name__ if value != "" else "empty"

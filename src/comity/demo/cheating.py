"""A play of its own: one side rewrites its log, and is caught on the next contact.

The United States side puts another message in the place of one that it sent, in its own database,
signs it, and rebuilds the tree: its log fits itself in every way. The Mexican side has cosigned it
as it was.
"""

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

from rich.console import Console

from comity import texts
from comity.core import token
from comity.core.alarm import Kind
from comity.core.merkle import Frontier, leaf_hash
from comity.demo import meeting, play
from comity.demo.border import Border
from comity.demo.claims import Claims
from comity.demo.lists import choose
from comity.demo.screen import Screen
from comity.demo.sides import MX, US, Side
from comity.demo.stage import Stage
from comity.edge import lock, logs
from comity.errors import Code, ComityError
from comity.node import Node, open_node
from comity.operations import offering, posture, records, watching
from comity.store import record, tiles
from comity.store.rows.moving import add, change, remove
from comity.store.rows.record import Head, Message, Tile
from comity.texts import Language

PUT: Final = 2
"""The entry that the United States side puts another in the place of."""
_SAID: Final = 5
_SIZE: Final = 100


def run(
    *, as_json: bool, keep: Path | None, language: Language, console: Console | None = None
) -> int:
    """Play it; return 0 where all that is said to happen happened. Raises FILE_EXISTS."""
    logs.configure("error")
    shown = console or Console()
    screen = Screen(language, shown, quiet=as_json)
    claims = Claims(screen)
    with ExitStack() as stack:
        stack.enter_context(play.signals())
        base = play.folder(stack, keep)
        lists = choose(None, None, base / "lists", _SIZE)
        border = stack.enter_context(Border())
        sides = [Side(party, base) for party in (MX, US)]
        for side in sides:
            stack.callback(side.kill)
        stage = Stage(screen, claims, sides[0], sides[1], border, lists, base)
        screen.say("cheat-opening")
        try:
            _play(stage)
        except ComityError as error:
            said = texts.error(language, error)
            claims.check("to-the-end", False, what=said.what, todo=said.todo)
    failed = [claim.text for claim in claims.failures]
    if as_json:
        made = [{"name": one.name, "text": one.text, "held": one.held} for one in claims.made]
        account = {"ok": not failed, "claims": made, "failures": failed}
        shown.file.write(json.dumps(account, indent=2, ensure_ascii=False) + "\n")
    return 1 if failed else 0


def _play(stage: Stage) -> None:
    mx, us = stage.mx, stage.us
    with stage.step("create"):
        spoken = meeting.create(stage)
    with stage.step("pin"):
        meeting.pin(stage, spoken)
    with stage.step("cheat-talk"):
        for _ in range(_SAID):
            us.run(offering.catalog, peer=mx.id)
        both = mx.run(records.verify, peer=us.id)
        whole = both.received.size == _SAID and not mx.run(watching.alarm_list).alarms
        stage.claims.check("cheat-cosigned", whole, name=mx.name, count=both.received.size)
    with stage.step("cheat-rewrite"):
        us.stop()
        left = _rewrite(us.folder, mx.id)
        us.start()
        us.ready()
        shown = us.run(records.show, peer=mx.id)
        own = left == shown.sent == _SAID
        stage.claims.check("cheat-rewritten", own, name=us.name, number=PUT, count=left)
    with stage.step("cheat-caught"):
        _caught(stage)


def _caught(stage: Stage) -> None:
    mx, us, screen = stage.mx, stage.us, stage.screen
    try:
        mx.run(records.verify, peer=us.id)
        code = ""
    except ComityError as error:
        code = str(error.code)
        screen.say("cheat-error", "bold red", what=texts.error(screen.language, error).what)
    stage.claims.check("cheat-differs", code == Code.RECORD_DIFFERS, name=mx.name)
    alarms = mx.run(watching.alarm_list).alarms
    for one in alarms:
        found = screen.word("alarm", one.kind)
        screen.facts([("peer", one.peer), ("found", found), ("number", str(one.number))])
    forked = [one for one in alarms if one.kind == Kind.FORKED]
    notes = bool(forked) and {"held", "shown"} <= set(forked[0].evidence)
    stage.claims.check("cheat-alarm", notes, name=mx.name)
    waits = mx.run(posture.posture, peer=us.id).alarms_open
    stage.claims.check("cheat-stops", waits > 0, name=mx.name, peer=us.name)
    compared = mx.run(watching.compare, peer=us.id).received
    named = (compared.begins, compared.changed) == (PUT, (PUT,)) and bool(compared.entries)
    said = screen.word("said", compared.entries[0].what) if compared.entries else ""
    stage.claims.check("cheat-named", named, number=PUT, said=said)


def _rewrite(folder: Path, peer: str) -> int:
    """Put another message in the place of one in a node's own log; returns how many there are."""
    with lock.hold(folder):
        node = open_node(folder)
        try:
            with node.store.write() as tx:
                where = {"peer": peer, "direction": record.OUT}
                rows = record.entries(tx, peer, record.OUT)
                rows[PUT] = _instead(node, rows[PUT])
                remove(tx, Message, **where)
                remove(tx, Tile, **where)
                add(tx, *rows)
                frontier = Frontier().extend(leaf_hash(row.leaf) for row in rows)
                size, packed = len(rows), frontier.pack()
                change(tx, Head, where, next=size, size=size, frontier=packed)
                tiles.complete(tx, peer, record.OUT, 0, size)
        finally:
            node.close()
    return size


def _instead(node: Node, row: Message) -> Message:
    """Return a message that was never sent, with the number and time of one that was."""
    said = token.stated(row.token)
    envelope = token.Envelope(
        issuer=node.id,
        audience=row.peer,
        id=node.local.new_id(),
        seq=row.seq,
        salt=node.local.entropy(token.SALT_BYTES),
        issued=said.iat,
        lifetime=said.exp - said.iat,
        seen=said.log,
        incarnation=said.inc,
    )
    signer = node.local.signers.message
    made = token.seal_request(envelope, row.method, row.target, row.content_type, b"{}", signer)
    leaf = record.leaf_of(made.token)
    return replace(row, jti=envelope.id, token=made.token, body=b"{}", size=2, leaf=leaf)

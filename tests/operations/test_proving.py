"""Evidence as an officer makes it: which entries, what of them, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from comity.errors import Code
from comity.limits import EVIDENCE_BYTES, EVIDENCE_ENTRIES
from comity.operations import proving, records
from comity.store import record
from comity.store.rows.moving import change, remove
from comity.store.rows.record import Message
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import CATALOG, CATALOG_BODY, say
from verify.told import answered, check, forget_checkpoints, prove


def made(p: Pair, *entries: str, name: str = "made.json", **more: Any) -> proving.Proved:
    path = str(p.folder / name)
    return run(proving.prove, p.us, peer=MX.id, entries=entries, path=path, **more)


def test_what_the_file_has_is_said(matched: Pair) -> None:
    answer = answered(matched)
    found = made(matched, answer.id, "sent:0", withhold=("names",))
    first, second = found.entries
    assert (first.direction, first.sequence, first.released) == ("in", answer.sequence, "fields")
    assert (first.fields, first.withheld) == (("identifiers", "statuses"), ("names",))
    assert (second.what, second.released, second.withheld) == ("CatalogRequestMessage", "whole", ())
    path = Path(found.path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(check(matched, path.read_bytes()).entries) == 2


def test_an_entry_is_named_by_place_or_by_id_and_is_in_the_file_once(matched: Pair) -> None:
    answer = answered(matched)
    names = (answer.id, f"in:{answer.sequence}", f"received:{answer.sequence}")
    assert len(made(matched, *names).entries) == 1


def test_only_some_fields(matched: Pair) -> None:
    answer = answered(matched)
    found = made(matched, answer.id, only=("statuses",))
    assert (found.entries[0].fields, found.entries[0].withheld) == (
        ("statuses",),
        ("identifiers", "names"),
    )
    both = made(matched, answer.id, only=("statuses",), withhold=("statuses",), name="none.json")
    assert both.entries[0].fields == ()
    (entry,) = check(matched, Path(both.path).read_bytes()).entries
    assert (entry.released.how, entry.released.withheld) == ("fields", 3)
    nothing = made(matched, answer.id, withhold=("body",), name="no-body.json")
    assert nothing.entries[0].released == "nothing"
    assert nothing.entries[0].withheld == ("identifiers", "names", "statuses")


def test_the_holder_proves_its_own_answer_the_same_way(matched: Pair) -> None:
    answer = answered(matched)
    run(records.verify, matched.mx, peer=US.id)
    path = str(matched.folder / "theirs.json")
    sent = f"sent:{answer.sequence}"
    run(proving.prove, matched.mx, peer=US.id, entries=(sent,), path=path, withhold=("names",))
    found = check(matched, Path(path).read_bytes()).entries[0]
    assert (found.id, found.log.cosigned.name) == (answer.id, US.id)


@pytest.mark.parametrize("entry", ["sent:999", "received:-1", "nothing", "", "sent:", "in:1e3"])
def test_entries_that_are_not_there(matched: Pair, entry: str) -> None:
    answered(matched)
    with refuses(Code.ENTRY_UNKNOWN, entry=entry):
        made(matched, entry)


def test_what_nobody_cosigned_yet(matched: Pair) -> None:
    forget_checkpoints(matched)
    with refuses(Code.ENTRY_NOT_COSIGNED, entry=0, size=0):
        made(matched, "sent:0")
    answer = answered(matched)
    say(matched.us, MX.id, CATALOG, CATALOG_BODY)
    shown = run(records.show, matched.us, peer=MX.id).entries
    last = [entry for entry in shown if entry.direction == "out"][-1]
    with refuses(Code.ENTRY_NOT_COSIGNED, entry=last.sequence, size=last.sequence):
        made(matched, answer.id, f"sent:{last.sequence}")


def test_the_peer_that_asked_for_the_comparison_and_the_one_that_was_asked(matched: Pair) -> None:
    """Who was asked has a cosigned checkpoint of the other's log, and can prove its messages."""
    answered(matched)
    path = str(matched.folder / "asked.json")
    run(proving.prove, matched.mx, peer=US.id, entries=("received:0",), path=path)
    assert check(matched, Path(path).read_bytes()).entries[0].log.sender.id == US.id


@pytest.mark.parametrize("more", [{"withhold": ("addresses",)}, {"only": ("rumours",)}])
def test_fields_that_no_answer_has(matched: Pair, more: dict[str, Any]) -> None:
    answer = answered(matched)
    (name,) = next(iter(more.values()))
    with refuses(Code.FIELD_UNKNOWN, field=name):
        made(matched, answer.id, **more)
    assert not list(matched.folder.glob("made.json"))


def test_no_file_is_written_over(matched: Pair) -> None:
    answer = answered(matched)
    made(matched, answer.id)
    before = (matched.folder / "made.json").read_bytes()
    with refuses(Code.FILE_EXISTS):
        made(matched, answer.id)
    assert (matched.folder / "made.json").read_bytes() == before


def test_who_made_evidence_is_in_the_journal(matched: Pair) -> None:
    answer = answered(matched)
    made(matched, answer.id)
    last = run(records.journal_show, matched.us).entries[-1]
    assert (last.action, last.officer) == ("record.prove", "officer-1")
    assert last.detail == {"peer": MX.id, "entries": 1, "which": f"in:{answer.sequence}"}


def test_a_record_that_was_changed_proves_nothing(matched: Pair) -> None:
    answer = answered(matched)
    where: dict[str, object] = {"peer": MX.id, "direction": record.IN, "seq": answer.sequence - 1}
    with matched.us.store.write() as tx:
        change(tx, Message, where, leaf=bytes(32))
    with refuses(Code.RECORD_DIFFERS, entry=answer.sequence):
        made(matched, answer.id)
    with matched.us.store.write() as tx:
        remove(tx, Message, **where)
    with refuses(Code.RECORD_INCOMPLETE):
        made(matched, answer.id)


def test_a_body_that_is_gone_is_withheld(matched: Pair) -> None:
    answer = answered(matched)
    with matched.us.store.write() as tx:
        where: dict[str, object] = {"peer": MX.id, "direction": "in", "seq": answer.sequence}
        change(tx, Message, where, body=b"")
    assert made(matched, answer.id).entries[0].released == "nothing"
    file = (matched.folder / "made.json").read_bytes()
    assert check(matched, file).entries[0].released.how == "nothing"


def test_a_newer_checkpoint_is_taken_when_there_is_one(matched: Pair) -> None:
    answered(matched)
    sizes = []
    for name in ("before", "after"):
        made(matched, "sent:0", name=name)
        file = (matched.folder / name).read_bytes()
        sizes.append(check(matched, file).logs[0].size)
        say(matched.us, MX.id, CATALOG, CATALOG_BODY)
        run(records.verify, matched.us, peer=MX.id)
    assert sizes[0] < sizes[1]


def test_so_many_entries_and_no_more(matched: Pair) -> None:
    from pydantic import ValidationError

    with pytest.raises(ValidationError):
        made(matched, *(f"sent:{number}" for number in range(EVIDENCE_ENTRIES + 1)))


def test_a_file_has_an_end(matched: Pair) -> None:
    answer = answered(matched)
    where: dict[str, object] = {"peer": MX.id, "direction": "in", "seq": answer.sequence}
    with matched.us.store.write() as tx:
        change(tx, Message, where, body=b"x" * EVIDENCE_BYTES)
    with refuses(Code.FILE_TOO_LARGE, limit=EVIDENCE_BYTES // 1024 // 1024):
        made(matched, answer.id)


def test_the_file_is_json_that_people_can_read(matched: Pair) -> None:
    answer = answered(matched)
    file = prove(matched, answer.id)
    assert file.startswith(b'{\n  "type": "comity-evidence-1",\n')
    assert json.loads(file)["entries"][0].keys() == {"proof", "token", "body"}

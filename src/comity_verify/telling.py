"""What was found, in plain words and as a JSON value."""

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from comity_verify.failure import VerificationFailure
from comity_verify.found import Entry, Found, Log, Released
from comity_verify.texts import FLAWS, TEXTS, Language

_SHOWN: Final = 4_000
"""Characters of one body that are printed."""


def lines(found: Found, language: Language) -> Iterator[str]:
    """Give what evidence proves and what it does not, a line at a time.

    Names and values come out of the file: control and direction characters are taken out.
    """

    def say(key: str, indent: int = 0, **params: object) -> str:
        shown = {name: plain(str(value)) for name, value in params.items()}
        return " " * indent + TEXTS[language][key].format(**shown)

    yield say("holds")
    yield ""
    yield say("parties")
    for party in found.parties():
        yield say("party", 2, name=party.name, territory=party.territory, id=party.id)
        yield say("fingerprint", 4, fingerprint=party.fingerprint)
    yield ""
    yield say("entries")
    for number, entry in enumerate(found.entries, 1):
        log, reply = entry.log, found.replies_to(entry)
        kind = "request" if entry.method else "response-to" if reply else "response"
        sender, receiver = log.sender.name, log.receiver.name
        what = f"{entry.method} {entry.target}"
        params = {"sender": sender, "receiver": receiver, "what": what, "status": entry.status}
        yield say(kind, 2, number=number, entry=reply, **params)
        yield say("place", 5, id=entry.id, index=entry.index, size=log.size, sender=sender)
        yield say("said", 5, time=when(entry.said), sender=sender)
        yield say("latest", 5, time=when(log.cosigned.time), receiver=receiver)
        for each in log.witnesses:
            yield say("witnessed", 5, witness=each.name, time=when(each.time))
        yield from _released(entry, say)
    witnesses = {each.name for log in found.logs for each in log.witnesses}
    yield ""
    yield say("proved")
    for key in ("proves-sender", "proves-log", "proves-time", "proves-shown"):
        yield say(key, 2)
    if witnesses:
        yield say("proves-witness", 2, witnesses=", ".join(sorted(witnesses)))
    yield ""
    yield say("not-proved")
    for key in ("not-true", "not-all", "not-later"):
        yield say(key, 2)
    yield say("not-when", 2, but=TEXTS[language]["but-witness"] if witnesses else "")
    for key in ("not-withheld", "not-stolen", "not-who"):
        yield say(key, 2)


def _released(entry: Entry, say: Any) -> Iterator[str]:
    shown = entry.released
    yield say(shown.how, 5, digest=entry.body)
    if shown.value is not None:
        text = json.dumps(shown.value, ensure_ascii=False, indent=2)
        for line in text[:_SHOWN].split("\n"):
            yield f"       {plain(line)}"
        if len(text) > _SHOWN:
            yield say("long", 7, count=len(text) - _SHOWN)
    for name, value in shown.fields:
        text = value if isinstance(value, str) else "; ".join(value)
        yield say("field", 7, name=name, value=text)
    if shown.withheld:
        yield say("withheld", 7, count=shown.withheld)


def failure(failed: VerificationFailure, language: Language) -> list[str]:
    """Return what does not hold, and what to do next."""
    texts = TEXTS[language]
    said = texts["fails"].format(flaw=FLAWS[language][failed.flaw])
    if failed.entry:
        said = texts["fails-at"].format(entry=failed.entry, said=said)
    about = [texts["about"].format(about=plain(failed.about))] if failed.about else []
    return [said, *about, texts["todo"]]


def value(found: Found) -> dict[str, Any]:
    """Return what was found as a JSON value, for programs."""
    logs = {id(log): number for number, log in enumerate(found.logs, 1)}
    return {
        "holds": True,
        "parties": [
            {
                "id": party.id,
                "name": party.name,
                "territory": party.territory,
                "fingerprint": party.fingerprint,
            }
            for party in found.parties()
        ],
        "logs": [_log(log) for log in found.logs],
        "entries": [
            {
                "log": logs[id(entry.log)],
                "index": entry.index,
                "id": entry.id,
                "sender": entry.log.sender.id,
                "receiver": entry.log.receiver.id,
                "said": entry.said,
                "at_the_latest": _earliest(entry.log),
                "method": entry.method,
                "target": entry.target,
                "status": entry.status,
                "replies_to": found.replies_to(entry),
                "digest": entry.body,
                "released": _shown(entry.released),
            }
            for entry in found.entries
        ],
    }


def _log(log: Log) -> dict[str, Any]:
    return {
        "sender": log.sender.id,
        "receiver": log.receiver.id,
        "size": log.size,
        "root": log.root.hex(),
        "cosigned": {"name": log.cosigned.name, "time": log.cosigned.time},
        "witnesses": [{"name": each.name, "time": each.time} for each in log.witnesses],
    }


def _shown(released: Released) -> dict[str, Any]:
    return {
        "how": released.how,
        "value": released.value,
        "fields": dict(released.fields),
        "withheld": released.withheld,
    }


def _earliest(log: Log) -> int:
    return min(each.time for each in (log.cosigned, *log.witnesses))


def failure_value(failed: VerificationFailure) -> dict[str, Any]:
    """Return what does not hold as a JSON value."""
    return {
        "holds": False,
        "flaw": str(failed.flaw),
        "entry": failed.entry,
        "about": failed.about,
    }


def when(seconds: int) -> str:
    """Return a time as ISO 8601 in UTC, or the number where no calendar has it."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return str(seconds)


def plain(text: str) -> str:
    """Return a text without control, direction and other invisible characters."""
    return "".join(char for char in text if not unicodedata.category(char).startswith("C"))

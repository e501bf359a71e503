"""The serving node and the check-up on the screen."""

from typing import Literal

from comity import texts
from comity.cli.output import Screen, plain
from comity.doctor import Finding
from comity.errors import ComityError
from comity.operations.registry import Model
from comity.serving import Started
from comity.texts import Language

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


class Serving(Model):
    """A node that serves, as `serve --json` says it."""

    id: str
    peer_host: str
    peer_port: int
    operators: str
    pid: int

    @classmethod
    def of(cls, started: Started) -> "Serving":
        """Take what can be said of a started node."""
        return cls(
            id=started.id,
            peer_host=started.peer_host,
            peer_port=started.peer_port,
            operators=started.operators,
            pid=started.pid,
        )


class Checked(Model):
    """One check, and what to do about it."""

    check: str
    outcome: Literal["ok", "warn", "fail"]
    code: str
    params: dict[str, str | int]
    what: str
    todo: str


class Checkup(Model):
    """All checks."""

    checks: tuple[Checked, ...]


def serving(screen: Screen, one: Serving) -> None:
    """Say where a node listens."""
    screen.say("say.serving", "bold", id=one.id)
    screen.facts(
        [
            ("peer-listener", f"https://{one.peer_host}:{one.peer_port}"),
            ("operators-listener", one.operators),
        ]
    )


def checkup(language: Language, findings: tuple[Finding, ...]) -> Checkup:
    """Say each finding in a language."""
    return Checkup(checks=tuple(_said(language, one) for one in findings))


def findings(screen: Screen, found: Checkup) -> None:
    """Show a check-up."""
    for one in found.checks:
        mark = screen.cell(screen.word("doctor", one.outcome))
        mark.stylize(_STYLES[one.outcome])
        mark.pad_right(6 - len(mark))
        screen.out.print(mark.append(plain(one.what), "default"), soft_wrap=True)
        if one.todo:
            screen.out.print(f"      {plain(one.todo)}", soft_wrap=True)


def _said(language: Language, one: Finding) -> Checked:
    if one.error is not None:
        said = texts.error(language, one.error)
    else:
        key = f"doctor.{one.check}.{one.said}"
        shown = dict(one.params)
        if isinstance(why := shown.get("why"), str):
            shown["why"] = texts.word(language, "frozen", why)
        todo = texts.text(language, f"{key}.todo", **shown) if one.outcome != "ok" else ""
        said = texts.Said(texts.text(language, key, **shown), todo)
    error: ComityError | None = one.error
    return Checked(
        check=one.check,
        outcome=one.outcome,
        code=str(error.code) if error else "",
        params=error.params if error else one.params,
        what=said.what,
        todo=said.todo,
    )

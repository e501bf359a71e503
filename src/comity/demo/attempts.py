"""The attempts themselves: one of each kind, and what the other side has to answer."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from comity.core.canonical import canonical
from comity.core.dsp.catalog import CatalogRequestMessage
from comity.core.dsp.transfer import TransferRequestMessage
from comity.demo.intruder import Came, Intruder, altered, came
from comity.demo.sides import HOST
from comity.demo.stage import Stage
from comity.errors import Code
from comity.limits import BODY_BYTES, DAY
from comity.operations import posture
from comity.protocol.base import DATA, DSP
from comity.protocol.catalog import MATCH


@dataclass(frozen=True, slots=True)
class Scene:
    """What an attempt may use."""

    stage: Stage
    intruder: Intruder


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing to try: what has to come back, and whether it enters the record as refused."""

    name: str
    expected: Came
    recorded: bool
    act: Callable[[Scene], Came]


def _command(scene: Scene) -> Came:
    """Ask the node to run a program."""
    target = f"{scene.intruder.base}{DATA}/run"
    return scene.intruder.say("unknown", target, canonical({"run": "uname -a"}))


def _quota(scene: Scene) -> Came:
    """Ask one token more than the day's quota has left."""
    mx, us = scene.stage.mx, scene.stage.us
    given = next(
        each
        for each in mx.run(posture.posture, peer=us.id).agreements
        if each.agreement == scene.intruder.agreement()
    )
    grant = given.terms.match if given.terms else None
    limit = grant.tokens_per_period if grant else None
    left = limit.count - given.tokens_used if limit else 0
    asked, _ = scene.intruder.question()
    target, body = scene.intruder.another_question(asked, left + 1)
    return scene.intruder.say("comity-question-1", target, body)


def _body(scene: Scene) -> Came:
    """Send one byte more than a body may have."""
    target = f"{scene.intruder.base}{DSP}/catalog/request"
    return came(scene.intruder.send(scene.intruder.forge(target, b" " * (BODY_BYTES + 1))))


def _replay(scene: Scene) -> Came:
    """Send a question that was answered before, byte for byte."""
    asked, answered = scene.intruder.question()
    again = scene.intruder.send(asked)
    # The stored reply, token included, and not a new one that says the same.
    return Came(again.status, "same-reply" if again == answered else "another-reply")


def _altered(scene: Scene) -> Came:
    """Send that question with one character changed."""
    asked, _ = scene.intruder.question()
    return came(scene.intruder.send(altered(asked)))


def _callback(scene: Scene) -> Came:
    """Ask to be called back at an address that is not the pinned one."""
    with socket.create_server((HOST, 0)) as elsewhere:
        message = TransferRequestMessage(
            consumer_pid="urn:uuid:00000000-0000-4000-8000-000000000000",
            agreement_id=scene.intruder.agreement(),
            format=MATCH,
            callback_address=f"https://{HOST}:{elsewhere.getsockname()[1]}{DSP}",
        )
        target = f"{scene.intruder.base}{DSP}/transfers/request"
        answer = scene.intruder.say("TransferRequestMessage", target, message.to_json())
        elsewhere.settimeout(1)
        try:
            elsewhere.accept()[0].close()
        except TimeoutError:
            return answer
    return Came(answer.status, "called-back")


def _stale(scene: Scene) -> Came:
    """Send a message whose time has passed."""
    then = scene.intruder.now() - DAY
    target = f"{scene.intruder.base}{DSP}/catalog/request"
    body = CatalogRequestMessage().to_json()
    return came(scene.intruder.send(scene.intruder.forge(target, body, issued=then)))


def _stranger(scene: Scene) -> Came:
    """Speak as somebody who is not pinned."""
    target = f"{scene.intruder.base}{DSP}/catalog/request"
    signer = scene.intruder.stranger()
    body = CatalogRequestMessage().to_json()
    issuer = "did:web:stranger.example"
    message = scene.intruder.forge(target, body, issuer=issuer, signer=signer)
    return came(scene.intruder.send(message))


def _suspended(scene: Scene) -> Came:
    """Ask one more token, after the agreement was suspended."""
    asked, _ = scene.intruder.question()
    target, body = scene.intruder.another_question(asked, 1)
    return scene.intruder.say("comity-question-1", target, body)


_UNIFORM = Came(401, Code.NOT_AUTHENTIC)
BEFORE = (
    Attempt("command", Came(404, Code.MESSAGE_UNKNOWN), True, _command),
    Attempt("quota", Came(429, Code.QUOTA_EXCEEDED), True, _quota),
    Attempt("body", Came(413, Code.BODY_TOO_LARGE), False, _body),
    Attempt("replay", Came(200, "same-reply"), False, _replay),
    Attempt("altered", _UNIFORM, False, _altered),
    Attempt("callback", Came(400, Code.ADDRESS_NOT_PINNED), True, _callback),
    Attempt("stale", _UNIFORM, False, _stale),
    Attempt("stranger", _UNIFORM, False, _stranger),
)
AFTER = Attempt("suspended", Came(400, Code.AGREEMENT_SUSPENDED), True, _suspended)

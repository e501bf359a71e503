"""The play itself: every step in its order, and the account at the end."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGHUP, SIGTERM, Signals, signal
from tempfile import TemporaryDirectory
from threading import current_thread, main_thread
from types import FrameType

from rich.console import Console

from comity import texts
from comity.demo import agreeing, asking, carried, closing, hostile, matching, meeting, proving
from comity.demo.account import (
    Account,
    Bytes,
    ClaimMade,
    ListUsed,
    LogVerified,
    PairFound,
    RefusalShown,
    RequestMade,
    StepTaken,
    crossed,
    list_used,
    pair_found,
    refusal_shown,
    request_made,
    verified,
)
from comity.demo.asking import Asked
from comity.demo.border import Border
from comity.demo.claims import Claims
from comity.demo.lists import Compared, choose
from comity.demo.screen import Screen
from comity.demo.sides import MX, US, Side
from comity.demo.stage import Stage
from comity.demo.versions import versions
from comity.edge import logs
from comity.errors import Code, ComityError
from comity.formats.synthetic import SIZE
from comity.operations import setup
from comity.texts import Language


@dataclass(slots=True)
class _Told:
    """What the account is made of, as far as the play got."""

    lists: dict[str, ListUsed] = field(default_factory=dict)
    pairs: tuple[PairFound, ...] = ()
    asked: dict[str, int] = field(default_factory=dict)
    requests: tuple[RequestMade, ...] = ()
    refusals: tuple[RefusalShown, ...] = ()
    record: tuple[LogVerified, ...] = ()
    crossed: Bytes | None = None
    couriers: int = 0
    kernel: str = ""
    stopped: str = ""


def run(
    mx: Path | None,
    us: Path | None,
    *,
    as_json: bool,
    keep: Path | None,
    language: Language,
    size: int = SIZE,
    console: Console | None = None,
    courier: bool = False,
) -> int:
    """Play the main job between two nodes, and give an account; return 0 where all of it held.

    `mx` and `us` name the lists; without them, those in COMITY_LISTS, or synthetic ones of `size`
    records a side. `keep` is a new folder in which both nodes stay. With `courier`, no network
    connects them: files are carried. Raises FILE_MISSING, ARGUMENT_INVALID, FILE_EXISTS.
    """
    # What is refused is shown by the play; the lines of its own node would only come between.
    logs.configure("error")
    shown = console or Console()
    screen = Screen(language, shown, quiet=as_json)
    claims = Claims(screen)
    told, begun = _Told(), time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(signals())
        base = folder(stack, keep)
        lists = choose(mx, us, base / "lists", size)
        mail = carried.Mail(base / "mail") if courier else None
        border = None if mail else stack.enter_context(Border())
        sides = [
            carried.CourierSide(party, base, mail) if mail else Side(party, base)
            for party in (MX, US)
        ]
        for side in sides:
            stack.callback(side.kill)
        stage = Stage(screen, claims, sides[0], sides[1], border, lists, base)
        screen.say("opening-courier" if mail else "opening")
        try:
            if mail:
                _play_carried(stage, told, mail)
            else:
                _play(stage, told)
        except ComityError as error:
            told.stopped = str(error)
            said = texts.error(language, error)
            claims.check("to-the-end", False, what=said.what, todo=said.todo)
        seconds = round(time.monotonic() - begun, 1)
        account = _account(stage, told, seconds)
    if as_json:
        shown.file.write(account.model_dump_json(indent=2) + "\n")
    else:
        closing.show(screen, account, keep)
    return 0 if account.ok else 1


def _play(stage: Stage, told: _Told) -> None:
    """Play every step."""
    compared, asked = _main_job(stage, told)
    with stage.step("posture"):
        proving.show_posture(stage)
        refused = hostile.attempt_all(stage)
        told.refusals = tuple(refusal_shown(one) for one in refused)
        told.record = verified(proving.verify(stage, "still-equal"))
        proving.figures(stage)
    with stage.step("border"):
        told.crossed = crossed(stage, closing.last_record(stage))
        closing.search(stage, compared, asking.released(asked))


def _play_carried(stage: Stage, told: _Told, mail: carried.Mail) -> None:
    """Play every step without a network; the attempts are those on a file."""
    mail.folder.mkdir(mode=0o700)
    stage.bring = lambda: mail.there_and_back(mail.sides[1])
    carried.watch_sockets()
    compared, asked = _main_job(stage, told, lambda: carried.link(stage))
    with stage.step("courier"):
        carried.attempt_all(stage, mail)
        told.couriers = len(mail.files)
        told.record = verified(proving.verify(stage, "equal"))
    with stage.step("posture"):
        proving.show_posture(stage)
    with stage.step("border"):
        closing.search(stage, compared, asking.released(asked))


def _main_job(
    stage: Stage, told: _Told, pinned: Callable[[], None] = lambda: None
) -> tuple[Compared, list[Asked]]:
    """Play what both sides do with each other. `pinned` is called once they are pinned."""
    with stage.step("create"):
        spoken = meeting.create(stage)
        told.kernel = stage.us.run(setup.show).kernel
    with stage.step("pin"):
        meeting.pin(stage, spoken)
        pinned()
    with stage.step("load"):
        loaded, compared = meeting.load(stage)
        told.lists = {key: list_used(stage.lists, key, shown) for key, shown in loaded.items()}
    with stage.step("agree"):
        agreeing.with_counter(stage, compared.questions)
    with stage.step("match"):
        matched, pairs = matching.match(stage, compared)
        told.asked = matched.asked
        told.pairs = tuple(pair_found(pair, compared.us[pair.hit.record]) for pair in pairs)
        agreeing.as_offered(stage)
        matching.check_one(stage, compared, pairs)
    with stage.step("ask"):
        asked = asking.ask(stage, compared, pairs)
        told.requests = tuple(request_made(one) for one in asked)
    with stage.step("record"):
        # The last word of each side is told to the other before they compare.
        stage.bring()
        stage.bring()
        told.record = verified(proving.verify(stage, "equal"))
        proving.show_record(stage)
    return compared, asked


def _account(stage: Stage, told: _Told, seconds: float) -> Account:
    failures = tuple(claim.text for claim in stage.claims.failures)
    return Account(
        ok=not failures,
        lists=told.lists,
        lists_kind=stage.lists.kind,
        pairs=told.pairs,
        asked=told.asked,
        requests=told.requests,
        refusals=told.refusals,
        record=told.record,
        bytes=told.crossed,
        couriers=told.couriers,
        steps=tuple(StepTaken(step=each.step, seconds=each.seconds) for each in stage.times),
        seconds=seconds,
        versions=versions(told.kernel),
        claims=tuple(
            ClaimMade(name=claim.name, text=claim.text, held=claim.held)
            for claim in stage.claims.made
        ),
        failures=failures,
        stopped=told.stopped,
    )


def folder(stack: ExitStack, keep: Path | None) -> Path:
    """Return where both nodes go. Raises FILE_EXISTS."""
    if keep is None:
        return Path(stack.enter_context(TemporaryDirectory(prefix="comity-demo-")))
    if keep.exists() and any(keep.iterdir()):
        raise ComityError(Code.FILE_EXISTS, file=str(keep))
    keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    return keep.resolve()


@contextmanager
def signals() -> Iterator[None]:
    """Leave as with Ctrl-C when told to end, so that no node is left behind."""
    if current_thread() is not main_thread():
        yield
        return

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {each: signal(each, leave) for each in (SIGTERM, SIGHUP)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal(Signals(each), handler)

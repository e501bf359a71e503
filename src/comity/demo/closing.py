"""The end of the play: what crossed the border, what did not, and the account on the screen."""

from pathlib import Path

from comity.demo import crossed
from comity.demo.account import Account, Crossed
from comity.demo.lists import Compared
from comity.demo.screen import Screen
from comity.demo.stage import Stage
from comity.operations import records
from comity.operations.records import RecordShown


def last_record(stage: Stage) -> RecordShown:
    """Return the whole record, as the United States side has it."""
    return stage.us.run(records.show, peer=stage.mx.id)


def search(stage: Stage, compared: Compared, released: list[str]) -> None:
    """Stop both nodes, and search what was said for what must not have been said."""
    for side in stage.sides:
        side.stop()
    said = crossed.everything(stage.us, stage.mx.id)
    both = [*compared.mx.values(), *compared.us.values()]
    texts = sum(len(each.names) + len(each.identifiers) for each in both)
    found = crossed.leaked(said, both, released)
    control = all(text.casefold() in said.text for text in released[:1])
    stage.claims.check(
        "unsaid", not found and control, texts=texts, bytes=len(said.raw), found=len(found)
    )
    folders = [side.folder for side in stage.sides]
    officers = [side.party.officer for side in stage.sides if side.party.officer in said.text]
    stage.claims.check("keys-at-home", not officers and crossed.keys_in(said, folders) == 0)


def show(screen: Screen, account: Account, keep: Path | None) -> None:
    """Show the account."""
    screen.title("account.title")
    if not account.stopped:
        _show_what_happened(screen, account)
    screen.say("times", "bold")
    screen.facts_of(
        [(screen.text(f"step.{each.step}"), f"{each.seconds:6.1f} s") for each in account.steps]
    )
    screen.facts_of([(screen.label("total"), f"{account.seconds:6.1f} s")])
    screen.facts(
        [
            (
                "lists",
                ", ".join(f"{each.name} ({each.records:,})" for each in account.lists.values()),
            ),
            ("versions", ", ".join(f"{name} {text}" for name, text in account.versions.items())),
            ("kept", str(keep) if keep else ""),
        ]
    )
    screen.blank()
    if account.ok:
        screen.say("all-held", "bold green", count=len(account.claims))
    else:
        screen.say("not-held", "bold red", count=len(account.failures))
        for text in account.failures:
            screen.claim(text, held=False)


def _show_what_happened(screen: Screen, account: Account) -> None:
    for heading, lines in (("us-learned", _us_learned), ("mx-learned", _mx_learned)):
        screen.say(heading, "bold")
        for text in lines(screen, account):
            screen.line(text)
    if account.bytes is not None:
        screen.say("crossed", "bold")
        screen.table(
            ["direction", "#messages", "#bytes-signed", "#bytes-tls"],
            [
                _direction(screen, "us-to-mx", account.bytes.us_to_mx),
                _direction(screen, "mx-to-us", account.bytes.mx_to_us),
            ],
        )
    if _held(account, "unsaid") and _held(account, "keys-at-home"):
        screen.say("never", "bold")
        screen.line(screen.text("account.never"))


def _held(account: Account, name: str) -> bool:
    return any(claim.name == name and claim.held for claim in account.claims)


def _us_learned(screen: Screen, account: Account) -> list[str]:
    answered = [each for each in account.requests if each.state == "answered"]
    found = screen.text(
        "account.us-pairs",
        pairs=len(account.pairs),
        records=account.lists["us"].records if account.lists else 0,
        hits=sum(len(each.families) for each in account.pairs),
    )
    fields = [
        screen.text(
            "account.us-fields",
            count=len(each.fields),
            handling=each.handling,
            fields=screen.words("field", [field.name for field in each.fields]),
        )
        for each in answered
    ]
    rest = screen.text("account.us-rest")
    return [found, *fields, rest]


def _mx_learned(screen: Screen, account: Account) -> list[str]:
    asked = ", ".join(
        f"{screen.word('family', family)} {count:,}" for family, count in account.asked.items()
    )
    learned = [screen.text("account.mx-asked", asked=asked)]
    if account.requests:
        learned.append(screen.text("account.mx-requests", count=len(account.requests)))
    if _held(account, "checked"):
        learned.append(screen.text("account.mx-rest"))
    return learned


def _direction(screen: Screen, key: str, one: Crossed) -> tuple[str, str, str, str]:
    return (
        screen.label(key),
        f"{one.messages:,}",
        f"{one.bytes:,}",
        f"{one.tls_bytes:,}",
    )

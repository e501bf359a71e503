"""Lists, records and load reports on the screen."""

from comity.cli.output import Screen
from comity.formats.report import Tally
from comity.operations.holdings import FileShown, Holdings, HoldingsShown, RecordArgs, RecordShown


def loaded(screen: Screen, one: HoldingsShown) -> None:
    """Show a dataset, and what came of loading it."""
    report = one.report
    screen.facts(
        [
            ("dataset", one.dataset),
            ("title", one.title),
            ("format", report.format),
            ("as-of", report.as_of),
            ("encoding", report.encoding),
            ("rows", report.rows),
            ("records", one.records),
            ("withheld", one.withheld),
            ("aliases", report.aliases),
            *(
                ("identifiers", f"{screen.word('family', each.family)}: {each.count:,}")
                for each in report.identifiers
            ),
            *(
                ("file", f"{each.name}, {each.bytes:,} bytes, SHA-256 {each.sha256}")
                for each in report.files
            ),
            ("digest", _digest(one.file)),
        ]
    )
    _tallies(screen, "say.set-aside", "set-aside", report.set_aside)
    _tallies(screen, "say.warnings", "warn", report.warnings)


def filed(screen: Screen, one: HoldingsShown) -> None:
    """Say which file a dataset has."""
    if one.file is not None:
        digest = one.file.sha256
        screen.say("say.file-kept", dataset=one.dataset, bytes=one.file.size, digest=digest)


def holdings(screen: Screen, found: Holdings) -> None:
    """List datasets."""
    screen.table(
        ["dataset", "title", "format", "as-of", "records", "withheld"],
        [
            [one.dataset, one.title, one.report.format, one.report.as_of, one.records, one.withheld]
            for one in found.holdings
        ],
        empty="say.no-holdings",
    )


def record(screen: Screen, shown: RecordShown) -> None:
    """Show a record as it is held."""
    held = shown.record
    screen.facts(
        [
            ("dataset", shown.dataset),
            ("record", held.id),
            ("kind", screen.word("kind", held.kind)),
            ("withheld", held.withheld),
            *(("name", name) for name in held.names),
            *(
                ("identifier", f"{screen.word('family', one.family)} {one.value} {one.country}")
                for one in held.identifiers
            ),
            *(("status", f"{one.value} {one.as_of or ''}") for one in held.statuses),
            *(("birth-date", birth) for birth in held.birth_dates),
            *(("address", address) for address in held.addresses),
            *(("program", program) for program in held.programs),
            *(("note", note) for note in held.notes),
        ]
    )


def withheld(screen: Screen, args: RecordArgs) -> None:
    """Say that a record is withheld."""
    screen.say("say.withheld", record=args.record, dataset=args.dataset)


def shared(screen: Screen, args: RecordArgs) -> None:
    """Say that a record is no longer withheld."""
    screen.say("say.shared", record=args.record, dataset=args.dataset)


def _digest(file: FileShown | None) -> str:
    return f"{file.media_type}, {file.size:,} bytes, SHA-256 {file.sha256}" if file else ""


def _tallies(screen: Screen, heading: str, group: str, tallies: tuple[Tally, ...]) -> None:
    if not tallies:
        return
    screen.say(heading, "bold")
    screen.table(
        ["count", "why", "examples"],
        [[one.count, screen.word(group, one.code), ", ".join(one.examples[:3])] for one in tallies],
    )

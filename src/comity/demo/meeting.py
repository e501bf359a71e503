"""Steps 1 to 3: two nodes are made, pin each other, and load their lists."""

from comity.core import identity
from comity.demo.lists import Compared, ListFile, compare
from comity.demo.sides import Side, free_ports
from comity.demo.stage import Stage
from comity.errors import Code, ComityError
from comity.formats.report import LoadReport, Tally
from comity.node import KEYS
from comity.operations import holdings, peers, setup


def create(stage: Stage) -> dict[str, str]:
    """Make both nodes and serve them; return each side's fingerprint."""
    screen, made = stage.screen, {}
    for side in stage.sides:
        address, listener = _place(stage, side)
        created = side.create(address, listener, screen.language)
        made[side.party.key] = created.fingerprint
        screen.say("side", "bold", side=side.name, name=created.name)
        screen.facts(
            [
                ("id", created.id),
                ("territory", created.territory),
                ("address", address),
                ("fingerprint", created.fingerprint),
                ("recovery", created.recovery_file),
            ]
        )
    for side in stage.sides:
        side.start()
    for side in stage.sides:
        side.ready()
    documents = [identity.read(side.run(setup.show).document) for side in stage.sides]
    keys = {getattr(document.keys, use) for document in documents for use in KEYS}
    apart = (
        len(keys) == len(KEYS) * 2
        and len({document.certificate for document in documents}) == 2
        and (stage.border is None or stage.mx.pid != stage.us.pid)
        and all((side.folder / "comity.db").is_file() for side in stage.sides)
    )
    if stage.border is None:
        stage.claims.check("apart-here", apart)
    else:
        stage.claims.check("apart", apart, mx=str(stage.mx.pid), us=str(stage.us.pid))
    return made


def _place(stage: Stage, side: Side) -> tuple[str, int]:
    """Return the address of a side, and the port that it listens on."""
    if stage.border is None:
        # Nobody calls it: what is said with the other side is carried.
        return f"https://{side.party.key}.example:8443", 8443
    [listener] = free_ports(1)
    crossing = stage.border.crossing(listener)
    stage.crossings[side.party.key] = crossing
    return f"https://127.0.0.1:{crossing.port}", listener


def pin(stage: Stage, spoken: dict[str, str]) -> None:
    """Let each side pin the other, by the fingerprint that it was told."""
    screen = stage.screen
    for here, there in ((stage.mx, stage.us), (stage.us, stage.mx)):
        document = there.run(setup.show).document
        read = here.run(peers.peer_read, document=document)
        told = spoken[there.party.key]
        screen.say("compare", name=here.name, peer=read.name)
        screen.facts([("in-document", read.fingerprint), ("told", told)])
        try:
            here.run(peers.peer_add, document=document, fingerprint=_misheard(told))
            refused = False
        except ComityError as error:
            refused = error.code is Code.FINGERPRINT_MISMATCH
        here.run(peers.peer_add, document=document, fingerprint=told)
        pinned = here.run(peers.peer_list).peers
        stage.claims.check("misheard", refused)
        stage.claims.check(
            "pinned",
            [peer.id for peer in pinned] == [there.id] and read.fingerprint == told,
            name=here.name,
            peer=there.name,
        )


def load(stage: Stage) -> tuple[dict[str, holdings.HoldingsShown], Compared]:
    """Load each side's list, and lay both side by side: the play may, the nodes may not."""
    screen, loaded = stage.screen, {}
    screen.say(f"lists-{stage.lists.kind}")
    for side, file in ((stage.mx, stage.lists.mx), (stage.us, stage.lists.us)):
        shown = _load(stage, side, file)
        loaded[side.party.key] = shown
        source = shown.report.files[0].name
        screen.say("loaded", "bold", name=side.name, title=shown.title, file=source)
        screen.facts_of(_report(stage, shown.report))
    compared = compare(stage.lists, [shown.report for shown in loaded.values()])
    both = loaded["mx"].records == len(compared.mx) and loaded["us"].records == len(compared.us)
    stage.claims.check("loaded", both, mx=len(compared.mx), us=len(compared.us))
    apart = compared.apart
    stage.us.run(holdings.withhold, dataset=stage.lists.us.dataset, record=apart.id)
    held = stage.us.run(holdings.holdings_list).holdings
    name = stage.us.name
    stage.claims.check("withheld", held[0].withheld == 1, name=name, record=apart.id)
    return loaded, compared


def _load(stage: Stage, side: Side, file: ListFile) -> holdings.HoldingsShown:
    with stage.screen.bar("load", name=side.name) as progress:
        return side.run(
            holdings.load,
            progress,
            path=str(file.path.resolve()),
            format=file.format,
            dataset=file.dataset,
            title=file.title,
            mapping=file.mapping,
        )


def _report(stage: Stage, report: LoadReport) -> list[tuple[str, str]]:
    screen = stage.screen

    def tallies(label: str, group: str, found: tuple[Tally, ...]) -> list[tuple[str, str]]:
        return [
            (
                "" if number else screen.label(label),
                f"{one.count:,}: {screen.word(group, one.code)}",
            )
            for number, one in enumerate(found)
        ]

    identifiers = ", ".join(
        f"{screen.word('family', one.family.value)} {one.count:,}" for one in report.identifiers
    )
    return [
        (screen.label("rows"), f"{report.rows:,}"),
        (screen.label("records"), f"{report.records:,}"),
        (screen.label("aliases"), f"{report.aliases:,}"),
        (screen.label("identifiers"), identifiers),
        *tallies("set-aside", "set-aside", report.set_aside),
        *tallies("warnings", "warn", report.warnings),
        (screen.label("digest"), f"SHA-256 {report.files[0].sha256[:16]}…"),
    ]


def _misheard(fingerprint: str) -> str:
    """Return a fingerprint with its last digit changed."""
    return fingerprint[:-1] + str((int(fingerprint[-1]) + 1) % 10)

"""The documents against the code: what they name exists, what they show is what it does."""

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import typer
from bench import proofs
from typer.core import TyperGroup

import comity
from comity import limits
from comity.cli.app import app
from comity.edge.config import ENVIRONMENT, SETTINGS
from comity.errors import Code
from documents import measured
from documents.blocks import DOCUMENTS, plots, refreshed, unused
from documents.marks import ROOT, filled, found_in

PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SOURCES: Final = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")])
GUIDES: Final = ("README.md", "CONTRIBUTING.md")
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_TEST: Final = re.compile(r"(?:tests/)?((?:\w+/)*test_\w+\.py)::(test_\w+)")
_UNITS: Final = {"KIB", "MIB", "HOUR", "DAY"}


def _read(path: Path | str) -> str:
    return (ROOT / path).read_text("utf-8")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _shell(text: str) -> Iterator[str]:
    """Yield the lines of shell blocks."""
    for match in _FENCE.finditer(text):
        if match[1] == "sh":
            yield from match[2].replace("\\\n", " ").splitlines()


def _prose(text: str) -> str:
    """Return a page without its blocks of code."""
    return _FENCE.sub("", text)


def _first_cells(block: str) -> list[str]:
    """Return the first column of a table, without its head."""
    rows = [line.split("|")[1].strip(" `") for line in block.splitlines() if line.startswith("|")]
    return rows[2:]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_generated_blocks_are_what_the_code_says(name: str) -> None:
    assert _read(name) == refreshed(name), "run `make docs`"


@pytest.mark.parametrize("path", plots(), ids=lambda path: path.name)
def test_plots_are_of_the_figures(path: Path) -> None:
    assert path.read_text("utf-8") == plots()[path], "run `make docs`"


def test_proofs_are_of_the_sizes_that_are_measured() -> None:
    sizes = [each["entries"] for each in measured.of_proofs()]
    assert sizes == list(proofs.SIZES)


def test_proofs_are_measured_as_the_page_says() -> None:
    (found,) = proofs.measure((300,))
    assert (found["entries"], found["proof_bytes"] < found["evidence_bytes"]) == (300, True)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_generated_block_has_its_place(name: str) -> None:
    assert unused(name) == set()


def test_a_block_that_nobody_writes_is_an_error() -> None:
    page = "<!-- begin one -->\nold\n<!-- end one -->\n"
    assert filled(page, {"one": "new"}) == "<!-- begin one -->\n\nnew\n\n<!-- end one -->\n"
    with pytest.raises(KeyError):
        filled(page, {})


@pytest.mark.parametrize(
    "page",
    [
        "<!-- begin one -->\n",
        "<!-- begin one -->\n<!-- end other -->\n",
        "<!-- begin one -->\n<!-- end one -->\n<!-- begin one -->\n<!-- end one -->\n",
    ],
    ids=["no-end", "another-end", "twice"],
)
def test_broken_marks(page: str) -> None:
    with pytest.raises(ValueError, match="mark"):
        found_in(page)


def test_every_code_and_every_limit_is_in_the_protocol() -> None:
    blocks = found_in(_read("docs/PROTOCOL.md"))
    assert _first_cells(blocks["codes"]) == [str(code) for code in Code]
    bounds = {name for name in vars(limits) if name.isupper()} - _UNITS
    assert set(_first_cells(blocks["limits"])) == bounds


def test_every_setting_is_in_the_readme() -> None:
    blocks = found_in(_read("README.md"))
    assert _first_cells(blocks["settings"]) == list(SETTINGS)
    assert _first_cells(blocks["environment"]) == list(ENVIRONMENT)


# --- commands ----------------------------------------------------------------------------------


def _parsed(words: list[str]) -> None:
    """Parse a whole command line with the real application, and run nothing."""
    command, name, rest, parent = typer.main.get_command(app), "comity", words, None
    while True:
        context = command.make_context(name, list(rest), parent=parent)
        rest = [*context._protected_args, *context.args]
        if not isinstance(command, TyperGroup) or not rest:
            return
        found, inner, rest = command.resolve_command(context, rest)
        assert inner is not None
        command, name, parent = inner, found or "", context


def _named(words: list[str]) -> None:
    """Look up the command that a line in the text names; what stands behind it may be anything."""
    command = typer.main.get_command(app)
    for word in words:
        if word.startswith("-") or not isinstance(command, TyperGroup):
            return
        assert word in command.commands, word
        command = command.commands[word]


COMMANDS: Final = [
    (page, line)
    for page in GUIDES
    for line in _shell(_read(page))
    if line.split("#")[0].strip().startswith("comity ")
]
MENTIONED: Final = sorted(
    {
        (_name(page), code)
        for page in PAGES
        for code in _CODE.findall(_prose(_read(page)))
        if code.startswith("comity ")
    }
)


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_commands_of_the_guides_are_taken_by_the_program(page: str, line: str) -> None:
    words = shlex.split(line.partition(" > ")[0], comments=True)
    _parsed(words[1:])


@pytest.mark.parametrize(("page", "code"), MENTIONED)
def test_commands_in_the_text_exist(page: str, code: str) -> None:
    _named(shlex.split(code)[1:])


@pytest.mark.parametrize(
    "line",
    ["comity fetch", "comity match", "comity hits --peer X", "comity record forget PEER"],
)
def test_commands_that_do_not_exist_are_noticed(line: str) -> None:
    with pytest.raises(Exception, match=r"No such|Missing"):
        _parsed(shlex.split(line)[1:])


def test_the_guide_walks_through_the_main_job_in_its_order() -> None:
    lines = [line for page, line in COMMANDS if page == "README.md"]
    steps = (
        *("init", "peer add", "peer list", "holdings load", "serve", "offer make", "catalog"),
        *("negotiate", "negotiations accept", "tag", "match", "check", "ask", "inbox", "approve"),
        *("decline", "record verify", "record show", "posture", "agreements suspend"),
    )
    places = [
        next(at for at, line in enumerate(lines) if line.startswith(f"comity {step}"))
        for step in steps
    ]
    assert places == sorted(places)


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", _read("Makefile"), re.MULTILINE))
    for page in PAGES:
        text = _read(page)
        named = [line for line in _shell(text) if line.startswith("make ")]
        named += [code for code in _CODE.findall(_prose(text)) if code.startswith("make ")]
        for line in named:
            assert line.split()[1] in targets, f"{_name(page)}: {line}"


# --- tests, links, decisions -------------------------------------------------------------------


@cache
def _tests_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("page", ["README.md", "docs/THREATS.md"])
def test_every_test_that_is_named_exists(page: str) -> None:
    named = _TEST.findall(_read(page))
    assert named
    for file, test in named:
        path = ROOT / "tests" / file
        assert path.exists(), file
        assert test in _tests_in(path), f"{file}::{test}"


def test_every_claim_of_the_tables_names_a_test() -> None:
    for page, heading in (
        ("README.md", "## The seven terms"),
        ("docs/THREATS.md", "## What is defended"),
    ):
        part = _read(page).partition(heading)[2].partition("\n## ")[0]
        rows = [line for line in part.splitlines() if line.startswith("|")][2:]
        assert rows
        for row in rows:
            assert _TEST.search(row.split("|")[-2]), row


def test_the_seven_terms_are_seven_and_have_a_state() -> None:
    rows = re.findall(r"^\| (T\d) \|.*?\|.*?\| (\w+)", _read("README.md"), re.MULTILINE)
    assert [term for term, _ in rows] == [f"T{n}" for n in range(1, 8)]
    assert {state for _, state in rows} <= {"shown", "partly", "not"}


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", _prose(page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


def test_operations_that_are_named_exist() -> None:
    table = _read("docs/ARCHITECTURE.md").partition("| in `operations/` |")[2].partition("\n\n")[0]
    named = [name for line in table.splitlines()[2:] for name in _CODE.findall(line)]
    assert named
    assert all((ROOT / f"src/comity/operations/{name}.py").is_file() for name in named), named


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for link, picture in _LINK.findall(_prose(page.read_text("utf-8"))):
        target, _, anchor = (link or picture).partition("#")
        if target.startswith("https://"):
            continue
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), target
        assert path.is_relative_to(ROOT), target
        if anchor:
            assert anchor in _anchors(path), link


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = re.findall(
        r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \|$", _read(folder / "README.md"), re.MULTILINE
    )
    files = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [file for _, file, _ in index] == files
    for number, (given, file, title) in enumerate(index, 1):
        assert given == f"{number:04}"
        (
            first,
            *_,
        ) = (folder / file).read_text("utf-8").splitlines()
        assert first == f"# {given}: {title}"
        text = (folder / file).read_text("utf-8")
        assert [
            part for part in ("## Context", "## Decision", "## Consequences") if part not in text
        ] == []


def test_what_the_source_cites_is_written_down() -> None:
    points = {*re.findall(r"\*\*(D\d+)\*\*", _read("docs/ARCHITECTURE.md"))}
    terms = {*re.findall(r"^\| (T\d) \|", _read("README.md"), re.MULTILINE)}
    decisions = {path.stem for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    for source in SOURCES:
        text = source.read_text("utf-8")
        cited = set(re.findall(r"DESIGN(?:\.md)? ([DT]\d+)", text))
        assert cited <= points | terms, f"{_name(source)}: {cited - points - terms}"
        linked = set(re.findall(r"docs/decisions/(\d{4}[\w-]*)", text))
        assert linked <= decisions, f"{_name(source)}: {linked - decisions}"


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_path_of_a_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"(?<![\w.~])/(?:work|root|home|tmp|Users)/\S*", text) == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_nothing_is_left_to_be_filled_in(page: Path) -> None:
    assert re.findall(r"TODO|FIXME|@[A-Z]+@", _prose(page.read_text("utf-8"))) == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_lines_can_be_read_without_a_reader(page: Path) -> None:
    text = _FENCE.sub("", page.read_text("utf-8"))
    long = [line for line in text.splitlines() if len(line) > 110 and not line.startswith("|")]
    assert long == []


def test_the_changelog_has_this_version() -> None:
    assert f"## [{comity.__version__}]" in _read("CHANGELOG.md")

"""The help reads like one thing: every command says what it does and takes what all take."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

import comity.cli
from comity.cli import panels
from comity.cli.app import ORDER, app
from comity.operations import find, names
from comity.operations.registry import Operation
from commands import RUNNER

ROOT = typer.main.get_command(app)
SOURCES = sorted(Path(comity.cli.__file__).parent.rglob("*.py"))
EVERYWHERE = {"--folder", "--as", "--language", "--json", "--quiet"}


def walk(group: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command and group with its whole name."""
    for name, found in group.commands.items():
        yield (*path, name), found
        if isinstance(found, TyperGroup):
            yield from walk(found, (*path, name))


assert isinstance(ROOT, TyperGroup)
COMMANDS = dict(walk(ROOT))
LEAVES = {path: found for path, found in COMMANDS.items() if not isinstance(found, TyperGroup)}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does(path: tuple[str, ...]) -> None:
    first = (COMMANDS[path].help or "").split("\n\n")[0]
    assert 10 < len(first) < 120
    assert first[0].isupper()
    assert first.endswith(".")


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_takes_what_all_take(path: tuple[str, ...]) -> None:
    found = {option for each in LEAVES[path].params for option in each.opts}
    assert found >= EVERYWHERE


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_argument_and_option_is_explained(path: tuple[str, ...]) -> None:
    for each in LEAVES[path].params:
        assert getattr(each, "help", ""), each.name


def test_the_order_names_every_command_once() -> None:
    assert isinstance(ROOT, TyperGroup)
    assert sorted(ORDER) == sorted(ROOT.commands)


def test_the_help_shows_the_panels_in_order() -> None:
    shown = RUNNER.invoke(app, ["--help"]).stdout
    titles = re.findall(r"╭─ ([A-Z][a-z ]+?) ─", shown)
    wanted = [value for name, value in vars(panels).items() if name.isupper()]
    assert titles == ["Options", "Options of every command", *wanted]
    assert "A first time through" in shown


def called() -> set[str]:
    """Return the names of the operations that commands call: `session.run(module.operation, …)`."""
    found = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                continue
            module = {"operations": "posture"}.get(node.value.id, node.value.id)
            try:
                candidate = getattr(import_module(f"comity.operations.{module}"), node.attr, None)
            except ModuleNotFoundError:
                continue
            if isinstance(candidate, Operation):
                found.add(candidate.name)
    return found


def test_every_operation_is_reached_by_a_command() -> None:
    assert called() == set(names())
    assert all(find(name) for name in names())


def test_the_version_is_printed() -> None:
    assert re.fullmatch(r"comity \d+\.\d+\.\d+\n", RUNNER.invoke(app, ["--version"]).stdout)

"""What is installed: the package and nothing else, and no way to believe another verifier."""

import ast
import configparser
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from comity.edge.config import SETTINGS
from tck import verifier

ROOT = Path(__file__).parent.parent
LOADERS = {
    "__import__",
    "entry_points",
    "eval",
    "exec",
    "run_path",
    "run_module",
    "spec_from_file_location",
}
VARIABLES = {"COMITY_FOLDER", "COMITY_OFFICER_TOKEN_FILE", "COMITY_LISTS", "COMITY_KERNEL"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build the wheel with the backend that installs use; return its files."""
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(built) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def nodes(wheel: dict[str, bytes]) -> Iterator[tuple[str, ast.AST]]:
    """Give everything that the package's source says, with the file that says it."""
    for name, source in wheel.items():
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(source)):
                yield name, node


def test_only_the_package_is_in_it(wheel: dict[str, bytes]) -> None:
    assert {name.split("/")[0].removesuffix(".dist-info") for name in wheel} == {
        "comity",
        "comity-0.1.0",
        "comity_verify",
    }
    assert "comity/exchange.py" in wheel
    sources = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("*.py")}
    assert {name for name in wheel if name.endswith(".py")} == sources


def test_nothing_of_the_harness_is_in_it(wheel: dict[str, bytes]) -> None:
    marks = {verifier.STATIC, verifier.PARTICIPANT, "WayIn", "WayOut", "dataspacetck"}
    files = (ROOT / "tests" / "tck").glob("*.py")
    assert marks <= set(re.findall(r"[\w-]+", " ".join(path.read_text("utf-8") for path in files)))
    for name, content in wheel.items():
        if not name.endswith("METADATA"):
            assert not {mark for mark in marks if mark.encode() in content}, name


def test_it_has_two_commands_and_takes_no_plugins(wheel: dict[str, bytes]) -> None:
    parser = configparser.ConfigParser()
    parser.read_string(wheel["comity-0.1.0.dist-info/entry_points.txt"].decode())
    assert {section: dict(parser[section]) for section in parser.sections()} == {
        "console_scripts": {
            "comity": "comity.cli:main",
            "comity-verify": "comity_verify.main:main",
        }
    }


def test_there_is_one_verifier(wheel: dict[str, bytes]) -> None:
    found = set()
    for _, node in nodes(wheel):
        if isinstance(node, ast.ClassDef):
            methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
            if {"request", "response"} <= methods:
                found.add(node.name)
    assert found == {"Authenticator", "TokenAuthenticator"}


def test_no_code_of_the_package_names_another_verifier(wheel: dict[str, bytes]) -> None:
    for name, node in nodes(wheel):
        if isinstance(node, ast.Call):
            assert "authenticator" not in {each.arg for each in node.keywords}, name


def test_no_code_is_loaded_by_a_name_from_outside(wheel: dict[str, bytes]) -> None:
    for name, node in nodes(wheel):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        assert called not in LOADERS, name
        if called == "import_module":
            (argument,) = node.args
            assert isinstance(argument, ast.Constant), name
            assert str(argument.value).startswith("comity."), name


def test_no_setting_and_no_variable_is_about_it(wheel: dict[str, bytes]) -> None:
    about = re.compile(r"auth|verif|trust|insecure|static|test|tck", re.IGNORECASE)
    assert not [setting for setting in SETTINGS if about.search(setting)]
    read = {
        node.value
        for _, node in nodes(wheel)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"COMITY_[A-Z_]+", node.value)
    }
    assert read == VARIABLES

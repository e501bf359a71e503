"""The verifier as a package of its own: one dependency, few files, and it works by itself."""

import ast
import configparser
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import comity_verify
from comity import limits
from comity_verify import evidence, identity, notes
from nodes import Pair
from verify.told import answered, files, prove

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted(Path(comity_verify.__file__).parent.glob("*.py"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as an install does."""
    folder = tmp_path_factory.mktemp("verifier")
    builder = WheelBuilder(str(ROOT / "verifier"))
    (built,) = builder.build(directory=str(folder), versions=["standard"])
    return Path(built)


def test_it_has_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (about,) = (name for name in names if name.endswith("/METADATA"))
        told = message_from_bytes(archive.read(about))
        parser = configparser.ConfigParser()
        parser.read_string(archive.read(about.replace("METADATA", "entry_points.txt")).decode())
    files = {name for name in names if not name.startswith("comity_verify-")}
    assert files == {f"comity_verify/{path.name}" for path in SOURCES} | {"comity_verify/py.typed"}
    (needs,) = told.get_all("Requires-Dist") or []
    assert needs.startswith("cryptography")
    assert dict(parser["console_scripts"]) == {"comity-verify": "comity_verify.main:main"}


def test_it_is_small_and_uses_one_library() -> None:
    lines, imported = 0, set()
    for path in SOURCES:
        text = path.read_text("utf-8")
        lines += len(text.splitlines())
        assert len(text.splitlines()) <= 200, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    assert imported - sys.stdlib_module_names == {"cryptography", "comity_verify"}
    assert not imported & {"socket", "ssl", "urllib", "http", "sqlite3", "subprocess"}
    assert lines < 1_500


def test_its_bounds_are_those_of_the_node() -> None:
    assert evidence.BYTES == limits.EVIDENCE_BYTES
    assert evidence.ENTRIES == limits.EVIDENCE_ENTRIES
    assert identity._BYTES == limits.IDENTITY_BYTES
    assert notes._BYTES == limits.NOTE_BYTES


@pytest.mark.processes
def test_it_works_where_nothing_else_is_installed(
    wheel: Path, matched: Pair, tmp_path: Path
) -> None:
    """In an empty environment, with the wheel and its one dependency."""
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    install = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *constraints]
    got = subprocess.run([*install, str(wheel)], capture_output=True, text=True, check=False)
    if got.returncode:
        pytest.skip(f"needs cryptography from the package index: {got.stderr[-200:]}")
    answer = answered(matched)
    file = prove(matched, answer.id, "sent:0", withhold=("names",))
    arguments = files(matched, tmp_path / "third", file)
    command = [str(place / "bin" / "comity-verify"), *arguments, "--language", "en"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("The evidence holds.")
    listed = [str(place / "bin" / "python"), "-c", "import comity"]
    assert subprocess.run(listed, capture_output=True, check=False, cwd=tmp_path).returncode
    (tmp_path / "third" / "evidence.json").write_bytes(file.replace(b"answered", b"declined"))
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 1
    assert "does not hold" in ran.stderr

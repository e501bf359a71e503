"""The one way in: formats by name, files and folders by path."""

import hashlib
import os
from pathlib import Path

import pytest

from comity import formats
from comity.errors import Code
from comity.formats import FORMATS, read
from comity.formats.report import FileRead
from lists import SAT_ROWS, ofac, ofac_row, sat, sdn_row
from refusals import refuses


def test_formats_by_name() -> None:
    assert list(FORMATS) == ["ofac-sdn", "sat-69b", "ca-sema", "csv"]
    with refuses(Code.FORMAT_UNKNOWN, format="xlsx"):
        read(Path("any"), "xlsx")


def test_sat_by_path(tmp_path: Path) -> None:
    path = tmp_path / "69b.csv"
    source = sat(*SAT_ROWS)
    path.write_bytes(source.data)
    steps: list[tuple[str, int, int]] = []
    records, report = read(path, "sat-69b", progress=lambda *step: steps.append(step))
    assert len(records) == 2
    digest = hashlib.sha256(source.data).hexdigest()
    assert report.files == (FileRead("69b.csv", len(source.data), digest, 3),)
    assert steps[-1][1] == steps[-1][2]


def test_ofac_by_folder_and_by_file(tmp_path: Path) -> None:
    (tmp_path / "SDN.CSV").write_bytes(ofac("", sdn_row(1, "ACME")).data)
    (tmp_path / "ALT.CSV").write_bytes(ofac("", ofac_row("1", "1", "aka", "ACME 2", "")).data)
    by_folder, report = read(tmp_path, "ofac-sdn")
    assert by_folder[0].names == ("ACME", "ACME 2")
    assert [file.name for file in report.files] == ["SDN.CSV", "ALT.CSV"]
    assert read(tmp_path / "SDN.CSV", "ofac-sdn")[0] == by_folder


def test_csv_by_path_with_its_mapping(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Ref,Name\n1,Alfa\n")
    records, _ = read(path, "csv", "id=Ref;name=Name;kind=person")
    assert records[0].names == ("Alfa",)


def test_mapping_where_it_belongs(tmp_path: Path) -> None:
    with refuses(Code.MAP_INVALID, field="map", reason="missing"):
        read(tmp_path, "csv")
    with refuses(Code.MAP_INVALID, field="map", reason="not-used"):
        read(tmp_path, "sat-69b", "id=Ref")


@pytest.mark.parametrize("format", ["sat-69b", "ofac-sdn", "ca-sema"])
def test_missing_files(tmp_path: Path, format: str) -> None:
    with refuses(Code.FILE_MISSING, file="none.csv"):
        read(tmp_path / "none.csv", format)
    with refuses(Code.FILE_MISSING, file="none.csv"):
        read(tmp_path / "nowhere" / "none.csv", format)


def test_folder_without_a_list(tmp_path: Path) -> None:
    with refuses(Code.FILE_MISSING, file="sdn.csv"):
        read(tmp_path, "ofac-sdn")
    with refuses(Code.FILE_MISSING, file=tmp_path.name):
        read(tmp_path, "sat-69b")


def test_file_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.csv"
    path.touch()
    os.truncate(path, 3 * 2**20)
    monkeypatch.setattr(formats, "LIST_BYTES", 2 * 2**20)
    with refuses(Code.FILE_TOO_LARGE, file="large.csv", limit=2):
        read(path, "sat-69b")

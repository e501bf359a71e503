"""The real lists: what their description says is what the readers find."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from comity.core.derivation import derive
from comity.core.records import Family, Kind, Record
from comity.errors import Code
from comity.formats import read
from comity.formats.report import LoadReport
from refusals import refuses
from shared import shared

Side = tuple[Sequence[Record], LoadReport]
SAT_FILE = "data/mx_sat_69b/Listado_Completo_69-B_personas_morales.csv"
CA_FILE = "data/ca_sema/sema-lmes.xml"


@pytest.fixture(scope="module")
def ofac() -> Side:
    return read(shared("data/us_ofac_sdn"), "ofac-sdn")


@pytest.fixture(scope="module")
def sat() -> Side:
    return read(shared(SAT_FILE), "sat-69b")


@pytest.fixture(scope="module")
def sema() -> Side:
    return read(shared(CA_FILE), "ca-sema")


def hits(mx: Sequence[Record], us: Sequence[Record]) -> list[tuple[str, str, str]]:
    """Return (family, RFC, ent_num) of every token that both lists have."""
    holders = {token: record.id for record in mx for token in derive(record)}
    return sorted(
        (token.family.value, holders[token], record.id)
        for record in us
        for token in derive(record)
        if token in holders
    )


EXPECTED = [
    ("name", "CNU130416UJ3", "21079"),
    ("name", "MCF071017FGA", "46217"),
    ("name", "SAF130812CL4", "39477"),
    ("rfc", "CNU130416UJ3", "21079"),
    ("rfc", "SAF130812CL4", "39477"),
]


def test_three_pairs_and_five_family_hits(ofac: Side, sat: Side) -> None:
    assert hits(sat[0], ofac[0]) == EXPECTED


@pytest.mark.parametrize(
    ("rfc", "altered"), [(b"SAF130812CL4", b"SAF130812CL5"), (b"CNU130416UJ3", b"CNU130417UJ3")]
)
def test_one_digit_changes_the_result(
    ofac: Side, tmp_path: Path, rfc: bytes, altered: bytes
) -> None:
    data = shared(SAT_FILE).read_bytes()
    assert data.count(rfc) == 1
    copy = tmp_path / "altered.csv"
    copy.write_bytes(data.replace(rfc, altered))
    records, _ = read(copy, "sat-69b")
    # The RFC hit is gone; the name hit stays, now with the altered record.
    expected = [
        (family, found.replace(rfc.decode(), altered.decode()), entry)
        for family, found, entry in EXPECTED
        if (family, found) != ("rfc", rfc.decode())
    ]
    assert hits(records, ofac[0]) == sorted(expected)


def counted(report: LoadReport) -> dict[str, int]:
    return {tally.code: tally.count for tally in report.set_aside + report.warnings}


def test_counts_of_the_sat_list(sat: Side) -> None:
    records, report = sat
    assert (report.rows, report.records, report.encoding) == (10_066, 9_900, "windows-1252")
    assert counted(report) == {
        "rfc-suppressed": 87,
        "repeated-id": 70,
        "conflicting-status": 52,
        "name-note-split": 52,
        "check-digit-wrong": 27,
        "date-several": 54,
        "status-undated": 1,
    }
    statuses = {status.value for record in records for status in record.statuses}
    assert statuses == {"presunto", "desvirtuado", "definitivo", "sentencia-favorable"}
    assert not any("//" in name for record in records for name in record.names)
    assert not any("suprimida" in name.lower() for record in records for name in record.names)


def test_counts_of_the_ofac_list(ofac: Side) -> None:
    records, report = ofac
    assert (report.rows, report.records, report.aliases) == (14_965, 14_965, 21_699)
    assert {count.family: count.count for count in report.identifiers} == {
        Family.RFC: 288,
        Family.CURP: 440,
        Family.PASSPORT: 2_136,
        Family.TAX_ID: 3_576,
        Family.IMO: 844,
        Family.WALLET: 587,
    }
    assert counted(report) == {
        "alias-without-entry": 1_468,
        "address-without-entry": 2_474,
        "remark-without-entry": 2,
        "remark-not-continued": 1,
        "identifier-incomplete": 63,
        "identifier-invalid": 11,
        "identifier-unclear": 16,
        "imo-of-company": 139,
        "remark-continued": 18,
        "check-digit-wrong": 23,
        "country-missing": 236,
    }
    assert len({record.id for record in records}) == 14_965


def test_counts_of_the_canadian_list(sema: Side) -> None:
    records, report = sema
    assert (report.rows, report.records, report.aliases) == (4_759, 4_759, 3_821)
    assert {count.family: count.count for count in report.identifiers} == {Family.IMO: 109}
    assert counted(report) == {"birth-date-unreadable": 2, "alias-unclear": 9}
    kinds = Counter(record.kind for record in records)
    assert kinds == {Kind.PERSON: 3_334, Kind.ORGANISATION: 1_316, Kind.VESSEL: 109}
    assert sum(bool(record.birth_dates) for record in records) == 1_714
    assert len({record.id for record in records}) == 4_759


def test_ships_of_canada_and_ofac(sema: Side, ofac: Side) -> None:
    ours = {item.value for record in sema[0] for item in record.identifiers}
    ships = [{item.value for item in record.identifiers} for record in ofac[0]]
    assert sum(bool(ours & numbers) for numbers in ships) == 16


def test_joined_remarks_give_whole_addresses(ofac: Side) -> None:
    """Address 1Gq... of this entry is cut at 1,000 characters; its checksum shows the join."""
    entry = next(record for record in ofac[0] if record.id == "30518")
    wallets = {item.value for item in entry.identifiers if item.family is Family.WALLET}
    assert "1GqChmWqGtsaLrGbHfgdrV5Nkvahtjjuxr" in wallets


@pytest.mark.parametrize("cut", [1, 2, 100, 100_000])
def test_real_list_cut_anywhere_is_refused(tmp_path: Path, cut: int) -> None:
    data = shared(SAT_FILE).read_bytes()[:-cut]
    copy = tmp_path / "cut.csv"
    copy.write_bytes(data)
    with refuses(Code.FILE_TRUNCATED, file="cut.csv", line=data.count(b"\n") + 1):
        read(copy, "sat-69b")


@pytest.mark.parametrize("cut", [1, 2, 100, 100_000])
def test_real_xml_cut_anywhere_is_refused(tmp_path: Path, cut: int) -> None:
    data = shared(CA_FILE).read_bytes()[:-cut]
    copy = tmp_path / "cut.xml"
    copy.write_bytes(data)
    with refuses(Code.FILE_TRUNCATED, file="cut.xml", line=data.count(b"\n") + 1):
        read(copy, "ca-sema")


@pytest.mark.parametrize("name", ["sdn.csv", "alt.csv", "add.csv", "sdn_comments.csv"])
def test_real_list_without_its_last_byte_is_refused(tmp_path: Path, name: str) -> None:
    for path in shared("data/us_ofac_sdn").iterdir():
        data = path.read_bytes()
        (tmp_path / path.name).write_bytes(data[:-1] if path.name == name else data)
    lines = shared(f"data/us_ofac_sdn/{name}").read_bytes().count(b"\n")
    with refuses(Code.FILE_TRUNCATED, file=name, line=lines):
        read(tmp_path, "ofac-sdn")

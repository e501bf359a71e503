"""Which lists the demo takes, and what it expects of them."""

from pathlib import Path

import pytest

from comity.core.records import Kind
from comity.demo import lists
from comity.errors import Code, ComityError
from lists import SAT_HEADER, sat_row, sdn_row


def test_without_lists_they_are_made_and_what_is_planted_is_expected(tmp_path: Path) -> None:
    chosen = lists.choose(None, None, tmp_path, 200)
    compared = lists.compare(chosen, [])
    assert chosen.kind == "synthetic"
    assert compared.known
    assert compared.expected == chosen.planted
    assert {family for _, _, family in compared.expected} == {
        *("rfc", "curp", "passport", "tax-id", "imo", "wallet", "phone", "account", "name")
    }
    assert not {pair[:2] for pair in compared.expected} & chosen.look_alikes


def test_the_planted_pairs_are_what_a_comparison_in_the_clear_finds(tmp_path: Path) -> None:
    chosen = lists.choose(None, None, tmp_path, 200)
    unplanted = lists.Lists("synthetic", chosen.mx, chosen.us)
    compared = lists.compare(unplanted, [])
    assert not compared.known
    assert compared.expected == chosen.planted


def test_the_record_to_withhold_shares_nothing_with_anybody(tmp_path: Path) -> None:
    compared = lists.compare(lists.choose(None, None, tmp_path, 200), [])
    assert compared.apart.kind is Kind.ORGANISATION
    assert compared.apart.id not in {us for us, _, _ in compared.expected}


def test_real_lists_are_found_in_the_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sat, ofac = _real(tmp_path)
    monkeypatch.setenv(lists.ENVIRONMENT, str(tmp_path))
    chosen = lists.choose(None, None, tmp_path / "made", 200)
    assert (chosen.kind, chosen.mx.path, chosen.us.path) == ("real", sat, ofac.parent)
    compared = lists.compare(chosen, [])
    assert compared.expected == {("7", "CNU130416UJ3", "rfc"), ("7", "CNU130416UJ3", "name")}
    assert not compared.known


def test_lists_that_are_named_come_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sat, ofac = _real(tmp_path)
    monkeypatch.setenv(lists.ENVIRONMENT, str(tmp_path / "nowhere"))
    chosen = lists.choose(sat, ofac, tmp_path / "made", 200)
    assert (chosen.mx.path, chosen.us.path) == (sat, ofac)


def test_one_list_without_the_other_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ComityError) as refused:
        lists.choose(tmp_path, None, tmp_path, 200)
    assert (refused.value.code, refused.value.params) == (Code.ARGUMENT_INVALID, {"where": "--us"})


@pytest.mark.parametrize("there", ["mx", "us"])
def test_a_folder_without_one_of_the_lists_is_refused(tmp_path: Path, there: str) -> None:
    sat, ofac = _real(tmp_path)
    (ofac if there == "mx" else sat).unlink()
    with pytest.raises(ComityError) as refused:
        lists.choose(tmp_path, tmp_path, tmp_path, 200)
    assert refused.value.code is Code.FILE_MISSING


def _real(folder: Path) -> tuple[Path, Path]:
    """Write a list of each side, in folders of their own."""
    sat, ofac = folder / "mx" / "Listado.csv", folder / "us" / "SDN.CSV"
    sat.parent.mkdir()
    ofac.parent.mkdir()
    row = sat_row(1, "CNU130416UJ3", "CONSORCIO NUJOMA, S.C.", "Definitivo")
    sat.write_bytes("".join(f"{line}\r\n" for line in (SAT_HEADER, row)).encode("latin-1"))
    listed = (
        sdn_row(7, "CONSORCIO NUJOMA, S.C.", remarks="R.F.C. CNU130416UJ3 (Mexico)"),
        sdn_row(8, "SOMEBODY ELSE LIMITED"),
    )
    ofac.write_bytes("".join(f"{line}\r\n" for line in listed).encode() + b"\x1a")
    return sat, ofac

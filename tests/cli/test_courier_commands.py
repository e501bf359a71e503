"""Commands of couriers, as somebody at a terminal gives them: no node serves."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commands import Officer, make_node, pin_each_other, quiet_logs
from stages import HEADER, MAP, MX_ROWS

_SOCKETS: list[str] = []


def _note(event: str, _: tuple[object, ...]) -> None:
    if event.startswith("socket."):
        _SOCKETS.append(event)


@contextmanager
def no_socket() -> Iterator[None]:
    """Fail where a socket is made; the hook itself cannot be removed."""
    sys.addaudithook(_note)
    _SOCKETS.clear()
    yield
    assert _SOCKETS == []


@pytest.fixture
def officers(tmp_path: Path) -> Iterator[tuple[Officer, Officer]]:
    """A holder and an asker, with a courier as the link."""
    with quiet_logs():
        holder = make_node(tmp_path, "mx", "MX")
        asker = make_node(tmp_path, "us", "US")
        pin_each_other(holder, asker)
        path = tmp_path / "list.csv"
        path.write_text("\n".join((HEADER, *MX_ROWS, "")), "utf-8")
        loading = ("--format", "csv", "--map", MAP, "--dataset", "list")
        assert holder.run("holdings", "load", str(path), *loading).code == 0
        with no_socket():
            for here, there in ((holder, "us"), (asker, "mx")):
                linked = here.run("peer", "link", there, "courier")
                assert "courier" in linked.out
            yield holder, asker


def _pack(sender: Officer, to: str, out: Path, *more: str) -> str:
    ran = sender.run("courier", "pack", to, "-o", str(out), *more)
    assert ran.code == 0, ran
    return ran.out


def test_a_catalog_goes_there_and_back(officers: tuple[Officer, Officer], tmp_path: Path) -> None:
    holder, asker = officers
    assert asker.refused("catalog", "mx") == "courier-waits"
    told = asker.run("catalog", "mx")
    assert "comity courier pack" in told.err
    there, back = tmp_path / "there", tmp_path / "back"
    assert "1 requests, 0 replies" in _pack(asker, "mx", there)
    came = holder.run("courier", "unpack", str(there))
    assert (came.code, "1 new messages" in came.out) == (0, True)
    assert "comity courier pack" in came.err
    assert "0 requests, 1 replies" in _pack(holder, "us", back)
    assert asker.run("courier", "unpack", str(back)).code == 0
    assert asker.run("catalog", "mx").code == 0
    again = asker.run("courier", "unpack", str(back), "--language", "es")
    assert "ya admitido antes" in again.out


def test_errors_are_said_by_their_own_names(
    officers: tuple[Officer, Officer], tmp_path: Path
) -> None:
    holder, asker = officers
    there = tmp_path / "there"
    _pack(asker, "mx", there)
    assert asker.refused("courier", "unpack", str(there)) == "courier-for-another"
    assert holder.refused("courier", "unpack", str(tmp_path / "none")) == "file-missing"
    cut = tmp_path / "cut"
    cut.write_bytes(there.read_bytes()[:-1])
    assert holder.refused("courier", "unpack", str(cut)) == "courier-truncated"
    both = holder.run("courier", "unpack", str(there), str(cut))
    assert (both.code, "courier-truncated" in both.err, "0 new" in both.out) == (1, True, True)
    for size in ("10", "ten", "10 XiB", "-5MiB"):
        args = ("pack", "mx", "-o", str(tmp_path / "x"), f"--part-size={size}")
        assert asker.refused("courier", *args) == "argument-invalid"
    parts = _pack(asker, "mx", tmp_path / "p", "--part-size", "1MiB")
    assert str(tmp_path / "p") in parts


def test_a_receipt_goes_by_another_way(officers: tuple[Officer, Officer], tmp_path: Path) -> None:
    holder, asker = officers
    asker.run("peer", "link", "mx", "courier", "--one-way")
    asker.run("catalog", "mx")
    assert holder.refused("courier", "receipt", "us") == "courier-no-receipt"
    there, receipt = tmp_path / "there", tmp_path / "receipt"
    _pack(asker, "mx", there)
    assert holder.run("courier", "unpack", str(there)).code == 0
    shown = holder.run("courier", "receipt", "us")
    assert shown.out.startswith("comity/did:web:us.example/did:web:mx.example\n1\n")
    receipt.write_text(shown.out)
    taken = asker.run("courier", "accept", str(receipt))
    assert "1 of 1 messages have arrived" in taken.out
    assert asker.refused("courier", "accept", str(tmp_path / "none")) == "file-missing"
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert asker.refused("courier", "accept", str(tmp_path / "bytes")) == "note-invalid"
    assert holder.run("courier", "receipt", "us", "-o", str(tmp_path / "r")).code == 0
    assert (tmp_path / "r").read_text() == shown.out


def test_who_is_called_still_has_to_serve(officers: tuple[Officer, Officer]) -> None:
    holder, _ = officers
    holder.run("peer", "link", "us", "http")
    assert holder.refused("catalog", "us") == "node-not-serving"

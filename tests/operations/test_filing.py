"""Files of datasets: kept under their digest, and in the catalog as what can really be had."""

import hashlib
from pathlib import Path

import pytest

from comity.core.canonical import b64url, model
from comity.core.dsp.catalog import RootCatalog
from comity.errors import Code
from comity.limits import FILE_BYTES, MEDIA_TYPE_CHARS, MIB
from comity.operations import filing, holdings, offering
from comity.operations.holdings import HoldingsShown
from comity.protocol.catalog import MATCH, PULL, PUSH, REQUEST
from comity.store import kept
from nodes import MX, Pair, run
from refusals import refuses
from stages import CATALOG, CATALOG_BODY, MX_LIST, TERMS, say

RECEIVE = {**{k: v for k, v in TERMS.items() if k not in ("match", "request")}, "receive": {}}


def keep(p: Pair, dataset: str, content: bytes = b"content", **more: str) -> HoldingsShown:
    path = p.folder / "a file"
    path.write_bytes(content)
    return run(filing.keep, p.mx, dataset=dataset, path=str(path), **more)


def formats(p: Pair) -> dict[str, list[str]]:
    """Return what the other side reads in the catalog, by dataset."""
    reply = say(p.us, MX.id, CATALOG, CATALOG_BODY)
    found = model(RootCatalog, reply.body, 100_000).dataset or ()
    return {one.id: [way.format for way in one.distribution] for one in found}


def test_a_catalog_lists_what_can_be_had(loaded: Pair) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    assert formats(loaded) == {MX_LIST: [MATCH, REQUEST]}
    keep(loaded, MX_LIST)
    shown = keep(loaded, "report", title="A report", media_type="application/pdf")
    assert (shown.records, shown.title) == (0, "A report")
    terms = {**RECEIVE, "receive": {"approval": "automatic"}}
    run(offering.make_offer, loaded.mx, dataset="report", terms=terms)
    assert formats(loaded) == {MX_LIST: [MATCH, REQUEST, PULL, PUSH], "report": [PULL, PUSH]}


def test_what_is_held_says_which_file(loaded: Pair) -> None:
    keep(loaded, MX_LIST, b"content")
    listed = {one.dataset: one for one in run(holdings.holdings_list, loaded.mx).holdings}
    file = listed[MX_LIST].file
    assert file is not None
    assert (file.sha256, file.size) == (b64url(hashlib.sha256(b"content").digest()), 7)
    assert file.media_type == "application/octet-stream"
    assert listed[MX_LIST].records > 0


@pytest.mark.parametrize("dataset", ["", "a/b", "a b", "x" * 101])
def test_what_no_dataset_is(pinned: Pair, dataset: str) -> None:
    with refuses(Code.ARGUMENT_INVALID, where="dataset"):
        keep(pinned, dataset)


@pytest.mark.parametrize(
    "media_type",
    ["", "pdf", "Text/csv", "a/b; c=d", "a/b\r\nX: y", "a/" + "b" * (MEDIA_TYPE_CHARS - 1)],
)
def test_what_no_media_type_is(pinned: Pair, media_type: str) -> None:
    with refuses(Code.ARGUMENT_INVALID, where="media_type"):
        keep(pinned, "report", media_type=media_type)


def test_files_that_are_not_there(pinned: Pair) -> None:
    for path in (pinned.folder / "none", pinned.folder):
        with refuses(Code.FILE_MISSING, file=path.name):
            run(filing.keep, pinned.mx, dataset="report", path=str(path))
    assert run(holdings.holdings_list, pinned.mx).holdings == ()
    assert list((pinned.mx.folder / "files").rglob("*")) == []


def test_a_file_at_the_limit_and_one_byte_more(
    pinned: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FILE_BYTES >= MIB
    monkeypatch.setattr(kept, "FILE_BYTES", MIB)
    keep(pinned, "report", bytes(MIB))
    with refuses(Code.FILE_TOO_LARGE, file="a file", limit=1):
        keep(pinned, "report", bytes(MIB + 1))
    (copy,) = (pinned.mx.folder / "files").iterdir()
    assert copy.stat().st_size == MIB


def test_two_attempts_at_one_file_do_not_write_into_each_other(tmp_path: Path) -> None:
    with (
        kept.growing(tmp_path / "part"),
        refuses(Code.STORE_FAILED, path=str(tmp_path / "part"), reason="eagain"),
        kept.growing(tmp_path / "part"),
    ):
        pass

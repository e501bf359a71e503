"""Making a node, and its officers."""

from hashlib import sha256
from pathlib import Path

import pytest

from comity import kernel
from comity.core import identity
from comity.core.canonical import unb64url
from comity.edge import keyfiles
from comity.errors import Code
from comity.node import IDENTITY_FILE, KEYS, WRAP_KEYS, open_node
from comity.operations import Caller, setup
from comity.operations.registry import find, names, operation
from comity.store import journal
from comity.store.engine import Store
from comity.store.vault import Vault
from nodes import MX, OFFICER, Pair, run
from refusals import refuses


def init(folder: Path, **changes: str) -> setup.Created:
    config = MX.model_copy(update=changes)
    return setup.init(folder / "node", config, "officer-1", folder / "recovery.key")


def test_a_new_node(tmp_path: Path) -> None:
    made = init(tmp_path)
    node = open_node(tmp_path / "node")
    own = node.local.identity
    assert (own.id, own.territory, own.version, own.address) == (MX.id, "MX", 1, MX.address)
    assert made.fingerprint == identity.fingerprint(node.document)
    # One key for each use, and a recovery key that is nowhere but in its file.
    keys = {getattr(own.keys, use) for use in KEYS}
    recovery = keyfiles.read_signer(tmp_path / "recovery.key").public
    assert len(keys) == len(KEYS)
    assert unb64url(own.recovery) == sha256(recovery).digest()
    inside = b"".join(path.read_bytes() for path in (tmp_path / "node").rglob("*.key"))
    assert (tmp_path / "recovery.key").read_bytes() not in inside
    for path in (tmp_path / "node" / "keys").iterdir():
        assert path.suffix == ".pem" or path.stat().st_mode & 0o077 == 0
    node.close()


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (Code.ID_INVALID, {"id": "sat"}),
        (Code.TERRITORY_INVALID, {"territory": "Mexico"}),
        (Code.ADDRESS_INVALID, {"address": "http://127.0.0.1"}),
        (Code.ADDRESS_INVALID, {"address": "https://a:8443/"}),
    ],
)
def test_settings_that_make_no_node(tmp_path: Path, code: Code, changes: dict[str, str]) -> None:
    with refuses(code):
        init(tmp_path, **changes)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_over_what_is_there(tmp_path: Path) -> None:
    init(tmp_path)
    before = (tmp_path / "node" / IDENTITY_FILE).read_bytes()
    with refuses(Code.NODE_EXISTS):
        init(tmp_path)
    with refuses(Code.FILE_EXISTS):
        setup.init(tmp_path / "other", MX, "officer-1", tmp_path / "recovery.key")
    assert (tmp_path / "node" / IDENTITY_FILE).read_bytes() == before


def test_a_folder_that_is_no_node(tmp_path: Path) -> None:
    with refuses(Code.NODE_MISSING):
        open_node(tmp_path)
    init(tmp_path)
    (tmp_path / "node" / IDENTITY_FILE).unlink()  # as where init did not finish
    with refuses(Code.NODE_MISSING):
        open_node(tmp_path / "node")


@pytest.mark.parametrize("document", [b"", b"a.b.c", b"\xff\xfe", b"\n"])
def test_an_identity_file_that_is_spoiled(tmp_path: Path, document: bytes) -> None:
    init(tmp_path)
    path = tmp_path / "node" / IDENTITY_FILE
    path.write_bytes(document)
    with refuses(Code.IDENTITY_INVALID):
        open_node(tmp_path / "node")


def test_an_identity_of_somebody_else(tmp_path: Path) -> None:
    init(tmp_path)
    setup.init(tmp_path / "two", MX, "officer-1", tmp_path / "two.key")
    other = (tmp_path / "two" / IDENTITY_FILE).read_bytes()
    (tmp_path / "node" / IDENTITY_FILE).write_bytes(other)
    with refuses(Code.IDENTITY_INVALID):
        open_node(tmp_path / "node")


def test_officers_log_in_with_their_tokens(pinned: Pair) -> None:
    added = run(setup.officer_add, pinned.mx, officer="officer-2")
    token = Path(added.token_file).read_text().strip()
    assert setup.authenticate(pinned.mx.store, token) == Caller("officer-2")
    assert Path(added.token_file).stat().st_mode & 0o777 == 0o600
    assert run(setup.officer_list, pinned.mx).officers == ("officer-1", "officer-2")
    for wrong in ("", token[:-1], token + "a", token.lower()):
        with refuses(Code.LOGIN_FAILED):
            setup.authenticate(pinned.mx.store, wrong)
    # What is kept is no token.
    kept = [path.read_bytes() for path in pinned.mx.folder.glob("comity.db*")]
    assert len(kept) > 1  # the write-ahead log, too
    assert not any(token.encode() in data for data in kept)
    with pinned.mx.store.read() as tx:
        entry, detail = journal.entries(tx)[-1]
    assert (entry.action, entry.officer, detail) == (
        "officer.add",
        OFFICER.officer,
        {"added": "officer-2"},
    )


def test_an_officer_is_added_once(pinned: Pair) -> None:
    with refuses(Code.OFFICER_EXISTS, officer="officer-1"):
        run(setup.officer_add, pinned.mx, officer="officer-1")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", "-a", "a\n", "a" * 65, "\u00e9", "."])
def test_names_that_are_no_officers(pinned: Pair, name: str) -> None:
    with refuses(Code.ARGUMENT_INVALID, where="officer"):
        run(setup.officer_add, pinned.mx, officer=name)


def test_a_node_shows_itself(pinned: Pair) -> None:
    shown = run(setup.show, pinned.mx)
    assert (shown.id, shown.kernel, shown.document) == (MX.id, kernel.chosen(), pinned.mx.document)


def test_the_table_of_operations() -> None:
    assert find("node.show") is not None
    assert names() == sorted(names())
    with refuses(Code.OPERATION_UNKNOWN, name="node.run"):
        find("node.run")
    with pytest.raises(ValueError, match=r"node\.show"):
        operation("node.show", setup.Nothing, setup.Nothing)(lambda *_: setup.Nothing())


def test_a_database_of_another_make_is_used_when_the_settings_say_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    init(tmp_path, database=url)
    node = open_node(tmp_path / "node")
    node.close()
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / "node" / "comity.db").exists()
    Store(url, Vault(tmp_path / "node" / WRAP_KEYS)).close()

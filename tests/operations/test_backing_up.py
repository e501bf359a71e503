"""Backups: what is in them, what is not, and what a restored folder is."""

import io
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from comity.core.canonical import canonical
from comity.edge import archive, keyfiles
from comity.edge.archive import Manifest
from comity.edge.sealed_stream import Lock, Opener, Writer
from comity.errors import Code, ComityError
from comity.limits import BACKUP_MANIFEST_BYTES, PASSPHRASE_CHARS
from comity.node import IDENTITY_FILE
from comity.operations import backing_up, find, names, setup
from comity.operations.registry import WHILE_FROZEN
from comity.store import standing
from comity.store.rows.files import SealedAddress
from comity.store.rows.matching import ManifestRow, Question
from comity.store.rows.moving import many
from comity.store.rows.node import Officer
from nodes import OFFICER, Pair, run
from refusals import refuses
from restored import OPENER, PASSPHRASE, back_up, lose, make_again, open_folder, restore


def test_what_is_in_a_backup_and_what_is_not(matched: Pair) -> None:
    p = matched
    backup = back_up(p, "mx")
    data = backup.read_bytes()
    names_ = {each.name for each in archive.check(backup, OPENER).members}
    assert names_ == {
        *("comity.db", "comity.toml", "identity.comity", "keys/tls.pem"),
        *(
            f"keys/{use}.key"
            for use in ("message", "checkpoint", "cosignature", "encryption", "tls")
        ),
    }
    assert list((p.mx.folder / "epochs").iterdir())
    assert (p.mx.folder / "keys" / "sealing.key").exists()
    # Nothing of it can be read without what opens it.
    assert b"SQLite format" not in data
    assert (p.mx.folder / "keys" / "message.key").read_bytes() not in data
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert not (p.mx.folder / ".backup.db").exists()


def test_files_given_and_received_are_in_it(pinned: Pair, tmp_path: Path) -> None:
    for bulk, name in (("files", "a" * 64), ("received", "b" * 64), ("received", "not-one")):
        (pinned.mx.folder / bulk).mkdir(exist_ok=True)
        (pinned.mx.folder / bulk / name).write_bytes(name.encode())
    node = restore(pinned, "mx", back_up(pinned, "mx"))
    assert (node.folder / "files" / ("a" * 64)).read_bytes() == b"a" * 64
    assert (node.folder / "received" / ("b" * 64)).read_bytes() == b"b" * 64
    assert not (node.folder / "received" / "not-one").exists()


def test_to_a_key_that_is_offline(pinned: Pair, tmp_path: Path) -> None:
    made = backing_up.make_key(tmp_path / "backup.key")
    path = tmp_path / "b"
    shown = run(backing_up.backup, pinned.mx, path=str(path), recipient=made.recipient)
    opener = Opener(key=keyfiles.read_decryption(Path(made.key_file)))
    assert backing_up.check(path, opener) == shown
    with refuses(Code.BACKUP_LOCKED, reason="recipient"):
        backing_up.check(path, OPENER)
    with refuses(Code.BACKUP_LOCKED, reason="key"):
        backing_up.check(path, Opener(key=X25519PrivateKey.generate()))


def test_what_would_open_too_easily_is_refused(pinned: Pair, tmp_path: Path) -> None:
    args = {"path": str(tmp_path / "b")}
    with refuses(Code.ARGUMENT_INVALID, where="passphrase"):
        run(backing_up.backup, pinned.mx, passphrase="x" * (PASSPHRASE_CHARS - 1), **args)
    run(backing_up.backup, pinned.mx, passphrase="x" * PASSPHRASE_CHARS, **args)
    with refuses(Code.FILE_EXISTS, path=str(tmp_path / "b")):
        run(backing_up.backup, pinned.mx, passphrase=PASSPHRASE, **args)
    with refuses(Code.ARGUMENT_INVALID, where="path"):
        run(backing_up.backup, pinned.mx, path="b", passphrase=PASSPHRASE)


def test_a_database_elsewhere_is_not_backed_up_by_halves(pinned: Pair, tmp_path: Path) -> None:
    from dataclasses import replace

    config = pinned.mx.config.model_copy(update={"database": "postgresql+psycopg://h/d"})
    node = replace(pinned.mx, config=config)
    with refuses(Code.BACKUP_ELSEWHERE, database="postgresql"):
        run(backing_up.backup, node, path=str(tmp_path / "b"), passphrase=PASSPHRASE)
    assert not (tmp_path / "b").exists()


def test_a_restored_node_has_one_officer_and_nothing_that_had_to_end(matched: Pair) -> None:
    p = matched
    run(setup.officer_add, p.us, officer="second")
    token = (p.us.folder / "officers" / f"{OFFICER.officer}.token").read_text().strip()
    node = restore(p, "us", back_up(p, "us"))
    with node.store.read() as tx:
        assert [row.id for row in many(tx, Officer)] == [OFFICER.officer]
        assert many(tx, SealedAddress) == []
        assert {row.sealed for row in many(tx, Question)} == {b""}
        assert {row.ready for row in many(tx, ManifestRow)} == {False}
        assert standing.of_node(tx) == standing.Why.RESTORED
    with refuses(Code.LOGIN_FAILED):
        setup.authenticate(node.store, token)
    fresh = (node.folder / "officers" / f"{OFFICER.officer}.token").read_text().strip()
    assert setup.authenticate(node.store, fresh) == OFFICER
    assert not (node.folder / "epochs").exists()


def test_a_frozen_node_does_nothing_but_show_and_come_back(pinned: Pair) -> None:
    node = restore(pinned, "mx", back_up(pinned, "mx"))
    refused = set(names()) - WHILE_FROZEN
    assert set(names()) >= WHILE_FROZEN
    for name in refused:
        operation = find(name)
        with refuses(Code.NODE_FROZEN, reason="restored"):
            operation.run(node, OFFICER, operation.args.model_construct(), lambda *_: None)
    assert run(setup.show, node).frozen == "restored"
    assert run(setup.officer_list, node).officers == (OFFICER.officer,)


def test_into_a_folder_that_is_in_use(pinned: Pair, tmp_path: Path) -> None:
    backup = back_up(pinned, "mx")
    with refuses(Code.NODE_EXISTS, folder=str(pinned.us.folder)):
        backing_up.restore(backup, pinned.us.folder, "ana", OPENER)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "photo").touch()
    with refuses(Code.FILE_EXISTS, path=str(tmp_path / "full")):
        backing_up.restore(backup, tmp_path / "full", "ana", OPENER)


def test_a_restoration_that_broke_off_is_no_node_and_may_be_tried_again(pinned: Pair) -> None:
    p = pinned
    backup = back_up(p, "mx")
    whole = backup.read_bytes()
    backup.write_bytes(whole[: len(whole) // 2])
    folder = p.folder / "again"
    with pytest.raises(ComityError) as raised:
        backing_up.restore(backup, folder, "ana", OPENER)
    assert raised.value.code == Code.BACKUP_INVALID
    assert not (folder / IDENTITY_FILE).exists()
    with refuses(Code.NODE_MISSING, folder=str(folder)):
        open_folder(p, folder)
    backup.write_bytes(whole)
    backing_up.restore(backup, folder, "ana", OPENER)
    lose(p, "mx")
    open_folder(p, folder).close()


def test_a_member_of_another_name_is_not_written() -> None:
    assert archive._MEMBER.fullmatch("keys/message.key")
    for name in (
        *("../comity.db", "keys/sealing.key", "keys/wrap/1.key", "epochs/" + "a" * 64 + ".keys"),
        *("officers/ana.token", "/etc/passwd", "files/../../x", "received/" + "a" * 63, "lock"),
    ):
        assert not archive._MEMBER.fullmatch(name)


def test_a_manifest_that_is_too_large() -> None:
    with refuses(Code.BACKUP_INVALID, reason="manifest"):
        archive._manifest(io.BytesIO(b"{}"), BACKUP_MANIFEST_BYTES + 1)
    with refuses(Code.BACKUP_INVALID, reason="manifest"):
        archive._manifest(io.BytesIO(b"{}"), 2)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("keys/sealing.key", "member"), ("../x", "member"), ("comity.db", "manifest")],
)
def test_a_backup_of_somebody_who_has_the_passphrase(
    pinned: Pair, tmp_path: Path, name: str, reason: str
) -> None:
    """Whoever can seal can write what they like; nothing but the closed set is taken."""
    path = tmp_path / "made"
    manifest = Manifest(id="did:web:x", made=1, members=())
    data = canonical(manifest.model_dump(mode="json"))
    with path.open("wb") as file:
        stream: Any = Writer(file, Lock(passphrase=PASSPHRASE))
        with tarfile.open(fileobj=stream, mode="w|") as made:
            for member, contents in ((name, b"x"), (archive.MANIFEST, data)):
                info = tarfile.TarInfo(member)
                info.size = len(contents)
                made.addfile(info, io.BytesIO(contents))
        stream.close()
    with refuses(Code.BACKUP_INVALID, reason=reason):
        backing_up.restore(path, tmp_path / "node", "ana", OPENER)
    assert not (tmp_path / "x").exists()


def test_two_restores_are_two_copies(pinned: Pair) -> None:
    backup = back_up(pinned, "mx")
    one, other = (make_again(pinned, "mx", backup, name) for name in ("one", "other"))
    assert one.id == other.id
    assert one.local.sealing_key != other.local.sealing_key
    one.close()
    other.close()

"""A message key in a token: a real one, SoftHSM's, with sessions, threads and restarts."""

import os
import sys
import threading
from importlib import import_module
from pathlib import Path

import pytest

from comity.core import keys
from comity.edge import keyfiles, pkcs11
from comity.edge.config import write_config
from comity.edge.pkcs11 import Pkcs11, TokenSigner
from comity.errors import Code, ComityError
from comity.node import open_node
from comity.operations import identity, pinning, records, setup
from nodes import MX, OFFICER, US, Pair, run
from operations.test_identity import same_record, say_later
from refusals import refuses
from stages import match, ready
from successions import follow, private_files, recovered, versions

MODULE = os.environ.get("COMITY_TEST_PKCS11", "")
PIN = "20261126"
TOKEN = "comity-test"
hardware = pytest.mark.skipif(not MODULE, reason="needs COMITY_TEST_PKCS11: make test-pkcs11")


def pin_file(folder: Path, pin: str = PIN) -> Path:
    path = folder / "token.pin"
    keyfiles.replace(path, f"{pin}\n".encode())
    return path


@pytest.fixture
def at(tmp_path: Path) -> Pkcs11:
    pkcs11._shared.cache_clear()
    return Pkcs11(MODULE, TOKEN, "comity-message", pin_file(tmp_path))


def inside(at: Pkcs11, public: bytes) -> bool:
    try:
        pkcs11.open_signer(at, public)
    except ComityError:
        return False
    return True


@hardware
@pytest.mark.pkcs11
def test_what_it_signs_is_ed25519(at: Pkcs11) -> None:
    made = pkcs11.make_signer(at)
    for message in (b"", b"a message", bytes(100_000)):
        signature = made.sign(message)
        keys.verify(made.public, signature, message)
        # RFC 8032: the same each time.
        assert made.sign(message) == signature
    found = pkcs11.open_signer(at, made.public)
    assert found.sign(b"x") == made.sign(b"x")


@hardware
@pytest.mark.pkcs11
def test_the_key_does_not_leave_the_token(at: Pkcs11) -> None:
    binding = import_module("pkcs11")
    made = pkcs11.make_signer(at)
    token = pkcs11._token(at)
    _, private = token._both(made.public)
    attribute = binding.Attribute
    assert (private[attribute.EXTRACTABLE], private[attribute.SENSITIVE]) == (False, True)
    with pytest.raises(binding.PKCS11Error):
        _ = private[attribute.VALUE]


@hardware
@pytest.mark.pkcs11
def test_many_threads_sign_at_once(at: Pkcs11) -> None:
    made = [pkcs11.make_signer(at) for _ in range(2)]
    failed: list[BaseException] = []

    def work(signer: TokenSigner, n: int) -> None:
        try:
            for each in range(50):
                message = b"%d %d" % (n, each)
                keys.verify(signer.public, signer.sign(message), message)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(made[n % 2], n)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@hardware
@pytest.mark.pkcs11
def test_a_session_that_broke_off_is_opened_again(at: Pkcs11) -> None:
    made = pkcs11.make_signer(at)
    token = pkcs11._token(at)
    token._session.close()
    keys.verify(made.public, made.sign(b"again"), b"again")


@hardware
@pytest.mark.pkcs11
def test_a_key_that_was_destroyed(at: Pkcs11) -> None:
    kept, made = pkcs11.make_signer(at), pkcs11.make_signer(at)
    pkcs11.destroy(at, made.public)
    pkcs11.destroy(at, made.public)
    with refuses(Code.KEY_STORE_FAILED, reason="key"):
        made.sign(b"x")
    with refuses(Code.KEY_STORE_FAILED, reason="key"):
        pkcs11.open_signer(at, made.public)
    kept.sign(b"x")


@hardware
@pytest.mark.pkcs11
def test_what_is_wrong_is_said(at: Pkcs11, tmp_path: Path) -> None:
    for reason, wrong in (
        ("module", Pkcs11(str(tmp_path / "none.so"), TOKEN, "k", at.pin_file)),
        ("token", Pkcs11(MODULE, "another", "k", at.pin_file)),
    ):
        with refuses(Code.KEY_STORE_FAILED, reason=reason):
            pkcs11.make_signer(wrong)
    with refuses(Code.KEY_FILE_INVALID):
        pkcs11.make_signer(Pkcs11(MODULE, TOKEN, "k", tmp_path / "none"))
    at.pin_file.chmod(0o644)
    with refuses(Code.KEY_FILE_OPEN):
        pkcs11.make_signer(at)


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with refuses(Code.KEY_STORE_FAILED, reason="library"):
        pkcs11.make_signer(Pkcs11("x.so", "t", "k", tmp_path / "pin"))


@hardware
@pytest.mark.pkcs11
def test_a_node_whose_key_was_made_in_the_token(tmp_path: Path) -> None:
    settings = {"pkcs11_module": MODULE, "pkcs11_token": TOKEN}
    settings["pkcs11_pin_file"] = str(pin_file(tmp_path))
    config = MX.model_copy(update=settings)
    setup.init(tmp_path / "mx", config, OFFICER.officer, tmp_path / "recovery.key")
    opened = open_node(tmp_path / "mx")
    assert isinstance(opened.local.signers.message, TokenSigner)
    assert "message.key" not in private_files(opened)
    opened.close()


@hardware
@pytest.mark.pkcs11
def test_a_whole_day_with_keys_in_the_token(loaded: Pair) -> None:
    """A node moves its key into the token, works, rotates there, and recovers there."""
    p = loaded
    settings = {"pkcs11_module": MODULE, "pkcs11_token": TOKEN}
    settings["pkcs11_pin_file"] = str(pin_file(p.folder))
    write_config(p.mx.folder, p.mx.config.model_copy(update=settings))
    p.restart("mx")
    assert not isinstance(p.mx.local.signers.message, TokenSigner)
    run(identity.rotate, p.mx, keys=("message",))
    assert isinstance(p.mx.local.signers.message, TokenSigner)
    assert not [name for name in private_files(p.mx) if name.startswith("message")]
    follow(p.mx, p.us)
    ready(p)
    assert match(p).hits
    first = p.mx.local.signers.message.public
    say_later(p.mx, US.id, 2)
    run(identity.rotate, p.mx)
    follow(p.mx, p.us)
    same_record(p)
    hardware_of = p.mx.config.pkcs11(p.mx.folder)
    assert hardware_of is not None
    assert not inside(hardware_of, first)
    second = p.mx.local.signers.message.public
    # As a process that finds somebody logged in already.
    pkcs11._shared.cache_clear()
    p.restart("mx")
    assert p.mx.local.signers.message.public == second
    recovered(p, "mx")
    follow(p.mx, p.us)
    run(records.verify, p.mx, peer=US.id)
    assert not inside(hardware_of, second)
    assert [row.version for row in versions(p.us, MX.id)] == [1, 2, 3, 4]
    assert run(pinning.check, p.us, peer=MX.id).void == 0

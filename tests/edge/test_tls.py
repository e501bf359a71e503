"""Real handshakes on loopback: exactly the pinned certificate is trusted, and nothing near it."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from comity.edge.tls import NO_END, client_context, make_certificate, server_context
from comity.errors import Code, ComityError
from edge.loopback import NOW

HOST = "127.0.0.1"


def made(folder: Path, host: str = HOST, name: str = "tls") -> tuple[bytes, Path, Path]:
    """Make a certificate; return it in DER, and its two files."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    return make_certificate(host, key, certificate, NOW), certificate, key


def shake(server: ssl.SSLContext, client: ssl.SSLContext, host: str = HOST) -> str | None:
    """Do one handshake, send one byte; return the version of TLS. Raises what the client raises."""
    with socket.create_server((HOST, 0)) as listening:

        def answer() -> None:
            plain, _ = listening.accept()
            try:
                with server.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(1)
            except OSError:
                plain.close()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            with (
                socket.create_connection(listening.getsockname(), timeout=10) as plain,
                client.wrap_socket(plain, server_hostname=host) as connection,
            ):
                connection.sendall(b"x")
                return connection.version()
        finally:
            thread.join(10)


def sibling(certificate: bytes, key: Path, folder: Path, flaw: str) -> tuple[Path, Path]:
    """Make a certificate that differs from a pinned one in a single respect."""
    pinned = x509.load_der_x509_certificate(certificate)
    signer = serialization.load_pem_private_key(key.read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    own = ec.generate_private_key(ec.SECP256R1()) if flaw != "same-key" else signer
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]) if flaw == "issued-by-pinned" else pinned.subject)
        .issuer_name(pinned.issuer)
        .public_key(own.public_key())
        .serial_number(pinned.serial_number if flaw == "same-serial" else 7)
        .not_valid_before(NOW - timedelta(days=2))
        .not_valid_after(NO_END)
    )
    for extension in pinned.extensions:
        if not isinstance(extension.value, x509.SubjectKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False
    )
    issuer = signer if flaw == "issued-by-pinned" else own
    made_now = builder.sign(issuer, hashes.SHA256())
    certificate_path, key_path = folder / f"{flaw}.pem", folder / f"{flaw}.key"
    chain = made_now.public_bytes(serialization.Encoding.PEM)
    if flaw == "issued-by-pinned":
        chain += pinned.public_bytes(serialization.Encoding.PEM)
    certificate_path.write_bytes(chain)
    key_path.touch(0o600)
    key_path.write_bytes(
        own.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_path, key_path


def test_the_pinned_certificate_is_trusted(tmp_path: Path) -> None:
    der, certificate, key = made(tmp_path)
    assert shake(server_context(certificate, key), client_context(der)) == "TLSv1.3"


@pytest.mark.parametrize("flaw", ["other-key", "same-key", "same-serial", "issued-by-pinned"])
def test_a_certificate_near_the_pinned_one(tmp_path: Path, flaw: str) -> None:
    der, _, key = made(tmp_path)
    server = server_context(*sibling(der, key, tmp_path, flaw))
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(server, client_context(der))


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost", "comity.example"])
def test_another_host(tmp_path: Path, host: str) -> None:
    der, certificate, key = made(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(server_context(certificate, key), client_context(der), host)


@pytest.mark.parametrize("host", ["node.example", "::1", "[::1]", "192.0.2.7"])
def test_every_kind_of_host(tmp_path: Path, host: str) -> None:
    der, certificate, key = made(tmp_path, host)
    server, client = server_context(certificate, key), client_context(der)
    assert shake(server, client, host.strip("[]")) == "TLSv1.3"


@pytest.mark.parametrize("host", ["", "*.example", "ñandú.example", "999.1.1.1.*"])
def test_no_certificate_for_what_is_no_host(tmp_path: Path, host: str) -> None:
    with pytest.raises(ComityError) as caught:
        made(tmp_path, host)
    assert caught.value.code is Code.ADDRESS_INVALID
    assert not list(tmp_path.iterdir())


def test_older_tls_is_refused_on_both_sides(tmp_path: Path) -> None:
    der, certificate, key = made(tmp_path)
    old_client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old_client.maximum_version = ssl.TLSVersion.TLSv1_2
    old_client.load_verify_locations(cadata=der)
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version|alert"):
        shake(server_context(certificate, key), old_client)
    old_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old_server.maximum_version = ssl.TLSVersion.TLSv1_2
    old_server.load_cert_chain(certificate, key)
    with pytest.raises(ssl.SSLError, match=r"(?i)version"):
        shake(old_server, client_context(der))
    # The same two get along with each other: it is the version that was refused.
    assert shake(old_server, old_client) == "TLSv1.2"


def test_the_contexts_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    der, _, _ = made(tmp_path)
    context = client_context(der)
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.get_ca_certs(binary_form=True) == []  # not a CA, and no CA beside it
    assert context.cert_store_stats()["x509"] == 1
    assert context.keylog_filename is None


def test_the_certificate_as_it_is(tmp_path: Path) -> None:
    der, certificate, key = made(tmp_path)
    parsed = x509.load_der_x509_certificate(der)
    assert x509.load_pem_x509_certificate(certificate.read_bytes()) == parsed
    assert parsed.not_valid_before_utc < NOW
    assert parsed.not_valid_after_utc == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert b"99991231235959Z" in der
    assert not parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_certificate_that_may_issue_others(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority")])
    unconstrained = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NO_END)
    )
    authority = unconstrained.add_extension(x509.BasicConstraints(True, None), True)
    for builder in (unconstrained, authority):
        der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        with pytest.raises(ComityError) as caught:
            client_context(der)
        assert caught.value.code is Code.IDENTITY_INVALID


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"-----BEGIN CERTIFICATE-----"])
def test_no_certificate_at_all(junk: bytes) -> None:
    with pytest.raises(ComityError) as caught:
        client_context(junk)
    assert caught.value.code is Code.IDENTITY_INVALID


def test_key_files_of_a_server_that_are_not_right(tmp_path: Path) -> None:
    _, certificate, key = made(tmp_path)
    _, _, other_key = made(tmp_path, name="other")
    with pytest.raises(ComityError) as caught:
        server_context(certificate, other_key)
    assert caught.value.code is Code.KEY_FILE_INVALID
    parsed = serialization.load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        parsed.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"password"),
        )
    )
    with pytest.raises(ComityError) as caught:
        server_context(certificate, key)
    assert caught.value.code is Code.KEY_FILE_INVALID
    key.chmod(0o644)
    with pytest.raises(ComityError) as caught:
        server_context(certificate, key)
    assert caught.value.code is Code.KEY_FILE_OPEN

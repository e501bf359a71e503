"""TLS between peers: one self-signed certificate each, pinned whole (docs/decisions/0005-tls-pin).

Both contexts are built from nothing, so that no default of a Python version, no certificate store
of the machine and no environment variable (SSL_CERT_FILE, SSLKEYLOGFILE) has a say in them.
"""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from comity.edge.keyfiles import PRIVATE, read_private, write_once
from comity.errors import Code, ComityError

NO_END: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""The time that says "no well-defined end" (RFC 5280 section 4.1.2.5). The pin is what ends."""
_READABLE: Final = 0o644
_PROTOCOL: Final = "http/1.1"


def make_certificate(host: str, key_path: Path, certificate_path: Path, now: datetime) -> bytes:
    """Make the key and certificate of a peer listener in two new files; return the certificate.

    `host` is a name or an IP address as it stands in the node's address. The certificate is
    returned in DER and kept in PEM. Raises ADDRESS_INVALID, FILE_EXISTS, DISK_FULL, STORE_FAILED.
    """
    name = _general_name(host)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(name, key, now)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_once(key_path, pem, PRIVATE)
    write_once(certificate_path, certificate.public_bytes(serialization.Encoding.PEM), _READABLE)
    return certificate.public_bytes(serialization.Encoding.DER)


def server_context(certificate_path: Path, key_path: Path) -> ssl.SSLContext:
    """Return the context of the peer listener: TLS 1.3, and HTTP/1.1 inside.

    Peers prove who they are in each message (DESIGN D3), so no client certificate is asked for.
    Raises KEY_FILE_OPEN, or KEY_FILE_INVALID (path, reason).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols([_PROTOCOL])
    # Our clients keep connections, not sessions; tickets would only be more to protect.
    context.num_tickets = 0
    load(context, certificate_path, key_path)
    return context


def load(context: ssl.SSLContext, certificate_path: Path, key_path: Path) -> None:
    """Let a listener's context show this certificate, from the next connection on.

    Raises KEY_FILE_OPEN, or KEY_FILE_INVALID (path, reason).
    """
    read_private(key_path)
    try:
        context.load_cert_chain(certificate_path, key_path, password=_no_password)
    except (OSError, ValueError):
        # ssl.SSLError is an OSError: a broken file, or a key of another certificate.
        raise ComityError(
            Code.KEY_FILE_INVALID, path=str(certificate_path), reason="certificate"
        ) from None


def client_context(certificate: bytes) -> ssl.SSLContext:
    """Return a context that talks to the holder of exactly this certificate (DER), and nobody else.

    It is the only trust anchor, and the host it was made for is checked. Raises IDENTITY_INVALID
    (reason: certificate) for what is no certificate, or one that could issue others.
    """
    _check_leaf(certificate)
    # These two are what PROTOCOL_TLS_CLIENT means; said again, since everything rests on them.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = True
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # On by default from Python 3.13; here on every version, so that all judge alike.
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.hostname_checks_common_name = False
    context.set_alpn_protocols([_PROTOCOL])
    try:
        context.load_verify_locations(cadata=certificate)
    except (ssl.SSLError, ValueError):
        raise _not_a_leaf() from None
    return context


def _certificate(
    name: x509.GeneralName, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.Certificate:
    """Sign a certificate that is its own issuer and may issue nothing."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Comity peer listener")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A peer whose clock is behind must not find the certificate not yet valid.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(NO_END)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _general_name(host: str) -> x509.GeneralName:
    """Return the subject alternative name of a host. Raises ADDRESS_INVALID."""
    try:
        return x509.IPAddress(ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        pass
    try:
        if host and "*" not in host:
            return x509.DNSName(host)
    except ValueError:
        pass
    raise ComityError(Code.ADDRESS_INVALID, address=host[:100])


def _check_leaf(certificate: bytes) -> None:
    """Refuse a certificate that may sign others: pinning it would trust those, too."""
    try:
        extensions = x509.load_der_x509_certificate(certificate).extensions
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, x509.ExtensionNotFound):
        raise _not_a_leaf() from None
    if constraints.ca:
        raise _not_a_leaf()


def _not_a_leaf() -> ComityError:
    return ComityError(Code.IDENTITY_INVALID, reason="certificate")


def _no_password() -> bytes:
    """Answer for a key file that is encrypted, where OpenSSL would otherwise ask the terminal."""
    return b""

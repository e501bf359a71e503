"""The kit itself: what it is told, how it is started, and what its report says."""

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

ENABLED: Final = 65
"""Tests that the kit runs: 67, of which it disables two."""
WAIT_SECONDS: Final = 20
"""How long the kit waits for one change of a state."""
_PASSWORD: Final = "changeit"
_STARTER: Final = Path(__file__).with_name("Starter.java")
_PASSED: Final = re.compile(r"Passed tests: (\d+)")
_FAILED: Final = re.compile(r"Failed tests: (\d+)")
_ENDED: Final = re.compile(r"(?:SUCCESSFUL|FAILED|ABORTED): ")


@dataclass(frozen=True, slots=True)
class Report:
    """What the kit says at its end."""

    passed: int
    failed: int
    clean: bool = True
    """Nothing failed outside a test, such as what comes before all those of a class."""

    @property
    def complete(self) -> bool:
        """Whether every enabled test passed: the kit's exit code does not say so."""
        return self.passed == ENABLED and self.failed == 0 and self.clean

    def line(self) -> str:
        """Return the line that `make tck` ends with."""
        return f"tck: {self.passed} passed, {self.failed} failed"


def properties(
    *, node: str, address: str, base: str, static: str, callback: str, port: int, webhooks: str
) -> dict[str, str]:
    """Return what the kit is told of the node under test, and of itself."""
    return {
        "dataspacetck.callback.address": callback,
        "dataspacetck.host": "127.0.0.1",
        "dataspacetck.port": str(port),
        "dataspacetck.ansi": "false",
        "dataspacetck.debug": "true",
        "dataspacetck.dsp.local.connector": "false",
        "dataspacetck.dsp.default.wait": str(WAIT_SECONDS),
        "dataspacetck.dsp.connector.agent.id": node,
        "dataspacetck.dsp.connector.http.url": base,
        "dataspacetck.dsp.connector.http.base.url": address,
        "dataspacetck.dsp.connector.http.headers.authorization": f"Bearer {static}",
        "dataspacetck.dsp.connector.negotiation.initiate.url": f"{webhooks}/negotiations",
        "dataspacetck.dsp.connector.transfer.initiate.url": f"{webhooks}/transfers",
    }


def write_properties(path: Path, values: Mapping[str, str]) -> None:
    """Write a properties file: the values are ids, addresses and numbers, with no escapes."""
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()), "ascii")


def write_truststore(path: Path, certificate: bytes) -> None:
    """Write a truststore that holds one certificate (DER): the node's."""
    loaded = x509.load_der_x509_certificate(certificate)
    entry = pkcs12.PKCS12Certificate(loaded, b"node")
    encryption = BestAvailableEncryption(_PASSWORD.encode())
    path.write_bytes(pkcs12.serialize_java_truststore([entry], encryption))


def run(
    classpath: str,
    settings: Path,
    truststore: Path,
    log: Path,
    on_test: Callable[[str], None],
    pattern: str = "",
) -> Report:
    """Run the kit; everything that it prints goes into `log`, the end of each test to `on_test`.

    Raises RuntimeError where it ends without a report.
    """
    command = [
        "java",
        f"-Djavax.net.ssl.trustStore={truststore}",
        f"-Djavax.net.ssl.trustStorePassword={_PASSWORD}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        "--class-path",
        classpath,
        str(_STARTER),
        str(settings),
        *([pattern] if pattern else []),
    ]
    passed = failed = -1
    with (
        log.open("w", encoding="utf-8") as kept,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
        ) as process,
    ):
        for line in process.stdout or ():
            kept.write(line)
            kept.flush()
            if found := _PASSED.search(line):
                passed = int(found[1])
            elif found := _FAILED.search(line):
                failed = int(found[1])
            elif found := _ENDED.search(line):
                on_test(line[found.start() :].strip())
    if passed < 0 or failed < 0:
        raise RuntimeError(f"the kit ended without a report, with {process.returncode}")
    return Report(passed, failed, clean=process.returncode == 0 or failed > 0)

"""The Eclipse connector as a process of its own, driven by its management API."""

import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from comity.demo.sides import free_ports

_EDC: Final = Path(__file__).parent / "edc"
_CLASSPATH: Final = (_EDC / "target" / "classes", _EDC / "resources", _EDC / "target" / "lib" / "*")
MAIN: Final = "org.eclipse.edc.boot.system.runtime.BaseRuntime"
VOCAB: Final = "https://w3id.org/edc/v0.0.1/ns/"
ODRL: Final = "http://www.w3.org/ns/odrl.jsonld"
CONTEXT: Final[list[Any]] = ["https://w3id.org/dspace/2025/1/odrl-profile.jsonld", {"@vocab": None}]
"""The context that a policy stands under in the messages of the protocol, and nothing else."""
PROTOCOL: Final = "dataspace-protocol-http:2025-1"
HOST: Final = "127.0.0.1"
_CONTEXTS: Final = ("default", "management", "protocol", "control", "version", "public")
_PATHS: Final = {"default": "/api", "protocol": "/dsp"}
_START_SECONDS: Final = 60
_STEP_SECONDS: Final = 30
_FAST: Final = (
    "edc.negotiation.consumer.state-machine.iteration-wait-millis",
    "edc.negotiation.provider.state-machine.iteration-wait-millis",
    "edc.transfer.state-machine.iteration-wait-millis",
    "edc.dataplane.state-machine.iteration-wait-millis",
    "edc.data.plane.selector.state-machine.iteration-wait-millis",
)


class Failed(Exception):
    """A step did not come to where it should; what was there instead is in the text."""


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector that runs."""

    id: str
    ports: dict[str, int]
    log: Path
    client: httpx.Client
    """Of the management API."""

    def call(self, method: str, path: str, kind: str = "", **fields: Any) -> Any:
        """Call the management API and return its JSON, or None. Raises Failed."""
        body = None
        if kind:
            body = {"@context": {"@vocab": VOCAB}, "@type": kind, **fields}
        reply = self.client.request(method, path, json=body)
        if reply.is_error:
            raise Failed(f"{method} {path}: {reply.status_code} {reply.text[:2000]}")
        return reply.json() if reply.content else None

    def wait(self, path: str, *states: str) -> dict[str, Any]:
        """Wait until the process at a path is in one of the states. Raises Failed."""

        def look() -> dict[str, Any] | None:
            shown: dict[str, Any] = self.call("GET", path)
            if shown["state"] == "TERMINATED" and "TERMINATED" not in states:
                raise Failed(f"{path}: {shown}")
            return shown if shown["state"] in states else None

        found: dict[str, Any] = until(look, f"{path} in {states}")
        return found


def until(look: Callable[[], Any], what: str, seconds: float = _STEP_SECONDS) -> Any:
    """Look again and again until there is something, and return it. Raises Failed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (found := look()) is not None:
            return found
        time.sleep(0.05)
    raise Failed(f"not in {seconds:g} s: {what}")


@contextmanager
def running(folder: Path, id: str, address: str, certificate: bytes) -> Iterator[Connector]:
    """Run the connector as participant `id` while the block runs.

    `address` is where its peers reach it; it trusts the TLS certificate given (DER), and no other.
    """
    folder.mkdir()
    ports = dict(zip(_CONTEXTS, free_ports(len(_CONTEXTS)), strict=True))
    password, key = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    trusted = folder / "trusted.p12"
    trusted.write_bytes(_truststore(certificate, password))
    settings = folder / "edc.properties"
    settings.write_text(_settings(id, address, ports, key), "utf-8")
    log = folder / "edc.log"
    command = [
        "java",
        f"-Dedc.fs.config={settings}",
        f"-Djavax.net.ssl.trustStore={trusted}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        f"-Djavax.net.ssl.trustStorePassword={password}",
        "-cp",
        os.pathsep.join(map(str, _CLASSPATH)),
        MAIN,
    ]
    management = f"http://{HOST}:{ports['management']}/management/v3"
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder) as process,
        httpx.Client(
            base_url=management,
            headers={"x-api-key": key},
            trust_env=False,
            verify=False,
            timeout=_STEP_SECONDS,
        ) as client,
    ):
        try:
            _await_start(process, ports["default"], log)
            yield Connector(id, ports, log, client)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _await_start(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    def look() -> bool | None:
        if process.poll() is not None:
            raise Failed(f"the connector ended: {log.read_text('utf-8', 'replace')[-3000:]}")
        try:
            reply = httpx.get(f"http://{HOST}:{port}/api/check/startup", trust_env=False)
        except httpx.TransportError:
            return None
        return True if reply.is_success else None

    until(look, "the connector is up", _START_SECONDS)


def _settings(id: str, address: str, ports: dict[str, int], key: str) -> str:
    values = {
        "edc.participant.id": id,
        "edc.hostname": HOST,
        "edc.dsp.callback.address": f"{address}/dsp",
        "edc.transfer.proxy.token.signer.privatekey.alias": "private-key",
        "edc.transfer.proxy.token.verifier.publickey.alias": "public-key",
        "interop.public.address": f"{address}/public",
        "web.http.management.auth.type": "tokenbased",
        "web.http.management.auth.key": key,
        **dict.fromkeys(_FAST, "50"),
    }
    for name, port in ports.items():
        prefix = "web.http" if name == "default" else f"web.http.{name}"
        values[f"{prefix}.port"] = str(port)
        values[f"{prefix}.path"] = _PATHS.get(name, f"/{name}")
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _truststore(certificate: bytes, password: str) -> bytes:
    held = pkcs12.PKCS12Certificate(x509.load_der_x509_certificate(certificate), b"node")
    encryption = serialization.BestAvailableEncryption(password.encode())
    return pkcs12.serialize_java_truststore([held], encryption)

"""The client of a node that is serving: calls its operations through the operators' listener."""

import json
import re
import ssl
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from pydantic import BaseModel, JsonValue

from comity.api import Progress
from comity.edge.tls import client_context
from comity.errors import Code, ComityError
from comity.operations.registry import Model, Operation

ArgsT = TypeVar("ArgsT", bound=Model)
ResultT = TypeVar("ResultT", bound=Model)
AnyModel = TypeVar("AnyModel", bound=BaseModel)
_CONNECT_SECONDS: Final = 5
_TOKEN: Final = re.compile(r"[!-~]+")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class _Progress(BaseModel):
    """How far the operation is."""

    step: str
    done: int
    total: int


class _Error(BaseModel):
    """Why it ended without a result."""

    code: str
    params: dict[str, str | int]


class _Line(BaseModel):
    """One line of a reply: one of the three is there."""

    progress: _Progress | None = None
    error: _Error | None = None
    result: JsonValue = None


class Remote:
    """One officer's access to a serving node. Use it in a `with` block."""

    def __init__(self, address: str, token: str, certificate: bytes | None = None) -> None:
        """Take the address (http or https, host, port), the officer's token, the certificate (DER).

        Plain HTTP is for loopback; anywhere else it would show the token to the network. Raises
        ADDRESS_INVALID (address), or LOGIN_FAILED for what cannot be a token.
        """
        if not _TOKEN.fullmatch(token):
            raise ComityError(Code.LOGIN_FAILED)
        parts = urlsplit(address)
        # Trusts nobody: there is nothing to trust where TLS is not used.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if parts.scheme == "https" and certificate is not None:
            context = client_context(certificate)
        elif parts.scheme != "http" or parts.hostname not in _LOOPBACK:
            raise ComityError(Code.ADDRESS_INVALID, address=address[:100])
        self._address = address
        self._client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            verify=context,
            # An operation may think for minutes between two lines.
            timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
            trust_env=False,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def call(
        self, operation: Operation[ArgsT, ResultT], args: ArgsT, progress: Progress
    ) -> ResultT:
        """Run an operation there, report its progress here, and return its result.

        Raises whatever the operation raised, LOGIN_FAILED, or NODE_NOT_SERVING (address) when
        nobody answers or the node went away before the end.
        """
        try:
            with self._client.stream(
                "POST",
                f"/operations/{quote(operation.name, safe='')}",
                content=args.model_dump_json(),
                headers={"Content-Type": "application/json"},
            ) as reply:
                for text in reply.iter_lines():
                    line = _parsed(_Line, text)
                    if line.progress is not None:
                        progress(line.progress.step, line.progress.done, line.progress.total)
                    elif line.error is not None:
                        raise _raised(line.error)
                    else:
                        return _parsed(operation.result, json.dumps(line.result))
        except httpx.TransportError:
            pass
        raise ComityError(Code.NODE_NOT_SERVING, address=self._address)


def _parsed(cls: type[AnyModel], text: str) -> AnyModel:
    """Parse what the node said. Raises INTERNAL: what answers there is no node of this version."""
    try:
        return cls.model_validate_json(text)
    except ValueError:
        raise ComityError(Code.INTERNAL) from None


def _raised(error: _Error) -> ComityError:
    """Make the error again that was raised there."""
    try:
        return ComityError(Code(error.code), **error.params)
    except ValueError:
        return ComityError(Code.INTERNAL)

"""How a command runs: through the node where it serves, else in this process with its folder held.

Commands build arguments, call `Session.run` and render the result. Which officer acts is proved by
a token either way.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from comity.cli.output import Screen
from comity.cli.progress import bars
from comity.errors import Code, ComityError
from comity.texts import Language

if TYPE_CHECKING:
    from comity.api import Progress
    from comity.operations.registry import Model, Operation

    ArgsT = TypeVar("ArgsT", bound=Model)
    ResultT = TypeVar("ResultT", bound=Model)


@dataclass(frozen=True, slots=True)
class Options:
    """What every command takes. None where it was not given."""

    folder: Path | None = None
    acting: str | None = None
    """The officer who acts."""
    language: Language | None = None
    json: bool = False
    quiet: bool = False

    def over(self, before: "Options") -> "Options":
        """Return these options, and those given earlier on the line where these are silent."""
        names = [field.name for field in fields(self)]
        return Options(**{name: getattr(self, name) or getattr(before, name) for name in names})


class Session:
    """One command of one officer on one node."""

    def __init__(self, options: Options) -> None:
        from comity.edge.config import node_folder

        self.folder = options.folder or node_folder(os.environ)
        self.officer = options.acting or ""
        self.screen = Screen(options.language or self._language(), options.json, options.quiet)

    def run(self, operation: "Operation[ArgsT, ResultT]", args: "ArgsT") -> "ResultT":
        """Run an operation and return its result.

        Raises what the operation raises, NODE_MISSING, NODE_BUSY, NODE_NOT_SERVING where it needs
        a serving node and there is none, and what `token` raises.
        """
        from comity.edge.config import read_config
        from comity.edge.lock import find_serving

        read_config(self.folder)
        serving, token = find_serving(self.folder), self.token()
        with bars(self.screen) as progress:
            if serving is not None:
                return self._remotely(serving.address, token, operation, args, progress)
            return self._here(token, operation, args, progress)

    def token(self) -> str:
        """Return the officer's token.

        Raises OFFICER_UNKNOWN, OFFICER_NOT_NAMED where there are several, KEY_FILE_OPEN or
        KEY_FILE_INVALID.
        """
        from comity.edge.keyfiles import read_private
        from comity.operations.setup import OFFICERS

        folder = self.folder / OFFICERS
        given = os.environ.get("COMITY_OFFICER_TOKEN_FILE")
        if self.officer:
            path = folder / f"{self.officer}.token"
            if Path(self.officer).name != self.officer or not path.exists():
                raise ComityError(Code.OFFICER_UNKNOWN, officer=self.officer[:100])
        elif given:
            path = Path(given)
        else:
            found = sorted(folder.glob("*.token"))
            if len(found) != 1:
                raise ComityError(Code.OFFICER_NOT_NAMED, count=len(found))
            path = found[0]
        return read_private(path).decode("ascii", "replace").strip()

    def prompt(self, key: str, **params: str | int) -> str:
        """Ask for a text on the terminal. Raises NOT_CONFIRMED where nobody can be asked."""
        with self._asking():
            answer: str = typer.prompt(self.screen.text(key, **params), err=True)
            return answer

    def secret(self, key: str, *, confirm: bool = False) -> str:
        """Ask for a secret on the terminal, twice where nothing else would show a slip.

        Raises NOT_CONFIRMED where nobody can be asked.
        """
        with self._asking():
            asked = self.screen.text(key)
            answer: str = typer.prompt(
                asked, hide_input=True, confirmation_prompt=asked if confirm else False, err=True
            )
            return answer

    def confirm(self, key: str, **params: str | int) -> None:
        """Ask for a yes on the terminal. Raises NOT_CONFIRMED for anything else."""
        with self._asking():
            asked = f"{self.screen.text(key, **params)} {self.screen.text('ask.yes-or-no')}"
            said = typer.prompt(asked, default="", show_default=False, err=True)
        if said.strip().casefold() not in self.screen.text("ask.yes").split():
            raise ComityError(Code.NOT_CONFIRMED)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        if self.screen.json:
            raise ComityError(Code.NOT_CONFIRMED)
        try:
            yield
        except typer.Abort:
            raise ComityError(Code.NOT_CONFIRMED) from None

    def _language(self) -> Language:
        """Return the language that the node's settings name, English where there is no node."""
        from comity.edge.config import read_config

        try:
            return read_config(self.folder).language
        except ComityError:
            return "en"

    def _remotely(
        self,
        address: str,
        token: str,
        operation: "Operation[ArgsT, ResultT]",
        args: "ArgsT",
        progress: "Progress",
    ) -> "ResultT":
        from comity.edge.remote import Remote

        certificate = self._certificate() if address.startswith("https:") else None
        with Remote(address, token, certificate) as remote:
            return remote.call(operation, args, progress)

    def _here(
        self,
        token: str,
        operation: "Operation[ArgsT, ResultT]",
        args: "ArgsT",
        progress: "Progress",
    ) -> "ResultT":
        from comity.edge import lock
        from comity.node import mark_height, open_node
        from comity.operations.linking import needs_no_calls
        from comity.operations.setup import authenticate

        with lock.hold(self.folder):
            node = open_node(self.folder)
            try:
                caller = authenticate(node.store, token)
                if operation.serving and not needs_no_calls(node, args):
                    raise ComityError(Code.NODE_NOT_SERVING)
                result = operation.run(node, caller, args, progress)
                # A serving node does this by itself; one that is open for this alone does it now.
                for peer in node.delivery.reached & set(node.meetings.due()):
                    node.meetings.run(peer)
                return result
            finally:
                mark_height(node)
                node.close()

    def _certificate(self) -> bytes:
        """Return the certificate (DER) that the operators' listener of this node shows."""
        import ssl

        from comity.serving import CERTIFICATE_FILE

        path = self.folder / "keys" / CERTIFICATE_FILE
        try:
            return ssl.PEM_cert_to_DER_cert(path.read_text("ascii"))
        except (OSError, ValueError):
            raise ComityError(Code.KEY_FILE_INVALID, path=str(path), reason="certificate") from None

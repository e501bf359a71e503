"""Run: the serving node, the check-up, the demo."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command
from comity.cli.panels import RUN
from comity.cli.session import Session

if TYPE_CHECKING:
    from comity.serving import Started


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "serve", RUN)(serve)
    command(app, "doctor", RUN)(doctor)
    command(app, "demo", RUN)(demo)


def serve(session: Session) -> None:
    """Run the node: the listener for peers, and the one for officers.

    Logs are JSON lines on standard error. Ctrl-C or SIGTERM stops it once replies under way are
    sent; a second one stops it at once.
    """
    from comity.cli.rendering import running as shown
    from comity.edge import logs
    from comity.edge.config import read_config
    from comity.serving import run

    logs.configure(read_config(session.folder).log_level)

    def ready(started: "Started") -> None:
        session.screen.show(shown.Serving.of(started), shown.serving)
        # Whoever started this may be waiting for the line at the other end of a pipe.
        session.screen.out.file.flush()

    run(session.folder, ready)


def doctor(
    session: Session,
    peers: Annotated[
        bool, typer.Option("--peers", help="Contact the pinned peers, too; else no network.")
    ] = False,
) -> None:
    """Check this node and its machine, and say what to do. Fails where something is wrong."""
    from comity.cli.rendering import running as shown
    from comity.doctor import examine

    checkup = shown.checkup(session.screen.language, examine(session.folder, contact=peers))
    session.screen.show(checkup, shown.findings)
    if any(one.outcome == "fail" for one in checkup.checks):
        raise typer.Exit(1)


def demo(
    session: Session,
    mx: Annotated[
        Path | None, typer.Option(help="The Mexican list (SAT 69-B); else COMITY_LISTS, else made.")
    ] = None,
    us: Annotated[
        Path | None, typer.Option(help="The United States list (OFAC SDN), likewise.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep both nodes in this new folder.")
    ] = None,
    courier: Annotated[
        bool, typer.Option("--courier", help="Without a network: files are carried.")
    ] = False,
    cheat: Annotated[
        bool,
        typer.Option("--cheat", help="Another play: one side rewrites its log, and is caught."),
    ] = False,
) -> None:
    """Play the main job between two nodes on this machine, and give an account of it."""
    from importlib import import_module

    if cheat:
        caught = import_module("comity.demo.cheating").run
        if caught(as_json=session.screen.json, keep=keep, language=session.screen.language):
            raise typer.Exit(1)
        return
    run = import_module("comity.demo").run
    failed = run(
        mx=mx,
        us=us,
        keep=keep,
        as_json=session.screen.json,
        language=session.screen.language,
        courier=courier,
    )
    if failed:
        raise typer.Exit(1)

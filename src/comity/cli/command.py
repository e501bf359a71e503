"""How a function becomes a command: the options that all commands take, and what catches errors."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, ParamSpec, get_type_hints

import typer
from pydantic import ValidationError

from comity.cli.output import internal
from comity.cli.session import Options, Session
from comity.errors import Code, ComityError
from comity.texts import Language

P = ParamSpec("P")
Command = Callable[Concatenate[Session, P], None]

_PANEL: Final = "Options of every command"
Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        envvar="COMITY_FOLDER",
        help="The node's folder.",
        show_default="~/.comity",
        rich_help_panel=_PANEL,
    ),
]
Officer = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="OFFICER",
        help="The officer who acts; without it, COMITY_OFFICER_TOKEN_FILE or the only one.",
        rich_help_panel=_PANEL,
    ),
]
Spoken = Annotated[
    Language | None,
    typer.Option(
        "--language",
        help="Language of results and errors; without it, the node's own.",
        rich_help_panel=_PANEL,
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print the result, or the error, as JSON.", rich_help_panel=_PANEL),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", help="No progress and no hints.", rich_help_panel=_PANEL),
]
_SHARED: Final = {
    "folder": (Folder, None),
    "acting": (Officer, None),
    "language": (Spoken, None),
    "json": (Json, False),
    "quiet": (Quiet, False),
}


def command(
    app: typer.Typer, name: str, panel: str = "", *, dashes: bool = False
) -> Callable[[Command[P]], Command[P]]:
    """Register a function as the command `name` of an application or group.

    The function gets a `Session` first; what else it takes are the command's own arguments and
    options. `dashes` lets arguments begin with a dash, as handles may.
    """
    settings: dict[str, Any] = {"ignore_unknown_options": True} if dashes else {}

    def register(function: Command[P]) -> Command[P]:
        app.command(name, rich_help_panel=panel or None, context_settings=settings)(_made(function))
        return function

    return register


def default(group: typer.Typer) -> Callable[[Command[P]], Command[P]]:
    """Register a function as what a group does when no command of it is named."""

    def register(function: Command[P]) -> Command[P]:
        group.callback(invoke_without_command=True)(_made(function))
        return function

    return register


def remember(ctx: typer.Context, options: Options) -> Options:
    """Keep options given here for commands further down the line; return what holds here."""
    before = ctx.obj if isinstance(ctx.obj, Options) else Options()
    ctx.obj = now = options.over(before)
    return now


def _made(function: Callable[..., None]) -> Callable[..., None]:
    """Return what typer calls: the function's own parameters, and those that all commands take."""

    def run(ctx: typer.Context, **given: Any) -> None:
        options = remember(ctx, Options(**{name: given.pop(name) for name in _SHARED}))
        if ctx.invoked_subcommand is None:
            _guarded(function, Session(options), given)

    hints = get_type_hints(function, include_extras=True)
    own = [
        each.replace(kind=each.KEYWORD_ONLY, annotation=hints[each.name])
        for each in list(inspect.signature(function).parameters.values())[1:]
    ]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _SHARED.items()
    ]
    first = inspect.Parameter(
        "ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    everything = [first, *own, *shared]
    run.__name__, run.__doc__ = function.__name__, paragraphs(function.__doc__ or "")
    run.__signature__ = inspect.Signature(everything)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in everything}
    return run


def paragraphs(text: str) -> str:
    """Return a docstring with each paragraph on one line, so that help wraps it to the terminal."""
    return "\n\n".join(" ".join(each.split()) for each in inspect.cleandoc(text).split("\n\n"))


def _guarded(function: Callable[..., None], session: Session, given: dict[str, Any]) -> None:
    """Call a command; say its error and leave with 1."""
    try:
        function(session, **given)
    except ComityError as error:
        session.screen.error(error)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        session.screen.error(ComityError(Code.ARGUMENT_INVALID, where=where))
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:
        from comity.edge.logs import place

        session.screen.error(internal(error, place(error)))
    else:
        return
    raise typer.Exit(1)

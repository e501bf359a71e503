"""Tables that documents show of the code: bounds, codes, messages, states, terms, settings."""

import ast
import inspect
from itertools import pairwise
from types import ModuleType

from pydantic.alias_generators import to_camel

from comity import limits
from comity.core import derivation, terms
from comity.core.derivation import FAMILIES
from comity.core.machines import (
    Machine,
    NegotiationMessage,
    NegotiationState,
    TransferMessage,
    TransferState,
)
from comity.core.terms import Grant, MatchTerms, ReceiveTerms, RequestTerms
from comity.core.terms_odrl import COUNT, OPERANDS, PER_PERIOD, PERIOD
from comity.edge.config import ENVIRONMENT, SETTINGS, NodeConfig
from comity.errors import Code
from comity.protocol.filing import PATHS
from comity.protocol.refusals import status
from comity.protocol.routes import CONTACTS, ROUTES
from comity.texts import ERRORS
from documents.shown import table

AnyMachine = Machine[NegotiationState, NegotiationMessage] | Machine[TransferState, TransferMessage]
_UNITS = {"KIB", "MIB", "HOUR", "DAY"}
_WRITTEN = {
    "TEXT": "text",
    "MOMENT": "text, `YYYY-MM-DDThh:mm:ssZ`",
    "NUMBER": "digits, as text",
    "TRUTH": "`true` or `false`, as text",
    "SET": "list of text",
}


def bounds() -> str:
    """Every limit with its value and its reason, in the order of the source."""
    rows: list[tuple[str, str, str]] = []
    for name, reason in _documented(limits).items():
        value = getattr(limits, name)
        rows.append((f"`{name}`", f"{value:,}", reason))
    named = {name for name in vars(limits) if name.isupper()} - _UNITS
    if named != {row[0].strip("`") for row in rows}:
        raise ValueError("a limit has no reason")
    return table(("limit", "value", "why"), rows)


def codes() -> str:
    """Every error code: what is wrong, and what to do next."""
    rows = []
    for code in Code:
        what, todo = (_template(text) for text in ERRORS["en"][code])
        rows.append((f"`{code}`", what, todo))
    return table(("code", "what is wrong", "what to do next"), rows)


def statuses() -> str:
    """The HTTP status of a refusal, by code; 400 is the rest."""
    by_status: dict[int, list[str]] = {}
    for code in Code:
        if status(code) != 400:
            by_status.setdefault(status(code), []).append(f"`{code}`")
    rows = [(str(number), ", ".join(named)) for number, named in sorted(by_status.items())]
    return table(("status", "codes"), [("400", "every code that is not below"), *rows])


def messages() -> str:
    """The closed set: every message that a peer can send."""
    routes = [(route.what, route.method, route.path) for route in (*ROUTES, *CONTACTS)]
    rows = [(f"`{what}`", method, f"`{path}`") for what, method, path in (*routes, *PATHS)]
    return table(("message", "method", "path, below the address"), rows)


def states(machine: AnyMachine) -> str:
    """A state machine, drawn and as a table."""
    rows = machine.describe()
    arrows: dict[tuple[str, str], dict[str, None]] = {}
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for before, _, message, after in rows:
        if after != "TERMINATED":
            arrows.setdefault((before or "[*]", after), {})[_short(message)] = None
        senders = " ".join(sorted(row[1] for row in rows if row[::2] == (before, message)))
        sender = "either" if " " in senders else senders
        befores = grouped.setdefault((message, sender, after), [])
        if (before or "(none)") not in befores:
            befores.append(before or "(none)")
    drawn = "\n".join(
        [
            "```mermaid",
            "stateDiagram-v2",
            *(f"    {start} --> {end}: {', '.join(said)}" for (start, end), said in arrows.items()),
            "```",
        ]
    )
    listed = [
        (f"`{message}`", sender, ", ".join(befores), after)
        for (message, sender, after), befores in grouped.items()
    ]
    return f"{drawn}\n\n{table(('message', 'sent by', 'in state', 'leads to'), listed)}"


def profile() -> str:
    """The ODRL profile: every operand, where it may stand, and what it means."""
    grants: dict[str, type[Grant]] = {
        "match": MatchTerms,
        "request": RequestTerms,
        "receive": ReceiveTerms,
    }
    meaning = _documented(terms)
    rows = []
    for operand in OPERANDS:
        where = [name for name, cls in grants.items() if operand.field in cls.model_fields]
        rows.append(
            (
                f"`{to_camel(operand.field)}`",
                f"`{operand.left}`",
                f"`{operand.operator}`",
                _WRITTEN[operand.form.name],
                "every grant" if len(where) == len(grants) else ", ".join(where),
                meaning.get(operand.field, _MEANING.get(operand.field, "")),
            )
        )
    for name, cls in grants.items():
        rows.append(
            (
                f"`{to_camel(PER_PERIOD[cls])}`",
                f"`and`: `{COUNT}`, `{PERIOD}`",
                "`lteq`, `eq`",
                "digits; `P1D`, `P1W` or `P1M`",
                name,
                f"At most so many {_COUNTED[name]} in each calendar day, week (from Monday) or "
                "month, UTC.",
            )
        )
    return table(("term", "left operand", "operator", "right operand", "in", "meaning"), rows)


def families() -> str:
    """The families of tokens, with the normal form's rule from the module that has it."""
    normal = {}
    for line in inspect.cleandoc(derivation.__doc__ or "").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3:
            normal[cells[0]] = cells[1]
    rows = [
        (
            f"`{rule.family}`",
            normal[rule.family],
            "yes" if rule.has_kind else "no",
            rule.evidence,
            str(int(rule.presence)) if rule.presence else "none",
        )
        for rule in FAMILIES.values()
    ]
    return table(("family", "value", "kind in the token", "evidence", "presence bit"), rows)


def settings() -> str:
    """Every setting of a node, with its default."""
    rows = []
    for name, meaning in SETTINGS.items():
        field = NodeConfig.model_fields[name]
        default = "" if field.is_required() or field.default is None else f"`{field.default}`"
        rows.append((f"`{name}`", default or ("required" if field.is_required() else ""), meaning))
    return table(("setting", "default", "meaning"), rows)


def environment() -> str:
    """Every environment variable that the program reads."""
    return table(
        ("variable", "meaning"),
        [(f"`{name}`", meaning) for name, meaning in ENVIRONMENT.items()],
    )


_COUNTED = {"match": "tokens", "request": "requests", "receive": "transfers of the file"}
_MEANING = {
    "approval": "Who has to agree before a question is answered: `automatic`, `one-officer`, "
    "`two-officers` (two distinct ones).",
    "retention": "How long the asker may keep what it learns (ISO 8601 duration); its own node "
    "destroys it then.",
    "handling": "The TLP 2.0 label under which the asker handles what it learns; it stands with "
    "all that is shown of it.",
    "families": "Which families of tokens may be asked.",
    "tokens_in_all": "At most so many tokens in all; one execution of match is one token.",
    "requests_in_all": "At most so many requests in all, answered or not.",
    "transfers_in_all": "At most so many transfers of the file in all.",
}
"""For fields whose source has no sentence of its own."""


def _documented(module: ModuleType) -> dict[str, str]:
    """Return the sentence under each name of a module and of its classes, on one line."""
    found: dict[str, str] = {}

    def collect(body: list[ast.stmt]) -> None:
        for before, after in pairwise(body):
            if (
                isinstance(before, ast.AnnAssign)
                and isinstance(before.target, ast.Name)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
                and isinstance(after.value.value, str)
            ):
                found[before.target.id] = " ".join(after.value.value.split())
        for node in body:
            if isinstance(node, ast.ClassDef):
                collect(node.body)

    collect(ast.parse(inspect.getsource(module)).body)
    return found


def _template(text: str) -> str:
    """Return a text with its parameters in braces, and without the marks around what may lack."""
    return text.replace("[", "").replace("]", "").replace("|", "\\|")


def _short(message: str) -> str:
    kind, _, event = message.partition(":")
    if event:
        return f"event {event}"
    for part in ("ContractNegotiation", "ContractAgreement", "Contract", "Transfer"):
        if kind.startswith(part):
            name = kind.removeprefix(part).removesuffix("Message")
            return name.lower() or "agreement"
    return kind

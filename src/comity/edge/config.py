"""The settings of a node: one TOML file in its folder, read strictly, written with its meaning.

There is one place for each setting. The environment says which folder, and where the officer's
token is; nothing else, so that a node behaves the same from whatever shell it is started.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from comity.core.identity import Address, Did, Territory
from comity.edge.keyfiles import PRIVATE, replace
from comity.edge.pkcs11 import Pkcs11
from comity.errors import Code, ComityError
from comity.limits import CONFIG_BYTES, ID_CHARS

CONFIG_FILE: Final = "comity.toml"
DATABASE_FILE: Final = "comity.db"
ENVIRONMENT: Final[Mapping[str, str]] = {
    "COMITY_FOLDER": "The node's folder; without it, .comity in the home directory.",
    "COMITY_OFFICER_TOKEN_FILE": "The file with the token of the officer who calls.",
    "COMITY_KERNEL": "The kernel, native or portable; without it, native where it is installed.",
}
"""Every environment variable that a node or its command line reads, and what it says."""
_LINE: Final = re.compile(r"at line (\d+)")


def _printable(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("not printable")
    return text


Line = Annotated[str, Field(max_length=ID_CHARS), AfterValidator(_printable)]
Port = Annotated[int, Field(ge=0, le=65_535)]
PollSeconds = Annotated[int, Field(ge=1, le=3_600)]


class NodeConfig(BaseModel):
    """The settings of one node; SETTINGS says what each is for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: Did = Field(description="The participant id: a DID, the same for ever.")
    name: Line = Field(description="The authority's name, as peers see it.")
    territory: Territory = Field(description="ISO 3166-1 code of the territory the node stands in.")
    address: Address = Field(
        description="Where peers reach this node: https, host, port, optional path."
    )
    listen: Literal["peers", "none"] = Field(
        "peers",
        description="Whether peers reach this node; with none, it collects what waits at theirs.",
    )
    poll_seconds: PollSeconds = Field(
        2, description="Seconds between two questions for what waits, where nothing came."
    )
    peer_host: Line = Field("0.0.0.0", description="Where the peer listener listens.")  # noqa: S104
    peer_port: Port = Field(
        8443, description="Port of the peer listener; 0 lets the system choose."
    )
    operators_host: Line = Field("127.0.0.1", description="Where the operators' listener listens.")
    operators_port: Port = Field(
        8700, description="Port of the operators' listener; 0 lets the system choose."
    )
    pkcs11_module: Line | None = Field(
        None,
        description="PKCS #11 library whose token keeps the message key; without it, a file does.",
    )
    pkcs11_token: Line = Field("comity", description="Label of the token.")
    pkcs11_key: Line = Field("comity-message", description="Label of message keys in the token.")
    pkcs11_pin_file: Line = Field(
        "keys/pkcs11.pin", description="File with the token's PIN, below the node's folder."
    )
    database: Line | None = Field(
        None, description="Database URL; without it, SQLite in the node's folder."
    )
    language: Literal["en", "es"] = Field("en", description="Language of what people read.")
    courier_out: Line | None = Field(
        None, description="Folder for files that couriers take, for `comity courier run`."
    )
    courier_in: Line | None = Field(
        None, description="Folder for files that couriers bring, likewise."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe lines that are logged."
    )

    def pkcs11(self, folder: Path) -> Pkcs11 | None:
        """Return where new message keys are made, if it is not a file."""
        if self.pkcs11_module is None:
            return None
        pin_file = folder.resolve() / self.pkcs11_pin_file
        return Pkcs11(self.pkcs11_module, self.pkcs11_token, self.pkcs11_key, pin_file)

    def database_url(self, folder: Path) -> str:
        """Return the database URL of a node in `folder`."""
        return self.database or f"sqlite:///{folder.resolve() / DATABASE_FILE}"


SETTINGS: Final[Mapping[str, str]] = {
    name: field.description or "" for name, field in NodeConfig.model_fields.items()
}
"""Every setting, in the order of the file, and what it is for."""


def node_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder that the environment names, or the default one. It need not exist."""
    given = environ.get("COMITY_FOLDER")
    return Path(given) if given else Path.home() / ".comity"


def read_config(folder: Path) -> NodeConfig:
    """Read the settings of the node in `folder`.

    Raises NODE_MISSING (folder), KEY_FILE_OPEN (path, reason) when others can read a password in
    it, or SETTING_INVALID (setting, where: file and line).
    """
    path = folder / CONFIG_FILE
    try:
        with path.open("rb") as file:
            mode, data = path.stat().st_mode, file.read(CONFIG_BYTES + 1)
    except OSError:
        raise ComityError(Code.NODE_MISSING, folder=str(folder)) from None
    config = parse_config(data)
    if mode & 0o077 and config.database and urlsplit(config.database).password:
        raise ComityError(Code.KEY_FILE_OPEN, path=str(path), reason="mode")
    return config


def parse_config(data: bytes) -> NodeConfig:
    """Parse the text of a settings file. Raises SETTING_INVALID (setting, where)."""
    try:
        if len(data) > CONFIG_BYTES:
            raise ValueError("too long")
        text = data.decode("utf-8")
        values = tomllib.loads(text)
    except ValueError as error:
        found = _LINE.search(str(error))
        raise _invalid("", int(found[1]) if found else 1) from None
    try:
        return NodeConfig.model_validate(values)
    except ValidationError as error:
        setting = str(error.errors(include_url=False, include_input=False)[0]["loc"][0])
        raise _invalid(setting, _line_of(setting, text)) from None


def write_config(folder: Path, config: NodeConfig) -> None:
    """Write the settings of the node in `folder`. Raises DISK_FULL or STORE_FAILED."""
    replace(folder / CONFIG_FILE, render_config(config), PRIVATE)


def render_config(config: NodeConfig) -> bytes:
    """Return the settings as TOML, each under a comment that says what it is for."""
    lines: list[str] = []
    for name, meaning in SETTINGS.items():
        value: str | int | None = getattr(config, name)
        lines.append(f"# {meaning}")
        # What is printable is written in JSON as it is in TOML.
        shown = json.dumps(value, ensure_ascii=False)
        lines.append(f"# {name} =" if value is None else f"{name} = {shown}")
        lines.append("")
    return "\n".join(lines).encode("utf-8")


def _line_of(setting: str, text: str) -> int:
    """Return the line a setting stands in, or the last one where it is missing."""
    starts = re.compile(rf"""\s*\[*\s*["']?{re.escape(setting)}["']?\s*[=.\]]""")
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if starts.match(line):
            return number
    return max(len(lines), 1)


def _invalid(setting: str, line: int) -> ComityError:
    return ComityError(
        Code.SETTING_INVALID, setting=setting[:ID_CHARS], where=f"{CONFIG_FILE}:{line}"
    )

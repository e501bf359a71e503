"""Settings: read strictly, each fault with its place, and what is written is what is read."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.edge import config as config_module
from comity.edge.config import (
    CONFIG_FILE,
    ENVIRONMENT,
    SETTINGS,
    NodeConfig,
    node_folder,
    parse_config,
    read_config,
    render_config,
    write_config,
)
from comity.errors import Code, ComityError
from comity.limits import CONFIG_BYTES

MINIMAL = """id = "did:web:uif.example"
name = "Unidad de Inteligencia Financiera"
territory = "MX"
address = "https://uif.example:8443/comity"
"""


def minimal(**changes: Any) -> NodeConfig:
    return parse_config(MINIMAL.encode()).model_copy(update=changes)


def fault(text: str | bytes) -> dict[str, str | int]:
    with pytest.raises(ComityError) as caught:
        parse_config(text.encode() if isinstance(text, str) else text)
    assert caught.value.code is Code.SETTING_INVALID
    return caught.value.params


def test_defaults_reveal_nothing() -> None:
    config = minimal()
    assert (config.operators_host, config.language, config.log_level) == ("127.0.0.1", "en", "info")
    assert config.database_url(Path("/srv/node")) == "sqlite:////srv/node/comity.db"


def test_a_database_elsewhere() -> None:
    config = minimal(database="postgresql://comity@db/comity")
    assert config.database_url(Path("/srv/node")) == "postgresql://comity@db/comity"


def test_written_and_read(tmp_path: Path) -> None:
    config = minimal(language="es", operators_port=0)
    write_config(tmp_path, config)
    assert read_config(tmp_path) == config
    assert (tmp_path / CONFIG_FILE).stat().st_mode & 0o777 == 0o600


TEXT = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=60)


@given(
    name=TEXT,
    database=st.none() | TEXT,
    peer_port=st.integers(0, 65_535),
    language=st.sampled_from(["en", "es"]),
)
def test_whatever_is_written_is_read_back(
    name: str, database: str | None, peer_port: int, language: str
) -> None:
    changed = {"name": name, "database": database, "peer_port": peer_port, "language": language}
    config = NodeConfig.model_validate(minimal().model_dump() | changed)
    assert parse_config(render_config(config)) == config


def test_every_setting_stands_in_the_file_with_its_meaning() -> None:
    text = render_config(minimal()).decode()
    for setting, meaning in SETTINGS.items():
        assert meaning.endswith(".")
        assert f"# {meaning}\n" in text
        assert f"{setting} =" in text


@pytest.mark.parametrize(
    ("flaw", "text", "setting", "line"),
    [
        ("unknown", MINIMAL + "\nlog = 1\n", "log", 6),
        ("unknown-table", MINIMAL + "[peers]\nhost = 1\n", "peers", 5),
        ("wrong-type", MINIMAL + 'peer_port = "8443"\n', "peer_port", 5),
        ("true-is-no-port", MINIMAL + "peer_port = true\n", "peer_port", 5),
        ("port-out-of-range", MINIMAL + "peer_port = 65536\n", "peer_port", 5),
        ("language", MINIMAL + 'language = "fr"\n', "language", 5),
        ("id-is-no-did", MINIMAL.replace("did:web:", "web:"), "id", 1),
        ("plain-http", MINIMAL.replace("https:", "http:"), "address", 4),
        ("address-with-query", MINIMAL.replace("/comity", "/?comity"), "address", 4),
        ("territory", MINIMAL.replace("MX", "Mexico"), "territory", 3),
        ("empty-name", MINIMAL.replace("Unidad de Inteligencia Financiera", ""), "name", 2),
        ("control-character", MINIMAL.replace("Unidad", "Uni\\u001bdad"), "name", 2),
        ("missing", MINIMAL.replace("territory", "# territory"), "territory", 4),
    ],
)
def test_settings_that_are_not_right(flaw: str, text: str, setting: str, line: int) -> None:
    assert fault(text) == {"setting": setting, "where": f"comity.toml:{line}"}, flaw


@pytest.mark.parametrize(
    ("flaw", "text", "line"),
    [
        ("no-toml", MINIMAL + "language: es\n", 5),
        ("twice", MINIMAL + 'id = "did:web:other"\n', 5),
        ("open-string", MINIMAL + 'language = "es\n', 5),
        ("not-utf-8", b"\xff\xfe" + MINIMAL.encode("utf-16-le"), 1),
        ("too-long", MINIMAL + "#" * CONFIG_BYTES, 1),
    ],
)
def test_files_that_are_not_right(flaw: str, text: str | bytes, line: int) -> None:
    assert fault(text) == {"setting": "", "where": f"comity.toml:{line}"}, flaw


@pytest.mark.parametrize("folder", ["absent", "empty"])
def test_no_node_here(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ComityError) as caught:
        read_config(tmp_path / folder)
    assert caught.value.code is Code.NODE_MISSING


def test_a_password_that_others_can_read(tmp_path: Path) -> None:
    path = tmp_path / CONFIG_FILE
    write_config(tmp_path, minimal(database="postgresql://comity:secret@db/comity"))
    assert read_config(tmp_path).database
    path.chmod(0o640)
    with pytest.raises(ComityError) as caught:
        read_config(tmp_path)
    assert caught.value.code is Code.KEY_FILE_OPEN
    write_config(tmp_path, minimal())
    path.chmod(0o640)
    assert read_config(tmp_path).database is None


def test_the_environment_names_the_folder() -> None:
    assert node_folder({"COMITY_FOLDER": "/srv/node"}) == Path("/srv/node")
    assert node_folder({}) == node_folder({"COMITY_FOLDER": ""}) == Path.home() / ".comity"


def test_no_other_variable_is_read() -> None:
    source = Path(config_module.__file__).read_text("utf-8")
    assert "environ" in source
    assert "os.environ" not in source
    assert set(ENVIRONMENT) == {"COMITY_FOLDER", "COMITY_OFFICER_TOKEN_FILE", "COMITY_KERNEL"}

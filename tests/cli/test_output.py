"""What reaches a terminal: nothing that could drive it, whatever a peer wrote."""

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from rich.console import Console

from comity.cli.ids import short, whole
from comity.cli.output import Screen, as_json, plain, when
from comity.cli.rendering import setup as shown
from comity.errors import Code, ComityError
from comity.operations.peers import PeerShown

HOSTILE = "Office\x1b[2J\x9b31m \u202egpj.exe\u2069\r\nError: [bold red]all is lost[/] :skull:"


class Named(BaseModel):
    """A result with a name."""

    name: str


def screen(*, json: bool = False, language: str = "en", terminal: bool = False) -> Screen:
    def console() -> Console:
        return Console(
            file=io.StringIO(),
            markup=False,
            emoji=False,
            highlight=False,
            force_terminal=terminal,
            width=200,
        )

    return Screen("es" if language == "es" else "en", json, out=console(), err=console())


def printed(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@given(st.text())
def test_no_invisible_character_passes(text: str) -> None:
    assert not any(unicodedata.category(char).startswith("C") for char in plain(text))
    assert "\u2028" not in plain(text)


@given(st.text())
def test_visible_text_is_left_alone(text: str) -> None:
    visible = "".join(char for char in text if unicodedata.category(char)[0] in "LMNPS")
    assert plain(visible) == visible


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_says_the_same_and_drives_no_terminal(name: str) -> None:
    made = as_json(Named(name=name))
    assert json.loads(made) == {"name": name}
    invisible = {char for char in made if unicodedata.category(char).startswith("C")}
    assert invisible <= {"\n"}


def test_a_hostile_name_is_only_text() -> None:
    one = screen()
    read = PeerShown(
        id="did:web:x.example",
        name=HOSTILE,
        territory="US",
        address="https://x.example",
        version=1,
        fingerprint="1",
        pinned=False,
        reach="listens",
    )
    shown.peer(one, read)
    text = printed(one.out)
    assert "Office[2J31m gpj.exe  Error: [bold red]all is lost[/] :skull:" in text
    assert not set("\x1b\x9b\u202e\r") & set(text)


def test_a_hostile_reason_in_an_error_is_only_text() -> None:
    one = screen(terminal=True)
    one.error(ComityError(Code.PEER_UNKNOWN, peer=HOSTILE))
    text = printed(one.err)
    assert "[bold red]all is lost[/] :skull:" in text
    assert "\x1b[2J" not in text
    as_data = screen(json=True)
    as_data.error(ComityError(Code.PEER_UNKNOWN, peer=HOSTILE))
    assert json.loads(printed(as_data.out))["error"]["params"] == {"peer": HOSTILE}
    assert "\x1b" not in printed(as_data.out)
    assert "\x9b" not in printed(as_data.out)


def test_errors_go_where_programs_look_for_them() -> None:
    for_people, for_programs = screen(language="es"), screen(json=True, language="es")
    for one in (for_people, for_programs):
        one.error(ComityError(Code.DISK_FULL))
        one.hint("hint.token")
    assert printed(for_people.out) == ""
    assert printed(for_people.err).startswith("El disco está lleno. (disk-full)\n")
    assert printed(for_programs.err) == ""
    assert json.loads(printed(for_programs.out))["error"]["what"] == "El disco está lleno."


def test_tables_and_facts_leave_no_blanks_at_the_end_of_lines() -> None:
    one = screen()
    one.table(["name", "open", "count"], [["a", True, 1_234_567], ["b", None, ()]])
    one.facts([("name", "a"), ("field.names", "b"), ("reason", "")], title="one")
    lines = printed(one.out).split("\n")
    assert [line for line in lines if line != line.rstrip()] == []
    text = printed(one.out)
    assert "1,234,567" in text
    assert "names" in text
    assert "reason" not in text


def test_times_are_utc_in_iso_8601() -> None:
    assert when(1_700_000_000) == "2023-11-14T22:13:20Z"
    assert when(0) == ""


A = "urn:uuid:1111aaaa-0000-4000-8000-000000000000"
B = "urn:uuid:1111bbbb-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1111a", A),
        ("1111aaaa-0000-4000-8000-000000000000", A),
        ("1111", "1111"),
        ("2222", "2222"),
        ("", ""),
        ("xyz", "xyz"),
    ],
)
def test_ids_may_be_short_as_long_as_only_one_fits(typed: str, meant: str) -> None:
    assert whole(typed, lambda: [A, B]) == meant


def test_a_whole_id_is_not_looked_up() -> None:
    def known() -> list[str]:
        raise AssertionError

    assert whole(A, known) == A
    assert short(A) == "1111aaaa"
    assert short("M-1") == "M-1"

"""Commands on one node that does not serve: set up, officers, peers, holdings, offers."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from comity.core.identity import fingerprint
from comity.operations.holdings import Holdings, HoldingsShown, RecordShown
from comity.operations.setup import NodeShown, Officers
from commands import Officer, make_node, quiet_logs

LIST = "Ref,Company,RFC\nA1,Uno SA de CV,CNU130416UJ3\nA2,Dos SC,SAF130812CL4\nA3,Tres,not-an-rfc\n"
MAP = "id=Ref;name=Company;kind=organisation;rfc=RFC"


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> Iterator[None]:
    with quiet_logs():
        yield


@pytest.fixture(scope="module")
def mx(tmp_path_factory: pytest.TempPathFactory) -> Officer:
    return make_node(tmp_path_factory.mktemp("alone"), "mx", "MX")


@pytest.fixture(scope="module")
def us(tmp_path_factory: pytest.TempPathFactory) -> Officer:
    return make_node(tmp_path_factory.mktemp("alone"), "us", "US", "--language", "es")


def write(folder: Path, text: str = LIST, name: str = "list.csv") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_a_node_is_made_once(mx: Officer) -> None:
    own = mx.says(NodeShown, "identity")
    assert (own.id, own.territory, own.version) == ("did:web:mx.example", "MX", 1)
    assert own.fingerprint == fingerprint(own.document)
    again = mx.run(
        *("init", "--id", "did:web:b.example", "--name", "B", "--territory", "MX"),
        *("--address", "https://b.example:8443", "--officer", "ana", "--json"),
    )
    assert again.code == 1
    assert again.json["error"]["code"] == "node-exists"
    assert mx.says(NodeShown, "identity").id == "did:web:mx.example"


def test_the_shape_of_every_error(mx: Officer, tmp_path: Path) -> None:
    nowhere = Officer(tmp_path / "none").run("identity", "--json")
    assert (nowhere.code, nowhere.err) == (1, "")
    assert nowhere.json == {
        "error": {
            "code": "node-missing",
            "params": {"folder": str(tmp_path / "none")},
            "what": f"There is no node in this folder: {tmp_path / 'none'}.",
            "todo": "Make one with comity init, or name the right folder with --folder or "
            "COMITY_FOLDER.",
        }
    }


def test_an_error_for_people_says_what_and_what_to_do(mx: Officer) -> None:
    shown = mx.run("peer", "add", "nowhere.comity")
    assert (shown.code, shown.out) == (1, "")
    assert shown.err.startswith("The file is not there, or cannot be read: nowhere.comity. (file-m")
    assert "Check its path and permissions." in shown.err


def test_a_node_speaks_the_language_it_was_made_with(us: Officer) -> None:
    assert "huella" in us.run("identity").out
    assert "fingerprint" in us.run("identity", "--language", "en").out
    assert us.run("peer", "list").out == "No hay ninguna contraparte registrada.\n"


def test_what_is_missing_for_init_is_asked_for(tmp_path: Path) -> None:
    officer = Officer(tmp_path / "n")
    answers = "https://n.example\ndid:web:n.example\nMX\nOffice N\nana\n"
    made = officer.run("init", "--recovery", str(tmp_path / "key"), input=answers)
    assert made.code == 0, made
    assert "Office N has a node." in made.out
    assert "did:web:n.example" in officer.run("identity").out


def test_init_without_anybody_to_ask_changes_nothing(tmp_path: Path) -> None:
    assert Officer(tmp_path / "n").refused("init") == "not-confirmed"
    assert not (tmp_path / "n").exists()


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--id", "mx", "id-invalid"),
        ("--territory", "Mexico", "territory-invalid"),
        ("--address", "http://mx.example", "address-invalid"),
        ("--name", "two\nlines", "argument-invalid"),
        ("--officer", "../ana", "argument-invalid"),
    ],
)
def test_init_refuses_what_is_not_valid(tmp_path: Path, option: str, value: str, code: str) -> None:
    options = {
        "--id": "did:web:mx.example",
        "--name": "A",
        "--territory": "MX",
        "--address": "https://mx.example:8443",
        "--officer": "ana",
        "--recovery": str(tmp_path / "key"),
        option: value,
    }
    given = [part for pair in options.items() for part in pair]
    assert Officer(tmp_path / "n").refused("init", *given) == code
    assert not (tmp_path / "n").exists()


def test_officers_act_in_their_own_names(tmp_path: Path) -> None:
    node = make_node(tmp_path, "mx", "MX")
    assert node.run("officer", "add", "ben").code == 0
    assert node.refused("officer", "list") == "officer-not-named"
    assert node.says(Officers, "--as", "ben", "officer", "list").officers == ("ana", "ben")
    assert node.refused("officer", "add", "ben", "--as", "ana") == "officer-exists"
    assert node.refused("officer", "list", "--as", "../ana") == "officer-unknown"
    journal = node.run("journal", "--as", "ben", "--json").json["entries"]
    assert [(each["officer"], each["action"]) for each in journal] == [("ana", "officer.add")] * 2


def test_a_token_file_that_others_can_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = make_node(tmp_path, "mx", "MX")
    moved = tmp_path / "ana.token"
    (node.folder / "officers" / "ana.token").rename(moved)
    monkeypatch.setenv("COMITY_OFFICER_TOKEN_FILE", str(moved))
    assert node.run("officer", "list").code == 0
    moved.chmod(0o644)
    assert node.refused("officer", "list") == "key-file-open"
    moved.write_text("somebody-else\n")
    moved.chmod(0o600)
    assert node.refused("officer", "list") == "login-failed"


def test_a_peer_with_a_wrong_fingerprint_is_not_pinned(mx: Officer, us: Officer) -> None:
    document = str(us.folder / "identity.comity")
    told = mx.run("peer", "read", document, "--json").json["fingerprint"]
    wrong = told[:-1] + str((int(told[-1]) + 1) % 10)
    assert mx.refused("peer", "add", document, "--fingerprint", wrong) == "fingerprint-mismatch"
    assert mx.refused("peer", "add", document) == "not-confirmed"
    assert mx.run("peer", "list", "--json").json == {"peers": []}


def missing_groups(told: str, prompt: str) -> str:
    """Answer with the groups that the terminal left out, as the peer would read them."""
    shown = next(line for line in prompt.splitlines() if "_____" in line).split()
    return "".join(
        f"{group}\n" for group, here in zip(told.split(), shown, strict=True) if here == "_____"
    )


def test_two_groups_of_the_fingerprint_are_asked_for(
    tmp_path: Path, us: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = make_node(tmp_path, "n", "MX")
    document = str(us.folder / "identity.comity")
    told = us.run("identity", "--json").json["fingerprint"]
    # The same draw each time, so that a first look tells which groups to type.
    monkeypatch.setattr("comity.cli.fingerprints.secrets.SystemRandom", lambda: Random(7))
    look = node.run("peer", "add", document)
    assert look.code == 1
    assert told not in look.err
    wrong = node.run("peer", "add", document, input="00000\n00000\n")
    assert "(fingerprint-mismatch)" in wrong.err
    added = node.run("peer", "add", document, input=missing_groups(told, look.err))
    assert added.code == 0, added
    assert added.out.endswith("\nOffice us (did:web:us.example) is pinned.\n")


def test_a_list_is_loaded_shown_and_withheld(tmp_path: Path) -> None:
    node = make_node(tmp_path, "mx", "MX")
    file = write(tmp_path)
    load = ("holdings", "load", file, "--format", "csv", "--map", MAP)
    loaded = node.says(HoldingsShown, *load, "--title", "A list")
    assert (loaded.dataset, loaded.records, loaded.title) == ("list", 3, "A list")
    assert node.refused(*load) == "dataset-exists"
    assert node.says(HoldingsShown, *load, "--replace", "--withhold", "A2").withheld == 1
    assert node.says(RecordShown, "holdings", "show", "list", "A2").record.withheld
    assert node.run("holdings", "withhold", "list", "A2", "--share").code == 0
    assert not node.says(RecordShown, "holdings", "show", "list", "A2").record.withheld
    assert node.run("holdings", "withhold", "list", "A1").code == 0
    assert node.says(Holdings, "holdings", "list").holdings[0].withheld == 1
    assert node.says(HoldingsShown, "holdings", "show", "list").dataset == "list"
    shown = node.run("holdings", "show", "list").out
    assert "Set aside" in shown
    assert "The identifier is not well formed." in shown
    assert node.refused("holdings", "show", "other") == "dataset-unknown"
    assert node.refused("holdings", "withhold", "list", "A9") == "record-unknown"


def test_a_broken_list_names_its_line_and_loads_nothing(tmp_path: Path) -> None:
    node = make_node(tmp_path, "mx", "MX")
    file = write(tmp_path, LIST[:-5])
    ran = node.run("holdings", "load", file, "--format", "csv", "--map", MAP, "--json")
    assert ran.json["error"]["code"] == "file-truncated"
    assert ran.json["error"]["params"]["line"] == 4
    assert "line 4" in ran.json["error"]["what"]
    assert node.run("holdings", "list", "--json").json == {"holdings": []}


def test_a_command_that_needs_the_other_side_says_to_serve(mx: Officer) -> None:
    ran = mx.run("catalog", "us")
    assert "(node-not-serving)" in ran.err
    assert "comity serve" in ran.err


def test_offers_are_made_from_a_terms_file_and_withdrawn(tmp_path: Path) -> None:
    node = make_node(tmp_path, "mx", "MX")
    load = ("holdings", "load", write(tmp_path), "--format", "csv", "--map", MAP)
    assert node.run(*load, "--dataset", "firms").code == 0
    terms = write(tmp_path, node.run("terms", "template").out, "terms.toml")
    as_json = write(tmp_path, node.run("terms", "template", "--json").out, "terms.json")
    made = node.run("offer", "make", "firms", "--terms", terms, "--json").json
    same = node.run("offer", "make", "firms", "--terms", as_json, "--json").json
    assert made["terms"] == same["terms"]
    assert made["terms"]["match"]["expiry"] == "2027-12-31T00:00:00Z"
    short = made["id"].removeprefix("urn:uuid:")[:8]
    assert short in node.run("offer", "list").out
    assert node.run("offer", "withdraw", short).code == 0
    listed = node.run("offer", "list", "--json").json["offers"]
    assert {each["id"]: each["open"] for each in listed} == {made["id"]: False, same["id"]: True}
    assert node.refused("offer", "withdraw", "ffffffff") == "offer-unknown"
    bad = write(tmp_path, "[match]\nfamilies = ['shoe-size']\n", "bad.toml")
    assert node.refused("offer", "make", "firms", "--terms", bad) == "terms-invalid"
    assert node.refused("offer", "make", "none", "--terms", terms) == "dataset-unknown"


@pytest.mark.parametrize("args", [("identity", "--shoes"), ("peer", "add"), ("nonsense",)])
def test_wrong_usage_ends_with_two(mx: Officer, args: tuple[str, ...]) -> None:
    assert mx.run(*args).code == 2

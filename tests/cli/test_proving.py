"""Evidence on the command line: made by an officer, checked by somebody who has nothing else."""

import json
from pathlib import Path

import pytest

from comity.errors import Code
from comity_verify.main import main
from commands import RUNNER, Officer
from nodes import MX, Pair
from verify.told import answered, files, prove


@pytest.fixture
def officer(matched: Pair) -> Officer:
    """The asker's officer at a terminal, after one answer that both cosigned."""
    answer = answered(matched)
    folder = matched.folder / "us"
    (matched.folder / "answer").write_text(f"received:{answer.sequence}")
    matched.us.close()
    return Officer(folder)


def evidence(p: Pair, officer: Officer, *more: str, out: str = "evidence.json") -> Path:
    path = p.folder / out
    answer = (p.folder / "answer").read_text()
    ran = officer.run("record", "prove", "mx", answer, "-o", str(path), *more)
    assert ran.code == 0, ran
    return path


def test_prove_and_verify(matched: Pair, officer: Officer, tmp_path: Path) -> None:
    path = evidence(matched, officer, "--withhold", "names")
    arguments = files(matched, tmp_path / "third", path.read_bytes())
    for language, proved, not_proved in (
        ("en", "What this proves", "What this does not prove"),
        ("es", "Qué prueba esto", "Qué no prueba esto"),
    ):
        # No node, no folder: whoever checks has the files and nothing else.
        nowhere = Officer(tmp_path / "nowhere")
        ran = nowhere.run("verify", *arguments, "--language", language)
        assert ran.code == 0, ran
        assert ran.out.index(proved) < ran.out.index(not_proved)
        assert "did:web:mx.example" in ran.out
        assert "definitivo" in ran.out
        assert "Nujoma" not in ran.out
    assert not (tmp_path / "nowhere").exists()
    found = Officer(tmp_path / "nowhere").run("verify", *arguments, "--json").json
    assert found["entries"][0]["released"]["withheld"] == 1
    assert found["entries"][0]["sender"] == MX.id


def test_what_does_not_hold_is_said(matched: Pair, officer: Officer, tmp_path: Path) -> None:
    file = json.loads(evidence(matched, officer).read_bytes())
    file["entries"][0]["body"] = "{}"
    arguments = files(matched, tmp_path / "third", json.dumps(file).encode())
    nowhere = Officer(tmp_path / "nowhere")
    ran = nowhere.run("verify", *arguments)
    assert ran.code == 1
    assert "at entry 1 of the file: the body is not the one that was signed" in ran.err
    assert nowhere.refused("verify", *arguments) == Code.EVIDENCE_INVALID
    es = nowhere.run("verify", *arguments, "--language", "es")
    assert "el cuerpo no es el que se firmó" in es.err
    one = nowhere.run("verify", *arguments[:3])
    assert "identity document of a participant was not given" in one.err
    assert "did:web:us.example" in one.err
    gone = [str(tmp_path / "gone.json"), *arguments[1:]]
    assert nowhere.refused("verify", *gone) == Code.FILE_MISSING


def test_entries_and_withholding_as_json(matched: Pair, officer: Officer) -> None:
    answer = (matched.folder / "answer").read_text()
    out = str(matched.folder / "both.json")
    more = ("--only", "statuses", "--only", "names", "--json")
    found = officer.run("record", "prove", "mx", answer, "sent:0", "-o", out, *more).json
    assert [one["released"] for one in found["entries"]] == ["fields", "whole"]
    assert found["entries"][0]["fields"] == ["names", "statuses"]
    assert found["entries"][0]["withheld"] == ["identifiers"]
    refused = officer.refused("record", "prove", "mx", "sent:99", "-o", out + "x")
    assert refused == Code.ENTRY_UNKNOWN


def test_what_was_written_is_told(matched: Pair, officer: Officer) -> None:
    answer = (matched.folder / "answer").read_text()
    out = str(matched.folder / "told.json")
    ran = officer.run("record", "prove", "mx", answer, "-o", out, "--withhold", "names")
    assert "names" in ran.out
    assert "comity verify" in ran.err
    exported = officer.run("record", "export", "mx", "-o", str(matched.folder / "tiles"))
    assert "tiles" in exported.out
    assert (matched.folder / "tiles" / "received" / "checkpoint").exists()


def test_witnesses(matched: Pair, officer: Officer) -> None:
    key = "witness.example/w1+773a6c12+BMhTrQ8M0rYZrqks7sT9VqJNZJnVhM55JX5Fz9gTm2Cn"
    url = "http://127.0.0.1:1/w"
    assert "no witness" in officer.run("witness", "list").out
    assert officer.refused("record", "witness", "mx") == Code.WITNESS_UNKNOWN
    added = officer.run("witness", "add", "third", "--key", key, "--url", url)
    assert added.code == 0
    assert "operator" in added.err
    assert officer.run("witness", "list", "--json").json["witnesses"][0]["url"] == url
    listed = officer.run("witness", "list").out
    assert "comity/did:web:us.example/did:web:mx.example" in listed
    assert officer.refused("record", "witness", "mx") == Code.WITNESS_UNREACHABLE
    assert "third" in officer.run("witness", "remove", "third").out


def test_the_small_command_says_the_same(
    matched: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = answered(matched)
    arguments = files(matched, tmp_path / "third", prove(matched, answer.id))
    capsys.readouterr()
    small = []
    for language in ("en", "es"):
        assert main([*arguments, "--language", language]) == 0
        small.append(capsys.readouterr().out)
    from comity.cli.app import app

    for language, told in zip(("en", "es"), small, strict=True):
        ran = RUNNER.invoke(app, ["verify", *arguments, "--language", language])
        assert ran.stdout == told
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["holds"] is True
    assert main([*arguments[:3], "--json"]) == 1
    failed = json.loads(capsys.readouterr().out)
    assert failed == {
        "holds": False,
        "flaw": "identity-missing",
        "entry": 1,
        "about": "did:web:us.example",
    }
    assert main([*arguments[:3], "--language", "es"]) == 1
    assert "no se dio el documento de identidad" in capsys.readouterr().err
    assert main(["gone.json", *arguments[1:], "--language", "en"]) == 1
    assert "gone.json cannot be read" in capsys.readouterr().err

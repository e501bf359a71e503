"""What the report of the conformance kit is taken for, and what the kit is told."""

import sys
from pathlib import Path

import pytest

from tck import kit
from tck.kit import ENABLED, Report
from tck.scripts import (
    CONSUMER_NEGOTIATIONS,
    CONSUMER_TRANSFERS,
    PROVIDER_NEGOTIATIONS,
    PROVIDER_TRANSFERS,
    setting,
)

CATALOG_AND_METADATA = 4


def test_only_all_of_it_is_enough() -> None:
    assert Report(ENABLED, 0).complete
    for report in (
        Report(ENABLED - 1, 0),
        Report(ENABLED, 1),
        Report(0, 0),
        Report(ENABLED + 1, 0),
    ):
        assert not report.complete
    assert Report(3, 62).line() == "tck: 3 passed, 62 failed"


def test_every_enabled_test_has_a_script() -> None:
    groups = (
        PROVIDER_NEGOTIATIONS,
        CONSUMER_NEGOTIATIONS,
        PROVIDER_TRANSFERS,
        CONSUMER_TRANSFERS,
    )
    assert [len(group) for group in groups] == [15, 16, 15, 15]
    assert sum(map(len, groups)) + CATALOG_AND_METADATA == ENABLED
    assert [setting(next(iter(group)), "X") for group in groups] == [
        "CN_01_01_X",
        "CN_C_01_01_X",
        "TP_01_01_X",
        "TP_C_01_01_X",
    ]


@pytest.mark.parametrize(
    ("said", "code", "expected"),
    [
        ("[t] SUCCESSFUL: A\n[t] Passed tests: 2\n[t] Failed tests: 1\n", 1, Report(2, 1)),
        ("[t] Passed tests: 65\n[t] Failed tests: 0\n", 0, Report(65, 0)),
        # What fails outside a test is in no count of tests.
        ("[t] Passed tests: 65\n[t] Failed tests: 0\n", 1, Report(65, 0, clean=False)),
    ],
)
def test_the_report_is_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    code: int,
    expected: Report,
) -> None:
    assert run(tmp_path, monkeypatch, said, code) == expected
    assert (tmp_path / "log").read_text("utf-8") == said


def test_no_report_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="without a report"):
        run(tmp_path, monkeypatch, "[t] Passed tests: 65\n", 0)


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int) -> Report:
    """Run a program in the place of `java` that says something and ends with a code."""
    program = folder / "java"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.stdout.write({said!r})\nsys.exit({code})\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    path = folder / "unused"
    return kit.run("", path, path, folder / "log", lambda line: None)

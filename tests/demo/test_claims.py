"""A claim that does not hold is shown, kept and told."""

import io

from rich.console import Console

from comity.demo.claims import Claims
from comity.demo.screen import Screen


def test_a_claim_that_does_not_hold_is_a_failure_and_is_shown() -> None:
    written = io.StringIO()
    claims = Claims(Screen("en", Console(file=written), quiet=False))
    assert claims.check("misheard", True)
    assert not claims.check("withheld-unknown", False, record="R-1")
    assert [claim.name for claim in claims.failures] == ["withheld-unknown"]
    assert "✓ With one digit misheard" in written.getvalue()
    assert "✗ A check for the withheld record R-1 finds nothing" in written.getvalue()


def test_what_a_list_says_reaches_no_terminal_as_control_characters() -> None:
    written = io.StringIO()
    screen = Screen("es", Console(file=written), quiet=False)
    screen.table(["from"], [["\x1b]0;title\x07 \u202eback"]])
    screen.facts([("told", "a\x1b[31mb")])
    screen.say("side", side="MX", name="\x9b2J")
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(written.getvalue())


def test_a_quiet_screen_writes_nothing() -> None:
    written = io.StringIO()
    screen = Screen("en", Console(file=written), quiet=True)
    screen.title("account.title")
    with screen.bar("tag", name="MX") as progress:
        progress("tag", 1, 2)
    assert written.getvalue() == ""

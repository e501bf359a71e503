"""The ledger by command, at two served nodes."""

from pathlib import Path

from comity.demo.sides import free_ports
from comity.operations.ledger import Exchanged, LedgerShown, Statements
from commands import make_node, pin_each_other, quiet_logs, served


def test_figures_are_shown_exchanged_and_kept(tmp_path: Path) -> None:
    one, other = free_ports(2)
    mx = make_node(tmp_path, "mx", "MX", port=one)
    us = make_node(tmp_path, "us", "US", port=other)
    pin_each_other(mx, us)
    with quiet_logs(), served(mx, us):
        assert us.run("catalog", "mx.example").code == 0
        shown = us.says(LedgerShown, "ledger", "mx.example", "--period", "month")
        assert [(each.sender, each.messages) for each in shown.volume] == [
            ("did:web:mx.example", 1),
            ("did:web:us.example", 1),
        ]
        assert shown.lines == ()
        made = us.says(Exchanged, "ledger", "mx.example", "--exchange")
        assert made.equal
        ran = us.run("ledger", "mx.example", "--exchange")
        assert "Both sides signed the same figures." in ran.out
        kept = mx.says(Statements, "ledger", "us.example", "--statements")
        assert [each.equal for each in kept.statements] == [True, True]
        assert mx.run("ledger", "us.example", "--statements", "--language", "es").code == 0
        # Nothing was said that day.
        empty = us.run("ledger", "mx.example", "--from", "2001-01-01", "--to", "2001-01-02")
        assert "Nothing was asked." in empty.out
        for wrong in (("--from", "yesterday"), ("--period", "year"), ("--to", "1969-01-01")):
            assert us.refused("ledger", "mx.example", *wrong) == "argument-invalid"
    assert us.refused("ledger", "mx.example", "--exchange") == "node-not-serving"

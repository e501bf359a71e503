"""The whole walk with both nodes on PostgreSQL, from the first pin to the last answer."""

from pathlib import Path

import pytest

from comity.operations import finding, inbox, records
from comity.store.rows.matching import Usage
from comity.store.rows.moving import many
from nodes import MX, US, Pair, pair, run
from stages import (
    MX_LIST,
    MX_ROWS,
    US_LIST,
    US_ROWS,
    load,
    match,
    matching_terms,
    question,
    ready,
    seal,
    transfer,
)
from threads import at_once

pytestmark = pytest.mark.postgres


def test_the_main_job(two_schemas: tuple[str, str], tmp_path: Path) -> None:
    with pair(tmp_path, *two_schemas) as p:
        load(p.mx, MX_LIST, *MX_ROWS)
        load(p.us, US_LIST, *US_ROWS)
        ready(p, matching_terms(tokensInAll=200))
        assert len(match(p).hits) == 8
        handle = run(finding.hits, p.us).hits[0].handle
        run(inbox.ask, p.us, handle=handle, case_reference="CASE-1")
        (held,) = run(inbox.inbox, p.mx).requests
        run(inbox.approve, p.mx, request=held.id, approval=held.approval)
        p.pump()
        assert run(inbox.request_list, p.us).requests[0].answer == held.answer
        run(records.verify, p.us, peer=MX.id)
        run(records.verify, p.mx, peer=US.id)


def test_many_at_once(two_schemas: tuple[str, str], tmp_path: Path) -> None:
    with pair(tmp_path, *two_schemas) as p:
        load(p.mx, MX_LIST, *MX_ROWS)
        ready(p, matching_terms(tokensInAll=7))
        check_quota(p)


def check_quota(p: Pair) -> None:
    """Of many questions at once as many pass as the quota has room for."""
    target = f"/comity/1/transfers/{transfer(p.mx).pid}/questions"
    body = question(p, 3).encode()
    requests = [seal(p, seq=1_000 + n, target=target, body=body) for n in range(8)]
    replies = at_once(8, lambda n: p.mx.exchange.handle(requests[n]))
    assert sorted(reply.status for reply in replies) == [200] * 2 + [429] * 6
    with p.mx.store.read() as tx:
        assert sum(row.elements for row in many(tx, Usage)) == 6

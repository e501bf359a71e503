"""Callback addresses that are not the pinned one, however they are written: never kept, never met.

More of them, with other messages, are in `test_hostile_negotiation.py` and `core/test_identity.py`.
"""

from collections.abc import Iterator
from typing import Any

from comity.core.canonical import canonical, parse
from comity.core.dsp.transfer import TransferRequestMessage
from comity.errors import Code
from comity.limits import BODY_BYTES
from comity.protocol.base import DSP
from comity.protocol.catalog import REQUEST
from comity.store import record
from comity.store.rows.agreements import Agreement, Negotiation, Transfer
from comity.store.rows.moving import many, remove
from nodes import MX, US, Pair
from stages import code, first_request, say

REFUSALS = ((400, Code.ADDRESS_NOT_PINNED), (400, Code.SCHEMA_INVALID))
HOSTS = {
    "another port of this machine": "https://127.0.0.1:1",
    "the operators' listener": "https://127.0.0.1:8700",
    "a privileged port": "https://127.0.0.1:22",
    "the same port, in other digits": "https://127.0.0.1:028443",
    "the same port, with a sign": "https://127.0.0.1:+28443",
    "a port past the last": "https://127.0.0.1:93979",
    "no digits in the port": "https://127.0.0.1:",
    "link-local": "https://169.254.169.254",
    "link-local, the same port": "https://169.254.1.1:28443",
    "this network": "https://0.0.0.0:28443",
    "another loopback address": "https://127.0.0.2:28443",
    "a short form": "https://127.1:28443",
    "hexadecimal": "https://0x7f000001:28443",
    "octal": "https://0177.0.0.1:28443",
    "IPv6 loopback": "https://[::1]:28443",
    "IPv6, in full": "https://[0:0:0:0:0:0:0:1]:28443",
    "IPv4 within IPv6": "https://[::ffff:127.0.0.1]:28443",
    "IPv6 link-local with a zone": "https://[fe80::1%25lo]:28443",
    "IPv6 without an end": "https://[::1:28443",
    "a dot at the end of the host": "https://127.0.0.1.:28443",
    "an escaped dot": "https://127%2e0.0.1:28443",
    "an escaped host": "https://%31%32%37.0.0.1:28443",
    "wide digits": "https://１２７.0.0.1:28443",
    "an ideographic full stop": "https://127。0。0。1:28443",
    "a soft hyphen": "https://127.0.0.1\u00ad:28443",
    "an international name": "https://mañana.example:28443",
    "a name in punycode": "https://xn--maana-pta.example:28443",
    "an empty host": "https://:28443",
    "userinfo that is empty": "https://@127.0.0.1:28443",
    "userinfo that looks like the host": "https://127.0.0.1:28443%40evil.example",
    "two hosts": "https://127.0.0.1:28443,evil.example:28443",
    "a backslash": "https://127.0.0.1:28443\\@evil.example",
    "a tab": "https://127.0.0.1\t:28443",
    "a line break": "https://127.0.0.1:28443\r\nHost: evil.example",
    "a null": "https://127.0.0.1:28443\0",
    "blanks around": " https://127.0.0.1:28443 ",
    "plain HTTP": "http://127.0.0.1:28443",
    "another scheme": "ftp://127.0.0.1:28443",
    "a file": "file:///etc/passwd",
    "no scheme": "//127.0.0.1:28443",
    "one slash": "https:/127.0.0.1:28443",
    "a host alone": "127.0.0.1:28443",
    "nothing": "",
}
PATHS = {
    "dots": f"{US.address}{DSP}/..",
    "dots within": f"{US.address}/dsp/./2025-1",
    "escaped dots": f"{US.address}{DSP}/%2E%2E/x",
    "half escaped dots": f"{US.address}{DSP}/.%2e/x",
    "twice escaped dots": f"{US.address}{DSP}/%252e%252e/x",
    "an escaped slash": f"{US.address}/dsp%2f2025-1",
    "an escaped backslash": f"{US.address}/dsp%5c2025-1",
    "an empty segment": f"{US.address}//dsp/2025-1",
    "a query": f"{US.address}{DSP}?x",
    "an empty query": f"{US.address}{DSP}?",
    "a fragment": f"{US.address}{DSP}#x",
    "parameters and a blank": f"{US.address}{DSP};x y",
    "an accent": f"{US.address}/dsp/ñ",
    "a null": f"{US.address}{DSP}\0",
}


def written(cases: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give each address as it is, and with a slash at its end."""
    for flaw, address in cases.items():
        yield flaw, address
        yield f"{flaw}, and a slash", f"{address}/"


def check_refused(p: Pair, flaw: str, path: str, message: dict[str, Any]) -> None:
    """Check that there is no process, and that the record has the message by its digest only."""
    reply = say(p.us, MX.id, f"{DSP}/{path}", canonical(message))
    assert (reply.status, code(reply)) in REFUSALS, flaw
    with p.mx.store.read() as tx:
        assert not many(tx, Negotiation), flaw
        assert not many(tx, Transfer), flaw
        kept = record.entries(tx, US.id, record.IN)[-1]
    assert (kept.kind, kept.body, kept.refused) == ("request", b"", code(reply)), flaw


def test_no_negotiation_is_begun(offered: Pair) -> None:
    asked = parse(first_request(offered).to_json(), BODY_BYTES)
    for flaw, address in written(HOSTS | PATHS):
        message = {**asked, "callbackAddress": address}
        check_refused(offered, flaw, "negotiations/request", message)


def test_no_transfer_is_begun(agreed: Pair) -> None:
    with agreed.mx.store.write() as tx:
        (found,) = many(tx, Agreement)
        remove(tx, Negotiation)
    for flaw, address in written(HOSTS | PATHS):
        message = TransferRequestMessage(
            consumer_pid="urn:uuid:1",
            agreement_id=found.id,
            format=REQUEST,
            callback_address=US.address,
        )
        asked = parse(message.to_json(), BODY_BYTES)
        check_refused(agreed, flaw, "transfers/request", {**asked, "callbackAddress": address})

"""How two nodes come to where a test starts: each stage is played once and copied for each test.

Both lists are small and plant one overlap of every family, a look-alike with the same name and
another RFC, a withheld record, and a record with two statuses.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from comity.api import Inputs, Request
from comity.core import identity, token
from comity.core.canonical import b64url, model, parse
from comity.core.dsp.catalog import CatalogRequestMessage
from comity.core.dsp.message import Message as DspMessage
from comity.core.dsp.negotiation import ContractRequestMessage
from comity.core.dsp.policy import Offer
from comity.core.messages import Question
from comity.core.messages import Wire as OurMessage
from comity.core.records import Family
from comity.core.terms_odrl import from_policy, to_message_offer
from comity.core.token import Envelope
from comity.edge.config import NodeConfig
from comity.limits import BODY_BYTES, DAY
from comity.node import IDENTITY_FILE, Node
from comity.operations import agreeing, holdings, matching, offering, peers, setup, tagging
from comity.protocol import transferring
from comity.protocol.base import DSP, JSON
from comity.protocol.catalog import MATCH, REQUEST
from comity.protocol.sending import post
from comity.store import peers as pins
from comity.store import record
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.agreements import Offer as OfferRow
from comity.store.rows.moving import many, one
from comity.store.rows.record import Message
from nodes import GROUP, MX, OFFICER, US, Pair, opened, pair, run

HEADER: Final = (
    "Ref,Name,Also,Kind,RFC,CURP,Passport,Of,Tax,TaxOf,IMO,Wallet,Status,Since,Born,Secret"
)
MAP: Final = (
    "id=Ref;name=Name;alias=Also;split=|;kind=Kind;rfc=RFC;curp=CURP;passport=Passport@Of;"
    "tax-id=Tax@TaxOf;imo=IMO;wallet=Wallet;status=Status;as_of=Since;birth_date=Born;"
    "withheld=Secret"
)
MX_ROWS: Final = (
    'm1,"Consorcio Nujoma, S.C.",,organisation,CNU130416UJ3,,,,,,,,definitivo,2018-05-16,,',
    "m2,María Caín,,person,,CAIM680202MCHRLR08,,,,,,,presunto,2020-01-02,1968-02-02,",
    "m3,Samir Haddad,,person,,,A1234567,IR,,,,,definitivo,2019-03-04,,",
    "m4,Comercial Andina,,organisation,,,,,800018928-0,CO,,,definitivo,2019-03-04,,",
    "m5,Mar Azul,,vessel,,,,,,,9187629,,definitivo,2019-03-04,,",
    "m6,Cartera Norte,,wallet,,,,,,,,12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h,presunto,2021-01-02,,",
    "m7,Importadora del Golfo,,organisation,SAF130812CL4,,,,,,,,definitivo,2022-01-02,,",
    "m8,Reservada del Sur,,organisation,MCF071017FGA,,,,,,,,bajo-reserva,2022-01-02,,yes",
    "m9,Doble Situación,,organisation,SLA1112216P7,,,,,,,,presunto,2020-01-01,,",
    "m9,Doble Situación,,organisation,SLA1112216P7,,,,,,,,definitivo,2021-01-01,,",
    "m10,Solo Mexicana,,organisation,ACC071123LL9,,,,,,,,definitivo,2021-01-01,,",
)
US_ROWS: Final = (
    "u1,Nujoma Consortium,,organisation,CNU130416UJ3,,,,,,,,listed,2018-06-01,,",
    "u2,Maria Cain Real,,person,,CAIM680202MCHRLR08,,,,,,,listed,2020-06-01,1968-02-02,",
    "u3,Sameer Hadad,,person,,,A1234567,IR,,,,,listed,2019-06-01,,",
    "u4,Andean Trading,,organisation,,,,,800018928-0,CO,,,listed,2019-06-01,,",
    "u5,Blue Sea,,vessel,,,,,,,9187629,,listed,2019-06-01,,",
    "u6,Northern Wallet,,wallet,,,,,,,,12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h,listed,2021-06-01,,",
    "u7,IMPORTADORA DEL GOLFO,,organisation,PMA910805AB1,,,,,,,,listed,2022-06-01,,",
    "u8,Reservada del Sur,,organisation,MCF071017FGA,,,,,,,,listed,2022-06-01,,",
    "u9,Double Standing,,organisation,SLA1112216P7,,,,,,,,listed,2021-06-01,,",
    "u10,Only American,,organisation,,,,,,,,,listed,2021-06-01,,",
)
FAMILIES: Final = ("curp", "imo", "name", "passport", "rfc", "tax-id", "wallet")
TERMS: Final[dict[str, Any]] = {
    "purposes": ["sanctions"],
    "legalBases": ["treaty"],
    "expiry": "2027-01-01T00:00:00Z",
    "handling": "TLP:AMBER",
    "territories": ["US"],
    "match": {"approval": "automatic", "families": list(FAMILIES)},
    "request": {
        "approval": "one-officer",
        "fields": ["identifiers", "names", "statuses"],
        "answerWithin": "P7D",
    },
}
MX_LIST: Final = "mx-list"
US_LIST: Final = "us-list"
CATALOG: Final = f"{DSP}/catalog/request"
CATALOG_BODY: Final = CatalogRequestMessage().to_json()
THIRD: Final = NodeConfig(
    id="did:web:ca.example", name="Third", territory="CA", address="https://127.0.0.1:38443"
)


def load(node: Node, dataset: str, *rows: str, **more: Any) -> holdings.HoldingsShown:
    """Load rows as a dataset."""
    path = node.folder / f"{dataset}.csv"
    path.write_text("\n".join((HEADER, *rows, "")), "utf-8")
    args = {"path": str(path), "format": "csv", "dataset": dataset, "mapping": MAP, **more}
    return run(holdings.load, node, **args)


def matching_terms(**match: Any) -> dict[str, Any]:
    """Return TERMS with other values in the grant to match."""
    return {**TERMS, "match": {**TERMS["match"], **match}}


def request_terms(**request: Any) -> dict[str, Any]:
    """Return TERMS with other values in the grant to request."""
    return {**TERMS, "request": {**TERMS["request"], **request}}


def agree(p: Pair, draft: dict[str, Any] = TERMS, dataset: str = MX_LIST) -> str:
    """Bring the pair to an agreement under which Mexico gives; returns its id."""
    offer = run(offering.make_offer, p.mx, dataset=dataset, terms=draft)
    begun = run(agreeing.negotiate, p.us, peer=MX.id, dataset=dataset, offer=offer.id)
    p.pump()
    return run(agreeing.show, p.us, negotiation=begun.id).agreement


def begin(p: Pair, agreement: str, format: str = MATCH) -> None:
    """Let the asker request a transfer, and deliver all that follows."""
    with p.us.store.write() as tx:
        agreed = one(tx, Agreement, id=agreement)
        assert agreed is not None
        transferring.request(p.us.local, tx, pins.pinned(tx, MX.id), agreed, format)
    p.pump()


def tag(p: Pair, **more: Any) -> tagging.Tagged:
    """Make the tag set of a new epoch."""
    return run(tagging.tag, p.mx, peer=US.id, dataset=MX_LIST, **more)


def ready(p: Pair, draft: dict[str, Any] = TERMS) -> str:
    """Agree, tag, and start a transfer for questions and one for requests."""
    agreement = agree(p, draft)
    tag(p)
    begin(p, agreement, MATCH)
    begin(p, agreement, REQUEST)
    return agreement


def match(p: Pair, **more: Any) -> matching.Matched:
    """Ask about the whole list of the asker."""
    return run(matching.match, p.us, peer=MX.id, dataset=MX_LIST, **more)


def check(p: Pair, **facts: Any) -> matching.Matched:
    """Ask about one subject."""
    return run(matching.check, p.us, peer=MX.id, dataset=MX_LIST, **facts)


def say(
    sender: Node,
    to: str,
    target: str,
    message: DspMessage | OurMessage | bytes = b"",
    method: str = "POST",
) -> Message:
    """Send any message, as a peer with code of its own would, and return the reply."""
    match message:
        case bytes():
            body = message
        case DspMessage():
            body = message.to_json()
        case OurMessage():
            body = message.encode()
    with sender.store.write() as tx:
        peer = pins.pinned(tx, to)
        jti = post(tx, sender.local, peer, "hand-written", method, target, body)
    return sender.delivery.reply(to, jti)


def contact(sender: Node, to: str, path: str, message: OurMessage | bytes) -> bytes:
    """Send any contact message, as a peer with code of its own would, and return the reply."""
    with sender.store.read() as tx:
        peer = pins.pinned(tx, to)
    body = message if isinstance(message, bytes) else message.encode()
    return sender.contacts.ask(peer, path, body)


def seal(
    p: Pair,
    *,
    seq: int,
    id: int | None = None,
    method: str = "POST",
    target: str = CATALOG,
    body: bytes = CATALOG_BODY,
) -> Request:
    """Return a signed request of the asker that its own log knows nothing of."""
    with p.us.store.read() as tx:
        seen = record.seen(tx, MX.id)
    jti = b64url((seq if id is None else id).to_bytes(16, "big"))
    envelope = Envelope(US.id, MX.id, jti, seq, bytes(16), p.us.local.now(), DAY, seen)
    signer, content_type = p.us.local.signers.message, JSON if body else ""
    return token.seal_request(envelope, method, target, content_type, body, signer)


def first_request(p: Pair, **changes: Any) -> ContractRequestMessage:
    """Return the message that asks for the latest offer as it stands, but for the changes."""
    with p.mx.store.read() as tx:
        made = many(tx, OfferRow, order="created")[-1]
    offered = from_policy(model(Offer, made.policy.encode(), BODY_BYTES))
    message = ContractRequestMessage(
        consumer_pid="urn:uuid:1",
        offer=to_message_offer(offered, made.id, made.dataset),
        callback_address=US.address + DSP,
    )
    return message.model_copy(update=changes)


def question(p: Pair, count: int, family: Family = Family.RFC, **changes: Any) -> Question:
    """Return a question of the asker about so many tokens that nobody has."""
    inputs = Inputs.pack(b"comity-token-1\0rfc\0\0%d" % n for n in range(count))
    blinds = GROUP.scalars(b"".join(bytes([n % 255 + 1]) * 64 for n in range(count)))
    message = Question(
        manifest=transfer(p.mx).manifest or "A" * 43,
        family=family,
        elements=b64url(GROUP.blind(inputs, blinds)),
        root=b64url(bytes(32)),
        purpose="sanctions",
        legal_basis="treaty",
    )
    return message.model_copy(update=changes)


def code(reply: Message) -> str:
    """Return the code of a refusal, or an empty string."""
    return str(parse(reply.body, 100_000).get("code", ""))


def transfer(node: Node, format: str = MATCH) -> Transfer:
    """Return the only transfer of a format."""
    with node.store.read() as tx:
        found = one(tx, Transfer, format=format)
    assert found is not None
    return found


def pin_third(p: Pair) -> str:
    """Let Mexico pin a third participant, which nobody runs; returns its id."""
    setup.init(p.folder / "ca", THIRD, OFFICER.officer, p.folder / "ca-recovery.key")
    document = (p.folder / "ca" / IDENTITY_FILE).read_text()
    run(peers.peer_add, p.mx, document=document, fingerprint=identity.fingerprint(document))
    return THIRD.id


def _loaded(p: Pair) -> None:
    load(p.mx, MX_LIST, *MX_ROWS)
    load(p.us, US_LIST, *US_ROWS)


STEPS: Final[dict[str, tuple[str, Callable[[Pair], object]]]] = {
    "loaded": ("pinned", _loaded),
    "offered": ("loaded", lambda p: run(offering.make_offer, p.mx, dataset=MX_LIST, terms=TERMS)),
    "agreed": ("loaded", agree),
    "tagged": ("loaded", ready),
    "matched": ("tagged", match),
    "one family": ("loaded", lambda p: ready(p, matching_terms(families=["rfc"]))),
}
"""How each stage comes of the one before it."""


class Stages:
    """Plays each stage once, in a folder of its own, and gives out copies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def open(self, name: str, folder: Path) -> Iterator[Pair]:
        """Open a copy of a stage in a folder."""
        shutil.copytree(self._made(name), folder, dirs_exist_ok=True)
        with opened(folder) as p:
            yield p

    def _made(self, name: str) -> Path:
        folder = self._folder / name
        if name == "pinned" and not folder.exists():
            with pair(folder):
                pass
        elif not folder.exists():
            before, step = STEPS[name]
            with self.open(before, folder) as p:
                step(p)
        return folder

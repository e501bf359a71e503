"""Witnesses, over real HTTP: what one must check, and what the node makes of its answers."""

from collections.abc import Iterator

import pytest

from comity.core import checkpoint
from comity.core.checkpoint import Checkpoint
from comity.core.note import VerifierKey
from comity.errors import Code
from comity.limits import WITNESSES
from comity.operations import proving, records, witnessing
from comity.protocol import recording
from comity_verify import telling
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import CATALOG, CATALOG_BODY, say
from verify.told import check, forget_checkpoints
from witness_server import NAME, Answer, Witness, serving


@pytest.fixture
def watched(agreed: Pair) -> Iterator[tuple[Pair, Witness]]:
    """Two nodes that compared their record, and a witness that one of them named."""
    with serving(Witness(clock=agreed.us.local.now())) as witness:
        run(records.verify, agreed.us, peer=MX.id)
        key, url = witness.key.encode(), witness.url
        run(witnessing.witness_add, agreed.us, name="third", key=key, url=url)
        enter(agreed, witness)
        yield agreed, witness


Watched = tuple[Pair, Witness]


def enter(p: Pair, witness: Witness) -> None:
    """Let the operator of the witness enter the log's key, as the node shows it."""
    (log,) = run(witnessing.witness_list, p.us).logs
    witness.logs[log.origin] = VerifierKey.parse(log.key)


def submit(p: Pair, **more: str) -> witnessing.LogWitnessed:
    return run(witnessing.witness_log, p.us, peer=MX.id, **more)


def grow(p: Pair) -> None:
    """Say something more, and let both cosign."""
    say(p.us, MX.id, CATALOG, CATALOG_BODY)
    run(records.verify, p.us, peer=MX.id)


def test_a_witness_cosigns_the_log_as_it_grows(watched: Watched) -> None:
    p, witness = watched
    sizes = []
    for _ in range(3):
        (seen,) = submit(p).seen
        sizes.append(seen.size)
        cosigned = checkpoint.verify(
            seen.checkpoint.encode(),
            recording.log_key(p.us.local.identity, MX.id),
            [recording.cosigner_key(p.mx.local.identity), witness.key],
        )
        assert [each.name for each in cosigned.cosignatures] == [MX.id, NAME]
        grow(p)
    assert sizes == sorted(set(sizes))
    # It was told each time where it had been, so that nothing had to be asked twice.
    assert [body.split(b"\n")[0] for body in witness.asked] == [
        b"old 0",
        *(b"old %d" % size for size in sizes[:2]),
    ]


def test_the_same_checkpoint_again(watched: Watched) -> None:
    p, witness = watched
    assert submit(p).seen[0].size == submit(p).seen[0].size
    assert len(witness.asked) == 2


def test_where_the_witness_is_elsewhere_it_says_so_and_is_asked_again(watched: Watched) -> None:
    """A node that forgot: it says 0, hears the size, and proves from there."""
    from comity.store.rows.evidence import VouchedNote
    from comity.store.rows.moving import remove

    p, witness = watched
    before = submit(p).seen[0].size
    grow(p)
    with p.us.store.write() as tx:
        remove(tx, VouchedNote, peer=MX.id, direction="out", witness="third")
    assert submit(p).seen[0].size > before
    olds = [body.split(b"\n")[0] for body in witness.asked]
    assert olds == [b"old 0", b"old 0", b"old %d" % before]


def prove(p: Pair) -> bytes:
    path = p.folder / "witnessed.json"
    run(proving.prove, p.us, peer=MX.id, entries=("sent:0",), path=str(path))
    return path.read_bytes()


def test_evidence_says_who_else_saw_it(watched: Watched) -> None:
    p, witness = watched
    submit(p)
    # There is a newer checkpoint that the witness has not seen; the other is worth more.
    grow(p)
    file = prove(p)
    found = check(p, file, witnesses=[witness.key.encode()])
    assert [each.name for each in found.logs[0].witnesses] == [NAME]
    told = "\n".join(telling.lines(found, "en"))
    assert NAME in told
    assert "not after the witness saw it" in told
    # Whoever was not given its key learns nothing from its line.
    assert check(p, file).logs[0].witnesses == ()
    other = Witness(signer=p.mx.local.signers.message)  # type: ignore[arg-type]
    assert check(p, file, witnesses=[other.key.encode()]).logs[0].witnesses == ()


def test_a_false_line_of_a_witness_spoils_the_evidence(watched: Watched) -> None:
    p, witness = watched
    submit(p)
    file = prove(p).decode()
    line = next(part for part in file.split("\\n") if part.startswith(f"— {NAME} "))
    spoiled = file.replace(line, line[:-6] + ("AAAA==" if line[-6:] != "AAAA==" else "BBBB=="))
    from comity_verify import Flaw, VerificationFailure

    with pytest.raises(VerificationFailure) as raised:
        check(p, spoiled.encode(), witnesses=[witness.key.encode()])
    assert raised.value.flaw in (Flaw.SIGNATURE, Flaw.NOTE)


@pytest.mark.parametrize("status", [400, 403, 404, 422, 429, 500, 307])
def test_refusals(watched: Watched, status: int) -> None:
    p, witness = watched
    witness.instead = Answer(status, b"no\n")
    with refuses(Code.WITNESS_REFUSED, witness="third", status=status, reason=""):
        submit(p)
    assert len(witness.asked) == 1


def test_what_a_witness_must_refuse_it_does(watched: Watched) -> None:
    """The server in the tests is strict: an unknown log, another key, a log written anew."""
    p, witness = watched
    origin = recording.origin(US.id, MX.id)
    key = witness.logs.pop(origin)
    with refuses(Code.WITNESS_REFUSED, witness="third", status=404, reason=""):
        submit(p)
    stranger = recording.log_key(p.mx.local.identity, MX.id)
    witness.logs[origin] = VerifierKey(origin, key.type, stranger.public)
    with refuses(Code.WITNESS_REFUSED, witness="third", status=403, reason=""):
        submit(p)
    witness.logs[origin] = key
    submit(p)
    tree = witness.latest[origin]
    witness.latest[origin] = Checkpoint(origin, tree.size, bytes(32))
    with refuses(Code.WITNESS_REFUSED, witness="third", status=422, reason=""):
        submit(p)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(200, b""), "signature"),
        (Answer(200, "— witness.example/w1 AAAAAAAA\n".encode()), "signature"),
        (Answer(409, b"words\n", "text/x.tlog.size"), "form"),
        (Answer(409, b"999999\n", "text/x.tlog.size"), "ahead"),
        (Answer(409, b"1\n", "text/plain"), ""),
        (Answer(409, b"0\n", "text/x.tlog.size"), ""),
    ],
    ids=["empty", "false", "no-size", "longer", "no-type", "again"],
)
def test_answers_that_are_none(watched: Watched, answer: Answer, reason: str) -> None:
    p, witness = watched
    witness.instead = answer
    with refuses(Code.WITNESS_REFUSED, witness="third", status=answer.status, reason=reason):
        submit(p)
    assert len(witness.asked) <= 2


def test_a_witness_whose_clock_runs_ahead(watched: Watched) -> None:
    p, witness = watched
    witness.clock = 2**40
    with refuses(Code.WITNESS_REFUSED, witness="third", status=200, reason="time"):
        submit(p)


def test_naming_and_removing(watched: Watched) -> None:
    p, witness = watched
    shown = run(witnessing.witness_list, p.us)
    assert [(one.name, one.url, one.officer) for one in shown.witnesses] == [
        ("third", witness.url, "officer-1")
    ]
    key, url = witness.key.encode(), witness.url
    for name, other in (("third", Witness(signer=p.mx.local.signers.message)), ("again", witness)):  # type: ignore[arg-type]
        with refuses(Code.WITNESS_EXISTS, witness=name):
            run(witnessing.witness_add, p.us, name=name, key=other.key.encode(), url=url)
    log_key = recording.log_key(p.us.local.identity, MX.id).encode()
    for wrong in ("", "x", log_key):
        with refuses(Code.NOTE_INVALID, reason="key"):
            run(witnessing.witness_add, p.us, name="other", key=wrong, url=url)
    with refuses(Code.ADDRESS_INVALID):
        run(witnessing.witness_add, p.us, name="other", key=key, url="http://elsewhere.example")
    assert run(witnessing.witness_remove, p.us, name="third").name == "third"
    with refuses(Code.WITNESS_UNKNOWN, witness="third"):
        run(witnessing.witness_remove, p.us, name="third")
    with refuses(Code.WITNESS_UNKNOWN):
        submit(p)


def test_so_many_witnesses_and_no_more(watched: Watched) -> None:
    from comity.core.keys import Ed25519Signer

    p, witness = watched
    for number in range(1, WITNESSES + 1):
        other = Witness(signer=Ed25519Signer(bytes([number]) * 32))
        args = {"name": f"w{number}", "key": other.key.encode(), "url": witness.url}
        if number < WITNESSES:
            run(witnessing.witness_add, p.us, **args)
        else:
            with refuses(Code.WITNESS_EXISTS, witness=f"w{number}", limit=WITNESSES):
                run(witnessing.witness_add, p.us, **args)


def test_nothing_is_witnessed_that_the_peer_did_not_cosign(agreed: Pair) -> None:
    with serving(Witness()) as witness:
        key, url = witness.key.encode(), witness.url
        run(witnessing.witness_add, agreed.us, name="third", key=key, url=url)
        forget_checkpoints(agreed)
        with refuses(Code.ENTRY_NOT_COSIGNED):
            submit(agreed)
        assert witness.asked == []


def test_the_journal_says_who_had_it_witnessed(watched: Watched) -> None:
    p, _ = watched
    submit(p, witness="third")
    actions = [entry.action for entry in run(records.journal_show, p.us).entries]
    assert actions[-1] == "record.witness"
    assert "witness.add" in actions

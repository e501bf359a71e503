"""Evidence of real nodes: what holds, and that nothing holds that was changed."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core import proof
from comity.core.canonical import b64url, unb64url
from comity.core.leaf import leaf
from comity.core.merkle import leaf_hash
from comity.core.proof import Proof
from comity.errors import ComityError
from comity.operations import identity, records
from comity.protocol import recording
from comity_verify import Flaw, VerificationFailure, evidence, proofs, read_identity
from nodes import MX, US, Pair, run
from stages import CATALOG, CATALOG_BODY, pin_third, say
from successions import follow
from verify.told import answered, changed, check, documents, prove


def fails(p: Pair, file: bytes, **more: Any) -> VerificationFailure:
    with pytest.raises(VerificationFailure) as raised:
        check(p, file, **more)
    return raised.value


@pytest.fixture
def told(matched: Pair) -> tuple[Pair, records.EntryShown]:
    return matched, answered(matched)


Told = tuple[Pair, records.EntryShown]


def test_what_both_vouched_for_holds(told: Told) -> None:
    p, answer = told
    request = f"sent:{answer.sequence - 1}"
    found = check(p, prove(p, answer.id, request))
    first, second = found.entries
    assert (first.log.sender.id, first.log.receiver.id) == (MX.id, US.id)
    assert (second.log.sender.id, second.log.receiver.id) == (US.id, MX.id)
    assert (first.index, first.id) == (answer.sequence, answer.id)
    assert first.said <= first.log.cosigned.time
    assert first.released.how == "whole"
    assert dict(first.released.fields)["names"] == ("Consorcio Nujoma, S.C.",)
    assert first.released.withheld == 0
    assert second.released.value["caseReference"] == "US-2026-0042"
    assert {log.cosigned.name for log in found.logs} == {MX.id, US.id}


def test_a_reply_names_what_it_replies_to(told: Told) -> None:
    p, answer = told
    reply = next(
        entry
        for entry in run(records.show, p.us, peer=MX.id).entries
        if (entry.what, entry.kind) == ("comity-answer-1", "response")
    )
    found = check(p, prove(p, reply.id, answer.id))
    assert found.replies_to(found.entries[0]) == 2
    assert found.replies_to(found.entries[1]) == 0
    assert check(p, prove(p, reply.id)).entries[0].released.how == "whole"


def test_everything_in_the_record_can_be_proved(told: Told) -> None:
    p, _ = told
    entries = [
        f"{entry.direction}:{entry.sequence}"
        for entry in run(records.show, p.us, peer=MX.id).entries
        if entry.what != "comity-record-1"
    ]
    found = check(p, prove(p, *entries))
    assert len(found.entries) == len(entries)
    assert {entry.released.how for entry in found.entries} == {"whole", "nothing", "empty"}


def test_what_is_withheld_is_not_in_the_file(told: Told) -> None:
    p, answer = told
    secret = b"Nujoma"
    shown = json.loads(prove(p, answer.id))["entries"][0]["body"]
    hidden = next(item for item in json.loads(shown)["disclosures"] if secret in unb64url(item))
    for more in ({"withhold": ("names",)}, {"only": ("statuses",)}, {"withhold": ("body",)}):
        file = prove(p, answer.id, **more)
        for token in file.decode().replace(".", '"').split('"'):
            assert secret not in token.encode()
            try:
                assert secret not in unb64url(token)
            except ComityError:
                continue
        assert hidden.encode() not in file
        released = check(p, file).entries[0].released
        assert "names" not in dict(released.fields)
        if "body" not in more.get("withhold", ()):
            assert (released.how, released.withheld) == ("fields", 3 - len(released.fields))
            assert released.value["outcome"] == "answered"


def test_a_field_that_was_changed_fails(told: Told) -> None:
    p, answer = told
    file = prove(p, answer.id, withhold=("names",))
    (entry,) = json.loads(file)["entries"]
    salt, name, _ = json.loads(unb64url(entry["disclosures"][0]))
    forged = b64url(json.dumps([salt, name, ["another"]]).encode())
    other = changed(file, disclosures=[forged, *entry["disclosures"][1:]])
    assert fails(p, other).flaw is Flaw.ANSWER
    twice = changed(file, disclosures=[entry["disclosures"][0]] * 2)
    assert fails(p, twice).flaw is Flaw.ANSWER
    core = entry["answer"].replace('"answered"', '"declined"')
    assert fails(p, changed(file, answer=core)).flaw is Flaw.ANSWER
    with_digest = entry["answer"].replace('"digests":[', f'"digests":["{b64url(bytes(32))}",')
    assert fails(p, changed(file, answer=with_digest)).flaw is Flaw.ANSWER


HOSTILE: dict[str, tuple[Flaw, int, dict[str, Any]]] = {
    "a body of its own": (Flaw.BODY, 1, {"body": '{"outcome":"declined"}'}),
    "another token": (Flaw.TOKEN, 1, {"token": "e30.e30.e30"}),
    "no proof": (Flaw.FILE, 0, {"proof": None}),
    "a proof that is none": (Flaw.PROOF, 1, {"proof": "c2sp.org/tlog-proof@v1\nindex 0\n"}),
    "a member that nobody knows": (Flaw.FILE, 0, {"note": "believe me"}),
    "a body that is no text": (Flaw.FILE, 1, {"body": 1}),
    "an answer beside a body": (Flaw.FILE, 1, {"answer": "{}"}),
    "disclosures beside a body": (Flaw.FILE, 1, {"disclosures": ["x"]}),
    "an answer that was none": (Flaw.ANSWER, 1, {"body": None, "answer": "{}"}),
}


@pytest.mark.parametrize("flaw", HOSTILE)
def test_what_was_changed_fails(told: Told, flaw: str) -> None:
    p, answer = told
    expected, entry, members = HOSTILE[flaw]
    failure = fails(p, changed(prove(p, answer.id), **members))
    assert (failure.flaw, failure.entry) == (expected, entry)


def test_what_belongs_to_another_place_fails(told: Told) -> None:
    p, answer = told
    file = prove(p, answer.id, "received:0", "sent:0")
    entries = json.loads(file)["entries"]
    moved = changed(file, 0, proof=entries[1]["proof"])
    assert (fails(p, moved).flaw, fails(p, moved).entry) == (Flaw.PLACE, 1)
    assert fails(p, changed(file, 1, proof=entries[2]["proof"])).flaw is Flaw.TOKEN
    lines = entries[0]["proof"].split("\n")
    lines[2], lines[3] = lines[3], lines[2]
    assert fails(p, changed(file, 0, proof="\n".join(lines))).flaw is Flaw.INCLUSION


def test_one_log_has_one_checkpoint_in_a_file(told: Told) -> None:
    p, answer = told
    before = json.loads(prove(p, "received:0"))["entries"]
    say(p.us, MX.id, CATALOG, CATALOG_BODY)
    run(records.verify, p.us, peer=MX.id)
    after = json.loads(prove(p, answer.id))["entries"]
    file = json.dumps({"type": evidence.TYPE, "entries": [*before, *after]}).encode()
    assert fails(p, file).flaw is Flaw.TWO_CHECKPOINTS


def test_both_documents_are_needed_and_no_other_will_do(told: Told) -> None:
    p, answer = told
    file, (mx, us) = prove(p, answer.id), documents(p)
    for those, about in (([mx], US.id), ([us], MX.id), ([], MX.id)):
        with pytest.raises(VerificationFailure) as raised:
            evidence.verify(file, those)
        assert (raised.value.flaw, raised.value.about) == (Flaw.IDENTITY_MISSING, about)
    for spoiled in (mx[:-10], b"", b"x" * 100_000, mx.replace(b".", b"", 1), us + mx):
        with pytest.raises(VerificationFailure) as raised:
            evidence.verify(file, [spoiled, us])
        assert raised.value.flaw is Flaw.IDENTITY
    pin_third(p)
    third = (p.folder / "ca" / "identity.comity").read_bytes()
    evidence.verify(file, [third, mx, us])


def test_the_newer_document_of_a_participant_stands_beside_the_older(told: Told) -> None:
    from dataclasses import replace

    p, answer = told
    file, (mx, us) = prove(p, answer.id), documents(p)
    party = read_identity(mx)
    other = replace(party, message=bytes(32), checkpoint=bytes(32), cosignature=bytes(32))
    assert other.id == party.id
    entries = evidence._read(file)
    for order in ([other, party], [party, other]):
        parties = [*order, read_identity(us)]
        found = proofs.Proof.parse(entries[0]["proof"].encode())
        log = evidence._log(found.checkpoint, parties, [])
        assert evidence._entry(entries[0], found, log, parties).id == answer.id


@pytest.mark.parametrize("missing", ["log", "cosigner"])
def test_a_checkpoint_of_one_side_is_not_enough(told: Told, missing: str) -> None:
    p, answer = told
    file = prove(p, answer.id)
    lines = json.loads(file)["entries"][0]["proof"].split("\n")
    gone = "— comity/" if missing == "log" else "— did:web:us"
    spoiled = "\n".join(line for line in lines if not line.startswith(gone))
    assert len(spoiled) < len("\n".join(lines))
    failure = fails(p, changed(file, proof=spoiled))
    expected = (Flaw.UNSIGNED, MX.id) if missing == "log" else (Flaw.NOT_COSIGNED, US.id)
    assert (failure.flaw, failure.about) == expected


def test_files_that_are_none(told: Told) -> None:
    p, answer = told
    file = prove(p, answer.id)
    value = json.loads(file)
    deep = b'{"entries":' + b"[" * 100_000
    for spoiled in (
        b"",
        b"[]",
        b"\xff",
        file[:-10],
        deep,
        file.replace(b'"entries"', b'"entries": [], "entries"'),
        json.dumps({**value, "type": "comity-evidence-2"}).encode(),
        json.dumps({**value, "entries": []}).encode(),
        json.dumps({**value, "entries": value["entries"] * 1001}).encode(),
        json.dumps({**value, "more": 1}).encode(),
        b" " * (evidence.BYTES + 1),
        file.replace(b"e", b"\\ud800", 1),
    ):
        assert fails(p, spoiled).flaw is Flaw.FILE


def test_the_keys_of_witnesses_are_read_strictly(told: Told) -> None:
    p, answer = told
    file = prove(p, answer.id)
    for key in ("", "x", "witness.example+00000000+AAAA"):
        assert fails(p, file, witnesses=[key]).flaw is Flaw.KEY


def node_takes(p: Pair, proof_file: bytes, token: str) -> bool:
    """Say what the node's own verification makes of a proof of the other's log."""
    log = recording.log_key(p.mx.local.identity, US.id)
    cosigner = recording.cosigner_key(p.us.local.identity)
    try:
        proof.verify(Proof.parse(proof_file), leaf_hash(leaf(token.encode())), log, [cosigner])
    except ComityError:
        return False
    return True


@pytest.fixture
def proved(told: Told) -> tuple[Pair, bytes]:
    """The pair, and evidence of one answer."""
    p, answer = told
    return p, prove(p, answer.id)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_both_say_the_same_of_a_proof_with_any_byte_changed(
    proved: tuple[Pair, bytes], data: st.DataObject
) -> None:
    p, file = proved
    (entry,) = json.loads(file)["entries"]
    honest = entry["proof"].encode()
    spoiled = bytearray(honest)
    place = data.draw(st.integers(0, len(honest) - 1))
    byte = data.draw(st.sampled_from(list(b"\n A0+/=ax-")))
    match data.draw(st.sampled_from(["replace", "insert", "delete", "nothing"])):
        case "replace":
            spoiled[place] = byte
        case "insert":
            spoiled.insert(place, byte)
        case "delete":
            del spoiled[place]
    try:
        text = spoiled.decode()
    except UnicodeDecodeError:
        return
    try:
        check(p, changed(file, proof=text))
        holds = True
    except VerificationFailure:
        holds = False
    assert holds is node_takes(p, bytes(spoiled), entry["token"])
    assert holds is (spoiled == honest)


def test_evidence_from_before_and_after_new_keys(told: Told) -> None:
    """A token keeps the key of its time; the document of that time is needed beside the new one."""
    p, answer = told
    old = p.mx.document.encode()
    before = prove(p, answer.id)
    run(identity.rotate, p.mx)
    follow(p.mx, p.us)
    between = prove(p, answer.id)
    run(records.verify, p.us, peer=MX.id)
    say(p.mx, US.id, CATALOG, CATALOG_BODY)
    run(records.verify, p.us, peer=MX.id)
    after = prove(p, answer.id, f"received:{answer.sequence + 1}")
    mx, us = documents(p)
    update = run(identity.update, p.mx).text.encode()
    assert mx != old
    for file in (before, between):
        assert evidence.verify(file, [old, us]).parties() == (read_identity(old), read_identity(us))
        with pytest.raises(VerificationFailure) as raised:
            evidence.verify(file, [mx, us])
        assert raised.value.flaw in (Flaw.UNSIGNED, Flaw.TOKEN)
    for files in ([old, mx, us], [us, update, old], [b"\n".join([old, update]), us]):
        found = evidence.verify(after, files)
        assert set(found.parties()) == {read_identity(each) for each in (old, mx, us)}
        assert [entry.signer.id for entry in found.entries] == [MX.id, MX.id]
        assert found.entries[0].signer != found.entries[1].signer
    with pytest.raises(VerificationFailure) as raised:
        evidence.verify(after, [mx, us])
    assert (raised.value.flaw, raised.value.entry) == (Flaw.TOKEN, 1)

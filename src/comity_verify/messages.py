"""One message: its token, what the log keeps of it, and what is released of its body."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from comity_verify.encoding import digest, from_url, read_json, read_object
from comity_verify.failure import Flaw, VerificationFailure
from comity_verify.found import Party, Released
from comity_verify.signatures import open_jws

REQUEST: Final = "comity-request+jwt"
RESPONSE: Final = "comity-response+jwt"
_ANSWER: Final = "comity-answer-1"
_ANSWERS: Final = "/comity/1/answers/"
"""The target of an answer ends in the digest of all of it but the disclosures."""
_SALT_CHARS: Final = 22


def leaf(token: str) -> bytes:
    """Return what the log keeps of a message: SHA-256(`comity-leaf-1` NUL token), 32 bytes."""
    return sha256(b"comity-leaf-1\x00" + token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Claims:
    """What the token of a message says."""

    issuer: str
    audience: str
    index: int
    id: str
    said: int
    body: str
    method: str = ""
    target: str = ""
    status: int = 0
    answers: str = ""


def open_token(token: str, sender: Party) -> Claims:
    """Check a token as its sender's and read it. Raises the flaw `token`."""
    flaw = Flaw.TOKEN
    try:
        payload, is_request = open_jws(REQUEST, token, sender.message, flaw), True
    except VerificationFailure:
        payload, is_request = open_jws(RESPONSE, token, sender.message, flaw), False
    said = read_object(payload, flaw)
    try:
        claims = Claims(
            issuer=_text(said["iss"]),
            audience=_text(said["aud"]),
            index=_count(said["seq"]),
            id=_text(said["jti"]),
            said=_count(said["iat"]),
            body=_text(said["dig"]),
        )
        if is_request:
            return replace(claims, method=_text(said["htm"]), target=_text(said["htu"]))
        return replace(claims, status=_count(said["sta"]), answers=_text(said["req"]))
    except KeyError:
        raise VerificationFailure(flaw) from None


def open_body(entry: dict[str, Any], claims: Claims) -> Released:
    """Check what is released of a body against the token. Raises the flaws `body`, `answer`."""
    whole, core = entry.get("body"), entry.get("answer")
    disclosures = entry.get("disclosures", [])
    if isinstance(whole, str) and core is None and not disclosures:
        return _whole(whole.encode(), claims)
    if isinstance(core, str) and whole is None and isinstance(disclosures, list):
        return _part(core.encode(), disclosures, claims)
    if whole is not None or core is not None or disclosures:
        raise VerificationFailure(Flaw.FILE)
    return Released("empty" if claims.body == digest(b"") else "nothing")


def _whole(body: bytes, claims: Claims) -> Released:
    if digest(body) != claims.body:
        raise VerificationFailure(Flaw.BODY)
    value = read_json(body, Flaw.BODY)
    if not isinstance(value, dict) or value.get("type") != _ANSWER:
        return Released("whole", value)
    disclosures = value.pop("disclosures", [])
    return _fields("whole", value, disclosures)


def _part(core: bytes, disclosures: list[Any], claims: Claims) -> Released:
    """Check a part of an answer: its target, which is signed, names the rest by its digest."""
    path, _, named = claims.target.rpartition("/")
    if not f"{path}/".endswith(_ANSWERS) or named != digest(core):
        raise VerificationFailure(Flaw.ANSWER)
    value = read_object(core, Flaw.ANSWER)
    if value.get("type") != _ANSWER:
        raise VerificationFailure(Flaw.ANSWER)
    return _fields("fields", value, disclosures)


def _fields(how: str, value: dict[str, Any], disclosures: list[Any]) -> Released:
    """Check disclosures against the digests of an answer (as RFC 9901 section 4.2)."""
    digests = value.get("digests", [])
    if not isinstance(digests, list) or not isinstance(disclosures, list):
        raise VerificationFailure(Flaw.ANSWER)
    fields = [_field(each, digests) for each in disclosures]
    names = [name for name, _ in fields]
    if len(set(names)) != len(names) or len(set(map(str, digests))) != len(digests):
        raise VerificationFailure(Flaw.ANSWER)
    return Released(how, value, tuple(fields), len(digests) - len(fields))


def _field(disclosure: Any, digests: list[Any]) -> tuple[str, str | tuple[str, ...]]:
    flaw = Flaw.ANSWER
    if not isinstance(disclosure, str) or not disclosure.isascii():
        raise VerificationFailure(flaw)
    if digest(disclosure.encode()) not in digests:
        raise VerificationFailure(flaw)
    match read_json(from_url(disclosure, flaw), flaw):
        case [str(salt), str(name), str(text)] if len(salt) >= _SALT_CHARS and name:
            return name, text
        case [str(salt), str(name), list(items)] if len(salt) >= _SALT_CHARS and name:
            if all(isinstance(item, str) for item in items):
                return name, tuple(items)
    raise VerificationFailure(flaw)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise VerificationFailure(Flaw.TOKEN)
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise VerificationFailure(Flaw.TOKEN)
    return value

"""How a refusal crosses the border: an HTTP status and the error body of the protocol at hand."""

from collections import defaultdict, deque
from threading import Lock
from typing import Final

from comity.core.canonical import canonical, parse
from comity.errors import Code, ComityError
from comity.limits import HOUR, REPLY_BYTES
from comity.protocol.base import AnyRoute, Outcome

_NOT_FOUND: Final = frozenset(
    {
        Code.DATASET_UNKNOWN,
        Code.NEGOTIATION_UNKNOWN,
        Code.TRANSFER_UNKNOWN,
        Code.REQUEST_UNKNOWN,
        Code.MANIFEST_UNKNOWN,
        Code.MESSAGE_UNKNOWN,
        Code.AGREEMENT_UNKNOWN,
        Code.ENTRY_UNKNOWN,
        Code.RECALL_UNKNOWN,
    }
)
_STATUS: Final = {
    Code.QUOTA_EXCEEDED: 429,
    Code.BODY_TOO_LARGE: 413,
    Code.BATCH_TOO_LARGE: 413,
    Code.INTERNAL: 500,
    Code.NODE_FROZEN: 503,
    Code.STORE_FAILED: 503,
    Code.DISK_FULL: 503,
}


def status(code: Code) -> int:
    """Return the HTTP status for a code: 404 also where somebody is not entitled, as DSP says."""
    return 404 if code in _NOT_FOUND else _STATUS.get(code, 400)


def outcome(route: AnyRoute | None, message: object, error: ComityError) -> Outcome:
    """Return the refusal of a message. It names the code; parameters stay here."""
    pids = route.pids(message) if route and message is not None else ("", "")
    body = route.refusal(error.code, pids) if route else plain(error.code, pids)
    return Outcome(status(error.code), body, refused=str(error.code))


def plain(code: Code, _: tuple[str, str]) -> bytes:
    """Return the error body of our own messages."""
    return canonical({"@type": "comity:Error", "code": str(code)})


def code_of(body: bytes) -> str:
    """Return the code in the body of a refusal, `unknown` where it is none of ours."""
    try:
        code = parse(body, REPLY_BYTES).get("code")
    except ComityError:
        code = None
    # Only a code of ours is repeated; anything else a peer writes there stays there.
    return code if isinstance(code, str) and code in set(Code) else "unknown"


class PerHour:
    """Counts what each peer did within the last hour, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._guard = Lock()
        self._times: dict[str, deque[int]] = defaultdict(deque)

    def full(self, peer: str, now: int) -> bool:
        """Tell whether the peer has used up its hour."""
        with self._guard:
            return self._full(peer, now)

    def count(self, peer: str, now: int) -> bool:
        """Count one more; False where the hour was full already."""
        with self._guard:
            if self._full(peer, now):
                return False
            self._times[peer].append(now)
            return True

    def _full(self, peer: str, now: int) -> bool:
        times = self._times[peer]
        while times and times[0] <= now - HOUR:
            times.popleft()
        return len(times) >= self._limit

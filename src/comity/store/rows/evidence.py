"""What shows that the record is one: checkpoints, witnesses, alarms."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.evidence import alarms, checkpoints, vouched, witnesses


@dataclass(frozen=True, slots=True)
class Cosigned(Row):
    """A signed checkpoint of a log, cosigned by who mirrors it where `time` is not 0."""

    table: ClassVar[Table] = checkpoints
    peer: str
    direction: str
    size: int
    root: bytes
    time: int
    written: int
    at: int
    note: str


@dataclass(frozen=True, slots=True)
class Alarm(Row):
    """What a peer did to the record, and whether an officer has decided to go on."""

    table: ClassVar[Table] = alarms
    id: str
    peer: str
    kind: str
    number: int
    evidence: str
    at: int
    settled: int
    officer: str
    reason: str
    over: bool


@dataclass(frozen=True, slots=True)
class Witness(Row):
    """A third who watches logs of this node, and where it takes checkpoints."""

    table: ClassVar[Table] = witnesses
    name: str
    key: str
    url: str
    officer: str
    at: int


@dataclass(frozen=True, slots=True)
class VouchedNote(Row):
    """The newest checkpoint of a log that the other side, and a witness, have cosigned."""

    table: ClassVar[Table] = vouched
    peer: str
    direction: str
    witness: str
    size: int
    note: str
    at: int

"""How a tag set is made: a stream from the records to its file, in memory that does not grow.

    survey   records -> which statuses there are, and how many tokens at most
    tag      records -> rows (output, number of the record, label), by the output's first byte;
             of records that were tagged before with these keys, what was kept is taken
    seal     rows of one token are side by side -> entries, by the index's first byte
    write    entries and padding in order -> the file, and its digest

Between the steps everything is in partitions, most of them on disk (`comity.store.partitions`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from sqlalchemy import Connection

from comity.api import Entropy, Kernel, Progress
from comity.core import tagset
from comity.core.canonical import b64url
from comity.core.entries import ENTRY_BYTES
from comity.core.fuzzy.derived import Derived
from comity.core.fuzzy.families import FUZZY
from comity.core.holdings import decode, outline
from comity.core.label import HANDLE_BYTES, Label
from comity.core.manifest import SetReference
from comity.core.matching import (
    ROW_BYTES,
    UNIT_BYTES,
    canary_rows,
    outputs_of,
    rows_of,
    seal_rows,
)
from comity.core.records import Family, Status
from comity.limits import FUZZY_TOKENS_EXPECTED, SET_PARTITIONS, SPOOL_CHUNK_BYTES
from comity.store import kept
from comity.store.building import SET, Building
from comity.store.handles import Handles
from comity.store.outputs import Made, Outputs
from comity.store.partitions import Partitions
from comity.store.rows.holdings import Dataset, Held
from comity.store.rows.moving import one, streamed

RECORDS_AT_ONCE = 2_048
"""Records tagged at once: enough tokens of each family to keep every thread busy, little enough to
report progress."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the records of a dataset say together, without those that are withheld."""

    records: int
    tokens: int
    """About so many: of exact families at most, of fuzzy ones as records have on average."""
    statuses: tuple[str, ...]
    """The words used as statuses, in their order."""

    @property
    def bytes(self) -> int:
        """What making the set may take on disk, with what is kept of it to go on with."""
        return self.tokens * (ROW_BYTES + ENTRY_BYTES + UNIT_BYTES)


def survey(
    tx: Connection, dataset: str, families: Collection[Family], progress: Progress
) -> Survey:
    """Read the records once, before any of them is tagged.

    `progress` hears of the step `read`, in records of the dataset.
    """
    known = one(tx, Dataset, id=dataset)
    total = known.records if known else 0
    count = tokens = 0
    fuzzy = FUZZY_TOKENS_EXPECTED if set(families) & FUZZY.keys() else 0
    statuses: set[str] = set()
    for count, row in enumerate(_held(tx, dataset), 1):
        found = outline(row.body)
        tokens += sum(family in families for family in found.families)
        tokens += (found.names if Family.NAME in families else 0) + fuzzy
        statuses.update(status.value for status in found.statuses)
        if count % Held.at_once == 0:
            progress("read", count, total)
    progress("read", total, total)
    return Survey(count, tokens, tuple(sorted(statuses)))


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of tagging."""

    records: int
    """All of them, whether or not they gave a row."""
    rows: int
    """Without canaries."""
    anew: int
    """Records that were tagged now: the others were before, with the same keys."""


@dataclass(frozen=True, slots=True)
class Maker:
    """The steps after the survey, in their order."""

    kernel: Kernel
    entropy: Entropy
    progress: Progress
    work: Building
    partitions: int = SET_PARTITIONS

    def tag(
        self,
        tx: Connection,
        dataset: str,
        found: Survey,
        keys: Mapping[Family, bytes],
        kept: Outputs,
        to: Handles,
    ) -> tuple[Counted, Partitions]:
        """Tag the records that `kept` has not, and give each of them a fresh handle.

        What is tagged is kept a few records at a time, so it can be gone on with from there; what
        was kept of others than these goes. Raises DISK_FULL, STORE_FAILED.
        """
        rows = Partitions(self.work.path / "rows", ROW_BYTES, self.partitions)
        rows.put(canary_rows(self.kernel, keys))
        canaries = rows.rows
        codes = {value: code for code, value in enumerate(found.statuses)}
        count = anew = 0
        held = _held(tx, dataset)
        while some := list(islice(held, RECORDS_AT_ONCE)):
            made, fresh = self._made(some, keys, kept)
            anew += fresh
            for row, each in zip(some, made, strict=True):
                count += 1
                handle = self.entropy(HANDLE_BYTES)
                to.put(handle, row.id)
                label = _label(handle, outline(row.body).statuses, codes, each)
                rows.put(rows_of(count, label, each.units))
            self.progress("tag", count, found.records)
        kept.let_go()
        self.progress("tag", count, found.records)
        return Counted(count, rows.rows - canaries, anew), rows

    def seal(self, context: bytes, rows: Partitions) -> tuple[Partitions, int]:
        """Seal the rows under a manifest's binding; returns the entries, and what has none."""
        entries = Partitions(self.work.path / "entries", ENTRY_BYTES, self.partitions)
        dropped = 0
        for number in range(len(rows)):
            sealed = seal_rows(self.kernel, context, rows.take(number))
            entries.put(sealed.entries)
            dropped += sealed.dropped
            self.progress("seal", number + 1, len(rows))
        return entries, dropped

    def write(self, entries: Partitions) -> SetReference:
        """Pad the entries and write the file. Raises TAG_SET_INVALID, DISK_FULL, STORE_FAILED."""
        count = tagset.padded_size(entries.rows)
        self._pad(entries, count)
        path, hasher = self.work.path / SET, sha256()
        with kept.growing(path, fresh=True) as file:
            for block in tagset.encode(count, self._in_order(entries)):
                hasher.update(block)
                file.write(block)
        return SetReference(
            digest=b64url(hasher.digest()), entries=count, bytes=tagset.file_bytes(count)
        )

    def _made(
        self, some: Sequence[Held], keys: Mapping[Family, bytes], kept: Outputs
    ) -> tuple[list[Made], int]:
        """Return what is made of some records, and of how many it is made now."""
        known = [kept.get(row.body) for row in some]
        bodies = [row.body for row, made in zip(some, known, strict=True) if made is None]
        derived = [Derived.of(decode(body, withheld=False), keys) for body in bodies]
        units = outputs_of(self.kernel, keys, [each.tokens for each in derived])
        fresh = [Made(each.presence, made) for each, made in zip(derived, units, strict=True)]
        if fresh:
            kept.put(zip(bodies, fresh, strict=True))
        left = iter(fresh)
        return [made or next(left) for made in known], len(fresh)

    def _pad(self, entries: Partitions, count: int) -> None:
        at_once = SPOOL_CHUNK_BYTES // ENTRY_BYTES
        while missing := count - entries.rows:
            entries.put(self.entropy(min(missing, at_once) * ENTRY_BYTES))

    def _in_order(self, entries: Partitions) -> Iterator[bytes]:
        for number in range(len(entries)):
            yield tagset.in_order(b"".join(entries.take(number)))
            self.progress("write", number + 1, len(entries))


def _held(tx: Connection, dataset: str) -> Iterator[Held]:
    """Give the rows of records, a few at a time: of what is withheld not even a status may show."""
    return streamed(tx, Held, dataset=dataset, withheld=False, order="n")


def _label(
    handle: bytes, statuses: Sequence[Status], codes: Mapping[str, int], made: Made
) -> Label:
    given = [(codes[status.value], status.as_of) for status in statuses]
    return Label.of(handle, given, made.presence)

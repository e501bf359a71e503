"""Matching: tag sets, what is asked about them, what was found."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.matching import assessments, handles, hits, manifests, questions, usage


@dataclass(frozen=True, slots=True)
class ManifestRow(Row):
    """A signed manifest: ours where the role is provider, a peer's where it is consumer."""

    table: ClassVar[Table] = manifests
    digest: str
    peer: str
    agreement: str
    role: str
    signed: str
    epoch: int
    ready: bool
    ends: int


@dataclass(frozen=True, slots=True)
class Handle(Row):
    """Which record an opaque handle stands for, in one epoch."""

    table: ClassVar[Table] = handles
    manifest: str
    handle: str
    dataset: str
    record: str


@dataclass(frozen=True, slots=True)
class Usage(Row):
    """What one message of a peer used up."""

    table: ClassVar[Table] = usage
    peer: str
    jti: str
    dataset: str
    agreement: str
    action: str
    family: str
    elements: int
    at: int


@dataclass(frozen=True, slots=True)
class Question(Row):
    """A batch that we asked; its inputs and scalars are sealed."""

    table: ClassVar[Table] = questions
    contents: ClassVar[tuple[str, ...]] = ("sealed",)
    bound: ClassVar[tuple[str, ...]] = ("id",)
    id: str
    peer: str
    manifest: str
    family: str
    elements: int
    run: str
    sealed: bytes
    answered: bool
    at: int
    key: bytes = b""
    wrap: int = 0


@dataclass(frozen=True, slots=True)
class Hit(Row):
    """A token of ours that the holder has too."""

    table: ClassVar[Table] = hits
    peer: str
    manifest: str
    handle: str
    token: str
    family: str
    dataset: str
    record: str
    label: bytes
    question: str
    at: int


@dataclass(frozen=True, slots=True)
class Assessment(Row):
    """What the hits under one handle say together of one record of ours."""

    table: ClassVar[Table] = assessments
    contents: ClassVar[tuple[str, ...]] = ("score",)
    bound: ClassVar[tuple[str, ...]] = ("id",)
    at_once: ClassVar[int] = 1_000
    id: str
    peer: str
    manifest: str
    handle: str
    dataset: str
    record: str
    score: bytes
    at: int
    key: bytes = b""
    wrap: int = 0

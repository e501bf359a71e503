"""What the kit expects the officers of the node under test to do, as one table each.

The kit reads no meaning into ids; a test finds the process that it wants by the dataset or the
agreement that its properties name. So every test has a dataset of its own here, and officers who
have read this table. What is not in it, the node does or refuses by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Act(StrEnum):
    """What an officer does; each is one operation."""

    OFFER = "offer"
    """Answer the proposal with an offer of one's own."""
    ACCEPT = "accept"
    """Say yes to what came last: accept, agree, verify, finalize."""
    DECLINE = "decline"
    APPROVE = "approve"
    SUSPEND = "suspend"
    RESUME = "resume"
    COMPLETE = "complete"
    TERMINATE = "terminate"


@dataclass(frozen=True, slots=True)
class Step:
    """In this state, do this. Unless `unasked`, only where the node waits for an officer."""

    state: str
    act: Act
    unasked: bool = False


Script = tuple[Step, ...]

_OFFER: Final = Step("REQUESTED", Act.OFFER)
_ACCEPT: Final = Step("OFFERED", Act.ACCEPT)
_AGREE: Final = Step("REQUESTED", Act.ACCEPT)
_AGREE_ACCEPTED: Final = Step("ACCEPTED", Act.ACCEPT)
_VERIFY: Final = Step("AGREED", Act.ACCEPT)
_FINALIZE: Final = Step("VERIFIED", Act.ACCEPT)

PROVIDER_NEGOTIATIONS: Final[Mapping[str, Script]] = {
    "ACN0101": (_OFFER,),
    "ACN0102": (_OFFER, Step("REQUESTED", Act.DECLINE)),
    "ACN0103": (_OFFER, _AGREE_ACCEPTED, _FINALIZE),
    "ACN0104": (_AGREE, _FINALIZE),
    "ACN0201": (Step("REQUESTED", Act.DECLINE),),
    "ACN0202": (),
    "ACN0203": (_AGREE,),
    "ACN0204": (_OFFER,),
    "ACN0205": (_OFFER, Step("OFFERED", Act.DECLINE, unasked=True)),
    "ACN0206": (_OFFER, Step("ACCEPTED", Act.DECLINE)),
    "ACN0207": (_AGREE, Step("VERIFIED", Act.DECLINE)),
    "ACN0301": (_AGREE, _FINALIZE),
    "ACN0302": (_OFFER,),
    "ACN0303": (_OFFER,),
    "ACN0304": (_OFFER,),
}
CONSUMER_NEGOTIATIONS: Final[Mapping[str, Script]] = {
    "ACNC0101": (_ACCEPT, _VERIFY),
    "ACNC0102": (Step("OFFERED", Act.OFFER),),
    "ACNC0103": (Step("OFFERED", Act.DECLINE),),
    "ACNC0104": (_VERIFY,),
    "ACNC0201": (),
    "ACNC0202": (Step("REQUESTED", Act.DECLINE, unasked=True),),
    "ACNC0203": (Step("AGREED", Act.DECLINE),),
    "ACNC0204": (),
    "ACNC0205": (_ACCEPT,),
    "ACNC0206": (_VERIFY,),
    "ACNC0301": (),
    "ACNC0302": (),
    "ACNC0303": (),
    "ACNC0304": (_ACCEPT,),
    "ACNC0305": (_ACCEPT,),
    "ACNC0306": (_ACCEPT,),
}

_START: Final = Step("REQUESTED", Act.APPROVE)


def _then(state: str, act: Act) -> Step:
    return Step(state, act, unasked=True)


PROVIDER_TRANSFERS: Final[Mapping[str, Script]] = {
    "ATP0101": (_START, _then("STARTED", Act.TERMINATE)),
    "ATP0102": (_START, _then("STARTED", Act.COMPLETE)),
    "ATP0103": (_START, _then("STARTED", Act.SUSPEND), _then("SUSPENDED", Act.TERMINATE)),
    "ATP0104": (
        _START,
        _then("STARTED", Act.SUSPEND),
        _then("SUSPENDED", Act.RESUME),
        _then("STARTED", Act.COMPLETE),
    ),
    "ATP0105": (_then("REQUESTED", Act.TERMINATE),),
    "ATP0201": (_START,),
    "ATP0202": (_START,),
    "ATP0203": (_START,),
    "ATP0205": (),
    "ATP0301": (),
    "ATP0302": (),
    "ATP0303": (_START,),
    "ATP0304": (_START,),
    "ATP0305": (_START,),
    "ATP0306": (_START,),
}
CONSUMER_TRANSFERS: Final[Mapping[str, Script]] = {
    "ATPC0101": (),
    "ATPC0102": (),
    "ATPC0103": (),
    "ATPC0104": (),
    "ATPC0105": (),
    "ATPC0201": (_then("STARTED", Act.TERMINATE),),
    "ATPC0202": (_then("STARTED", Act.COMPLETE),),
    "ATPC0203": (_then("STARTED", Act.SUSPEND), _then("SUSPENDED", Act.TERMINATE)),
    "ATPC0205": (_then("REQUESTED", Act.TERMINATE),),
    "ATPC0301": (),
    "ATPC0302": (),
    "ATPC0303": (),
    "ATPC0304": (),
    "ATPC0305": (),
    "ATPC0306": (),
}
SCRIPTS: Final[Mapping[str, Script]] = {
    **PROVIDER_NEGOTIATIONS,
    **CONSUMER_NEGOTIATIONS,
    **PROVIDER_TRANSFERS,
    **CONSUMER_TRANSFERS,
}
"""By dataset. Ids of datasets are what the kit's properties say."""


def setting(dataset: str, what: str) -> str:
    """Return the property of the kit that names something of the test with this dataset.

    ACNC0101 is the dataset of test cn_c_01_01, whose dataset is CN_C_01_01_DATASETID.
    """
    group, number = dataset[1:-4], dataset[-4:]
    role = "_C" if group.endswith("C") else ""
    return f"{group[:2]}{role}_{number[:2]}_{number[2:]}_{what}"

"""What a question asked stays here, sealed, and nobody else can open it."""

import pytest
from cryptography.exceptions import InvalidTag

from comity.api import Inputs
from comity.core.canonical import b64url
from comity.core.messages import Question as QuestionMessage
from comity.core.padding import is_of_a_record
from comity.core.records import Family
from comity.core.tokens import canaries
from comity.limits import CANARIES
from comity.operations import sealing
from comity.store import record
from comity.store.rows.matching import Question
from comity.store.rows.moving import many
from nodes import GROUP, MX, Pair
from stages import check


def test_the_sealed_question_can_be_opened_again(tagged: Pair) -> None:
    """What the signed batch commits to: an oversight body can have any position opened."""
    check(tagged, rfc="CNU130416UJ3")
    with tagged.us.store.read() as tx:
        (row,) = many(tx, Question)
        sent = record.entry(tx, MX.id, record.OUT, row.id)
    assert sent is not None
    token = b"comity-token-1\0rfc\0\0CNU130416UJ3"
    assert token not in row.sealed
    inputs, blinds = sealing.unseal(tagged.us, row)
    assert inputs[: CANARIES + 1] == [*canaries(Family.RFC), token]
    assert not any(map(is_of_a_record, inputs[CANARIES + 1 :]))
    blinded = GROUP.blind(Inputs.pack(inputs), blinds)
    assert QuestionMessage.read(sent.body).elements == b64url(blinded)
    # Nobody else can open it, nor pass it off as another question.
    with pytest.raises(InvalidTag):
        sealing.unseal(tagged.mx, row)

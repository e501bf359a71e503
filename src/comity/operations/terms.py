"""What terms say, in plain sentences: of an agreement, or of a draft."""

from typing import Any

from comity.api import Progress
from comity.core.canonical import canonical, model
from comity.core.dsp.policy import Agreement as AgreementPolicy
from comity.core.dsp.policy import MessageOffer, Offer, Policy
from comity.core.explaining import Sentence, explain, explain_unknown
from comity.core.machines import Role
from comity.core.terms import Terms, draft_terms
from comity.core.terms_odrl import from_policy
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from comity.node import Node
from comity.operations.registry import Caller, Model, operation
from comity.protocol.agreed import terms_of
from comity.store.rows.agreements import Agreement
from comity.store.rows.moving import one


class Explain(Model):
    """An agreement by its id; or terms: a draft as people write it, or a policy in JSON."""

    agreement: str = ""
    terms: dict[str, Any] | None = None


class SentenceShown(Model):
    """One sentence: a code and its parameters. The words are the surface's, by language."""

    action: str
    """The grant it is about: match, request or receive; empty for all of them."""
    code: str
    params: dict[str, str | int | tuple[str, ...]]


class Explained(Model):
    """Terms in sentences. Of a draft, who asks and who holds is not known."""

    agreement: str
    state: str
    holder: str
    asker: str
    dataset: str
    known: bool
    """Whether this node can evaluate all of it; if not, nothing can be done under it."""
    sentences: tuple[SentenceShown, ...]


@operation("terms.explain", Explain, Explained)
def terms_explain(node: Node, caller: Caller, args: Explain, progress: Progress) -> Explained:
    """Say in sentences what terms allow, ask for and do not allow.

    Raises AGREEMENT_UNKNOWN, and for a draft TERMS_INVALID (where), ARGUMENT_INVALID.
    """
    if bool(args.agreement) == (args.terms is not None):
        raise ComityError(Code.ARGUMENT_INVALID, where="agreement")
    if args.terms is not None:
        return _explained(_of_draft(args.terms))
    with node.store.read() as tx:
        row = one(tx, Agreement, id=args.agreement)
    if row is None:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    holder, asker = (node.id, row.peer) if row.role == Role.PROVIDER else (row.peer, node.id)
    try:
        said: Terms | ComityError = terms_of(row)
    except ComityError as error:
        said = error
    return _explained(said).model_copy(
        update={
            "agreement": row.id,
            "state": row.state,
            "holder": holder,
            "asker": asker,
            "dataset": row.dataset,
        }
    )


def _of_draft(draft: dict[str, Any]) -> Terms | ComityError:
    """Read a draft, or a policy as somebody else wrote it, which may say what is not known here."""
    if not {"permission", "prohibition", "obligation", "profile"} & set(draft):
        return draft_terms(draft)
    kind: type[Policy] = Offer
    if draft.get("@type") == "Agreement":
        kind = AgreementPolicy
    elif "target" in draft:
        kind = MessageOffer
    try:
        return from_policy(model(kind, canonical(draft), BODY_BYTES))
    except ComityError as error:
        if error.code not in (Code.TERMS_UNKNOWN, Code.TERMS_INVALID):
            raise
        return error


def _explained(said: Terms | ComityError) -> Explained:
    known = isinstance(said, Terms)
    sentences = explain(said) if isinstance(said, Terms) else explain_unknown(said)
    return Explained(
        agreement="",
        state="",
        holder="",
        asker="",
        dataset="",
        known=known,
        sentences=tuple(map(_shown, sentences)),
    )


def _shown(one: Sentence) -> SentenceShown:
    return SentenceShown(action=one.action, code=one.code, params=dict(one.params))

"""One message of every type, built as the node builds them."""

from comity.core.dsp.catalog import (
    Catalog,
    CatalogError,
    CatalogRequestMessage,
    DataService,
    Dataset,
    DatasetRequestMessage,
    Distribution,
    RootCatalog,
    RootDataset,
)
from comity.core.dsp.message import Part
from comity.core.dsp.negotiation import (
    ContractAgreementMessage,
    ContractAgreementVerificationMessage,
    ContractNegotiation,
    ContractNegotiationError,
    ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage,
    ContractOfferMessage,
    ContractRequestMessage,
)
from comity.core.dsp.policy import Agreement, MessageOffer, Offer, Permission
from comity.core.dsp.transfer import (
    DataAddress,
    EndpointProperty,
    TransferCompletionMessage,
    TransferError,
    TransferProcess,
    TransferRequestMessage,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
)
from comity.core.dsp.version import Auth, Version, VersionResponse
from comity.core.machines import (
    NegotiationState,
    TransferState,
)


def sent(provider: str, consumer: str, text: str) -> list[Part]:
    """Build one message of every type, with everything that it can carry."""
    permission = (Permission(action="use", constraint=()),)
    offer = MessageOffer(id=text, type="Offer", target=text, permission=permission)
    agreement = Agreement(
        id=text,
        type="Agreement",
        target=text,
        assigner=provider,
        assignee=consumer,
        timestamp="2026-11-04T12:00:00.5+01:00",
        permission=permission,
    )
    address = DataAddress(
        endpoint_type=text,
        endpoint="https://x",
        endpoint_properties=(EndpointProperty(name="authType", value="bearer"),),
    )
    service = DataService(id=text, endpoint_url="https://x")
    dataset = Dataset(
        id=text,
        title="a list",
        has_policy=(Offer(id=text, permission=permission),),
        distribution=(
            Distribution(format=text, access_service=service),
            Distribution(format=text, access_service=text),
        ),
    )
    catalog = Catalog(id=text, dataset=(dataset,))
    pids = {"provider_pid": provider, "consumer_pid": consumer}
    why = {"code": "99", "reason": ("because", {"n": [1, None]})}
    return [
        CatalogRequestMessage(),
        CatalogRequestMessage(filter=()),
        DatasetRequestMessage(dataset=text),
        RootCatalog(id=text, participant_id=provider),
        RootCatalog(
            id=text,
            participant_id=provider,
            dataset=(dataset,),
            service=(service,),
            catalog=(catalog,),
        ),
        RootDataset(**dict(dataset)),
        CatalogError(code="1", reason=()),
        ContractRequestMessage(consumer_pid=consumer, offer=offer, callback_address="https://x"),
        ContractRequestMessage(consumer_pid=consumer, offer=offer, provider_pid=provider),
        ContractOfferMessage(provider_pid=provider, offer=offer, callback_address="https://x"),
        ContractOfferMessage(provider_pid=provider, offer=offer, consumer_pid=consumer),
        ContractAgreementMessage(**pids, agreement=agreement, signature="e30.e30.AA"),
        ContractAgreementVerificationMessage(**pids, signature="e30.e30.AA"),
        ContractNegotiationEventMessage(**pids, event_type="ACCEPTED"),
        ContractNegotiationTerminationMessage(**pids, **why),
        *(ContractNegotiation(**pids, state=state) for state in NegotiationState),
        ContractNegotiationError(**pids, **why),
        TransferRequestMessage(
            consumer_pid=consumer,
            agreement_id=text,
            format=text,
            data_address=address,
            callback_address="https://x",
        ),
        TransferStartMessage(**pids, data_address=address),
        TransferSuspensionMessage(**pids, **why),
        TransferCompletionMessage(**pids),
        TransferTerminationMessage(**pids, **why),
        *(TransferProcess(**pids, state=state) for state in TransferState),
        TransferError(**pids, **why),
        VersionResponse(
            protocol_versions=(
                Version(
                    version="2025-1",
                    path="/dsp",
                    service_id=text,
                    identifier_type="did",
                    auth=Auth(protocol=text, version="1", profile=(text,)),
                ),
            )
        ),
    ]

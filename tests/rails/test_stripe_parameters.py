"""What the stand-in lets one ask is what the official library lets one ask."""

import inspect

import pytest
from stripe import params

from stack.stand_ins.stripe import StripeStandIn

_INTENT = "/v1/payment_intents"
_COMMANDS: dict[str, type] = {
    _INTENT: params.PaymentIntentCreateParams,
    f"{_INTENT}/([^/]+)/confirm": params.PaymentIntentConfirmParams,
    f"{_INTENT}/([^/]+)/capture": params.PaymentIntentCaptureParams,
    f"{_INTENT}/([^/]+)/cancel": params.PaymentIntentCancelParams,
    "/v1/transfers": params.TransferCreateParams,
    "/v1/transfers/([^/]+)/reversals": params.TransferReversalCreateParams,
    "/v1/refunds": params.RefundCreateParams,
    "/v1/disputes/([^/]+)": params.DisputeUpdateParams,
    "/v1/disputes/([^/]+)/close": params.DisputeCloseParams,
}
_LISTS: dict[str, type] = {
    "/v1/(payment_intents)": params.PaymentIntentListParams,
    "/v1/(charges)": params.ChargeListParams,
    "/v1/(balance_transactions)": params.BalanceTransactionListParams,
    "/v1/(transfers)": params.TransferListParams,
    "/v1/(refunds)": params.RefundListParams,
    "/v1/(disputes)": params.DisputeListParams,
    "/v1/(events)": params.EventListParams,
    "/v1/(accounts)": params.AccountListParams,
}


@pytest.mark.parametrize(("method", "known"), [("POST", _COMMANDS), ("GET", _LISTS)])
def test_every_parameter_is_known_to_the_library(method: str, known: dict[str, type]) -> None:
    routes = {each.path: each for each in StripeStandIn().routes.all if each.method == method}
    assert known.keys() <= routes.keys()
    for path, route in routes.items():
        if route.fields:
            assert route.fields.keys() <= inspect.get_annotations(known[path]).keys(), path

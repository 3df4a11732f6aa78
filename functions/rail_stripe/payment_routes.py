"""HTTP command: how a payer pays an escrow by card."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command, signed, unanswered
from shared.errors import Conflict, Problem, Unavailable
from shared.idempotency import CommandKey, IdempotencyKey
from shared.identifier import Id
from shared.responses import answers
from shared.telemetry import logger

from .api import StripeApi
from .connection import stripe_api
from .intents import DepositRequest
from .objects import Intent
from .outcome import Done, Outcome, Refused, Unknown


class CardPayment(BaseModel):
    """provider_reference: Stripe's PaymentIntent. client_secret: with it the payer's browser
    confirms the payment to Stripe; nobody else should have it."""

    model_config = ConfigDict(extra="forbid")
    escrow_id: UUID
    rail: str
    currency: str
    amount: str
    expires_at: str
    provider_reference: str
    client_secret: str


routes = Routes()


@routes.post(
    "/escrows/<escrow_id>/card-payment",
    responses=answers(CardPayment, "What the payer's browser needs to pay."),
)
def card_payment(
    escrow_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payer asks to pay an escrow by card. There is one payment per escrow: asked again, it
    is the same. Nothing is taken before it is sure that the escrow still wants the money."""

    def fields(actor: Mapping[str, Any]) -> Mapping[str, Any]:
        about = {"escrow_id": str(escrow_id), "address_kind": "stripe_account"}
        begin = {"command": {**about, **signed(key, actor)}}
        request = unanswered(db.service_rpc("escrow_deposit_begin", begin, repeatable=True))
        intent = _intent(stripe_api(), request, key)
        return {**about, "provider_reference": intent.id, "client_secret": intent.client_secret}

    return command(db, caller, key, "escrow_deposit_place", fields)


def _intent(api: StripeApi, request: DepositRequest, key: CommandKey) -> Intent:
    """The one payment of a deposit request. Raises Unavailable, Conflict."""
    if reference := request["provider_reference"]:
        # Asked for, never made anew: Stripe forgets our key after a day.
        intent = _made(api.intent(reference))
        if intent.status == "canceled":
            raise Conflict(
                "card_payment_over",
                "The payment of this escrow was cancelled at the card's side.",
                "Nothing was taken. The escrow ends by itself when its time to be paid is over.",
            )
        return intent
    reference_id, amount = request["reference_id"], Decimal(request["amount"])
    outcome = api.create_intent(
        reference_id, amount, request["currency"], key=f"deposit:{reference_id}"
    )
    if isinstance(outcome, Unknown) and outcome.reason.startswith("status 5"):
        # Stripe repeats a failure for a day under its key. What the first call may have made
        # cannot be paid: nobody has its secret.
        again = f"deposit:{reference_id}:{key.key}"
        outcome = api.create_intent(reference_id, amount, request["currency"], key=again[:255])
    return _made(outcome)


def _made(outcome: Outcome[Intent]) -> Intent:
    if isinstance(outcome, Done):
        return outcome.value
    if isinstance(outcome, Refused):
        logger.error("Stripe refused", status=outcome.status, code=outcome.code)
        raise Problem("card_rail_refused", "The card service does not take this.", status=502)
    logger.warning("no answer of Stripe", reason=outcome.reason)
    raise Unavailable("card_rail_unavailable", "The card service does not answer now.")

"""The payment intent as Stripe shows it."""

from stack.stand_ins.stripe.form import Params
from stack.stand_ins.stripe.world import Object, World


def new_intent(world: World, params: Params, capture_method: str) -> Object:
    """Kept, and waiting for a payer's card."""
    identifier = world.new_id("pi")
    return world.add(
        {
            "id": identifier,
            "object": "payment_intent",
            "allowed_payment_method_types": params.get("allowed_payment_method_types"),
            "amount": params["amount"],
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": None,
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": capture_method,
            "client_secret": f"{identifier}_secret_{world.new_id('s')[2:]}",
            "confirmation_method": "automatic",
            "created": world.now(),
            "currency": params["currency"].lower(),
            "customer": None,
            "description": params.get("description"),
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": params.get("metadata", {}),
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": params.get("payment_method"),
            "payment_method_options": {},
            "payment_method_types": params.get("allowed_payment_method_types", ["card"]),
            "processing": None,
            "receipt_email": None,
            "review": None,
            "setup_future_usage": None,
            "shipping": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": "requires_payment_method",
            "transfer_data": None,
            "transfer_group": params.get("transfer_group"),
        }
    )

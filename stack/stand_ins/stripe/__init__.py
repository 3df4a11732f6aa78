"""Stripe, stood in for: the parts of its API that the card rail uses, with state."""

from stack.stand_ins.stripe.charges import Card
from stack.stand_ins.stripe.stand_in import API_KEY, WEBHOOK_SECRET, StripeStandIn

__all__ = ["API_KEY", "WEBHOOK_SECRET", "Card", "StripeStandIn"]

"""The card rail: payments, payouts, refunds and disputes at Stripe."""

"""The payment gateway: merchants, and what they ask to be paid."""

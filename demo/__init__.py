"""make demo: the product at work, told as stories over HTTP against a fresh stack."""

"""Claiming a refund: its payer says where it goes."""

from typing import Any

from shared.addresses import parse_destination
from shared.db import Database


def claim_refund(
    db: Database, token: str, refund_id: str, secret: str, address: str
) -> dict[str, Any]:
    """The refund, which is on its way; the same address again is the same answer.

    Raises Problem: bad_address, and what service.invoice_refund_claim raises.
    """
    said = {
        "invoice_token": token, "refund_id": refund_id, "claim_secret": secret,
        "address": parse_destination(address),
    }  # fmt: skip
    return dict(db.service_rpc("invoice_refund_claim", {"command": said}, repeatable=True))

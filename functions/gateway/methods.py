"""Opening a way to pay an invoice: the database makes the request, its address is derived here and
written there."""

from typing import Any

from shared.db import Database
from shared.deposit_addresses import account_key, deposit_address, fingerprint, fingerprints


def open_method(db: Database, token: str, currency: str) -> dict[str, Any]:
    """Where an invoice is paid in a currency, the same each time but for what is still due.

    Raises Problem: what service.invoice_method_begin and invoice_method_place raise, and
    SettingsError for a key that is none.
    """
    chosen = {"invoice_token": token, "currency": currency}
    asked = {**chosen, "key_fingerprints": dict(fingerprints())}
    request = db.service_rpc("invoice_method_begin", {"command": asked}, repeatable=True)
    kind = request["address_kind"]
    xpub = account_key(kind)
    index = request["address_index"]
    placed = {
        **chosen, "key_fingerprint": fingerprint(xpub), "address_index": index,
        "address": request["address"] or deposit_address(kind, xpub, index),
    }  # fmt: skip
    return dict(db.service_rpc("invoice_method_place", {"command": placed}, repeatable=True))

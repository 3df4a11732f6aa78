"""The catalogue of events that leave as webhooks and in the feed: families, their events and what
each says. Moves of a machine come from private.state_edges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from stack.openapi_words import FIELDS

Schema = Mapping[str, object]

TEXT: Schema = {"type": "string"}
ID: Schema = {"type": "string", "format": "uuid"}
AMOUNT: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
TIME: Schema = {"type": "string", "format": "date-time"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
TEXTS: Schema = {"type": "array", "items": {"type": "string"}}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


@dataclass(frozen=True)
class Family:
    """Events of one kind of object. payload: beside object_type, object_id and sequence; a field
    that not each of the events has is in `optional`. open: each kind says more. machine: whose
    moves are events, except `silent` ones."""

    name: str
    object_type: str
    tells: str
    payload: Mapping[str, Schema]
    events: Sequence[str] = ()
    machine: str = ""
    silent: Sequence[str] = ()
    optional: Sequence[str] = ()
    open: bool = False

    def names(self, connection: psycopg.Connection[TupleRow]) -> list[str]:
        """Every event of the family, as `family.event`."""
        moves = connection.execute(
            "select distinct event from private.state_edges where machine = %s", [self.machine]
        ).fetchall()
        events = {*self.events, *(event for (event,) in moves)} - {*self.silent}
        return sorted(f"{self.name}.{event}" for event in events)


def schema_of(family: Family, names: Sequence[str]) -> dict[str, object]:
    """The message of an event of the family, as JSON Schema."""
    kind = {"enum": list(names)} if names else {"pattern": rf"^{family.name}\."}
    described: Mapping[str, tuple[Schema, str]] = {
        "object_type": (TEXT, f"{family.object_type}: what it is about."),
        "object_id": (ID, "Which one."),
        "sequence": ({"type": "integer"}, "Grows with each event of the object."),
    }
    data = {name: {**schema, "description": text} for name, (schema, text) in described.items()}
    data |= {
        name: {**schema, "description": FIELDS.get(name) or name.replace("_", " ").capitalize()}
        for name, schema in family.payload.items()
    }
    return {
        "type": "object",
        "description": f"Told to {family.tells}.",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "description": "Which event.", **kind},
            "timestamp": {**TIME, "description": "When it happened, by the database's clock."},
            "data": {
                "type": "object",
                "description": "Ids, states and amounts; no name, account or text.",
                "required": [each for each in data if each not in family.optional],
                "properties": data,
                "additionalProperties": family.open,
            },
        },
    }


_SUM = {"currency": TEXT, "amount": AMOUNT}
_RAIL_SUM = {"rail": TEXT, **_SUM}

FAMILIES = (
    Family(
        "escrow", "escrow", "both sides of the escrow",
        {"state": TEXT, "phase": TEXT, "product": TEXT}, machine="escrow",
    ),
    Family(
        "order", "order", "the maker",
        {"status": TEXT, "type": TEXT, "cryptocurrency": TEXT, "fiat_currency": TEXT,
         "remaining": AMOUNT, "price": _or_null(AMOUNT), "margin_bps": _or_null(WHOLE),
         "min_order_amount": AMOUNT, "max_order_amount": AMOUNT}, machine="p2p_order",
        silent=["draft", "take", "trade_ended"],
    ),
    Family(
        "offer", "offer", "buyer and seller",
        {"status": TEXT, "listing_id": ID, "author_role": TEXT, **_RAIL_SUM}, machine="offer",
    ),
    Family(
        "contract", "contract", "buyer and seller",
        {"offer_id": ID, "total": AMOUNT, "currency": TEXT, "document_hash": TEXT}, ["make"],
    ),
    Family(
        "case", "case", "both sides of the escrow",
        {"state": TEXT, "kind": TEXT, "escrow_id": ID, "paid_amount": AMOUNT},
        machine="case",
    ),
    Family(
        "payout", "payout", "the party that is paid",
        {"state": TEXT, "purpose": TEXT, "reference_id": ID, "kind": TEXT, "since": TIME,
         "needs_destination": FLAG, "not_before": _or_null(TIME), **_RAIL_SUM},
        ["waits_for_float", "returned"], machine="payout", silent=["poll", "claim", "postpone"],
        optional=["state", "kind", "rail", "needs_destination", "not_before", "since"],
    ),
    Family(
        "payout_destination", "payout_destination", "the party whose money goes there",
        {"rail": TEXT, "currency": _or_null(TEXT), "address": TEXT, "usable_from": TIME,
         "default_from": _or_null(TIME)},
        ["set", "removed"], optional=["currency", "usable_from", "default_from"],
    ),
    Family(
        "deposit", "deposit", "the party that paid in",
        {**_RAIL_SUM, "reference": TEXT}, ["credited", "lost", "unmatched"],
    ),
    Family(
        "ledger", "wallet", "the party of the wallet",
        {"transfer_id": ID, "party_id": ID, **_SUM}, ["deposit", "withdrawal"],
    ),
    Family(
        "receivable", "receivable", "the party that owes",
        {"receivable_id": ID, "currency": TEXT, "written_off_amount": AMOUNT, "owed": AMOUNT,
         "lifted_until": _or_null(TIME)},
        ["write_off", "lift"],
    ),
    Family(
        "profile", "profile", "the party",
        {"change": TEXT, "flag": _or_null(TEXT), "tier": {"type": "integer"}, "source": TEXT},
        ["verification_changed"],
    ),
    Family(
        "party", "party", "the party",
        {"status": TEXT, "until": _or_null(TIME)}, ["suspended", "restored"],
    ),
    Family(
        "trade", "trade_rating or message", "both sides of the trade; of a message the other side",
        {"trade_id": ID, "author_role": TEXT, "revealed": FLAG}, ["rated", "message"],
        optional=["revealed"],
    ),
    Family(
        "payment_account", "payment_account", "its owner",
        {"method": TEXT, "shown_from": TIME, "deleted": FLAG}, ["changed"],
    ),
    Family("guild", "guild", "who is invited", {"expires_at": TIME}, ["invite"]),
    Family(
        "merchant", "merchant", "the merchant; of an invitation who is invited",
        {"verification": TEXT, "role": TEXT, "expires_at": TIME}, ["invite"],
        machine="merchant", silent=["register"], optional=["verification", "role", "expires_at"],
    ),
    Family(
        "invoice", "invoice", "the merchant",
        {"merchant_id": ID, "number": TEXT, "merchant_order_id": _or_null(TEXT), "status": TEXT,
         "exceptions": TEXTS, "paid_amount": AMOUNT, "seen_amount": AMOUNT, "expires_at": TIME,
         **_SUM},
        ["created", "processing", "partially_paid", "settled", "overpaid", "paid_late", "expired",
         "cancelled", "invalid", "reorged", "refunded"],
    ),
    Family(
        "webhook_endpoint", "webhook_endpoint", "the owner of the endpoint",
        {"status": TEXT, "reason": TEXT}, ["enabled", "disabled", "removed", "ping"],
        optional=["status", "reason"],
    ),
    Family(
        "halt", "halt", "operators, and who has begun something that it keeps waiting",
        {"kind": TEXT, "name": TEXT, "ends_at": _or_null(TIME)}, ["begun", "lifted", "ended"],
    ),
    Family(
        "staff", "staff", "operators and the person whose role it is", {"role": TEXT},
        ["granted", "withdrawn"],
    ),
    Family(
        "setting", "setting", "operators",
        {"setting": TEXT, "row": {"type": "object"}, "columns": TEXTS}, ["changed"],
    ),
    Family(
        "operator_request", "operator_request", "operators",
        {"state": TEXT, "kind": TEXT, "currency": _or_null(TEXT), "amount": _or_null(AMOUNT),
         "asked_by": ID, "deadline_at": TIME},
        machine="operator_request",
    ),
    Family(
        "factor_reset", "factor_reset", "the person whose second factor it is, and operators",
        {"state": TEXT, "user_id": ID, "deadline_at": _or_null(TIME)}, machine="factor_reset",
    ),
    Family(
        "account", "security_event", "the person whose sign-in it is",
        {"found": {"type": "integer"}},
        ["sign_in_after_failures", "account_locked", "password_changed", "email_changed",
         "phone_changed", "identity_linked", "identity_unlinked", "factor_added",
         "factor_removed", "new_device", "recovery_codes_made", "recovery_code_used",
         "api_key_created", "api_key_rotated", "api_key_revoked"],
        open=True,
    ),
    Family(
        "erasure", "erasure", "the person, and once it has begun operators",
        {"state": TEXT, "erase_from": TIME, "in_the_way": {"type": "array", "items": TEXT}},
        machine="erasure",
    ),
    Family(
        "data_export", "data_export", "the person, and operators while somebody is being erased",
        {"state": TEXT, "deadline_at": TIME}, machine="data_export",
    ),
    Family(
        "security", "security_event", "operators", {"party_id": ID, "severity": TEXT},
        optional=["party_id", "severity"], open=True,
    ),
)  # fmt: skip

"""What goes into a decision and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.money import format_amount


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wants done to an escrow.

    name: as in the HTTP API, such as "mark-paid"; payload: its body, amounts as Decimal.
    expected_version: of the escrow as the caller last saw it, if they say so.
    """

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    request_hash: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """An event and its effects, as private.escrow_decision; never the target state.

    payee_amount is net of the fee; the three amounts are there for settling moves only.
    """

    escrow_id: str
    expected_version: int
    event: str
    actor_kind: str
    actor_id: str | None = None
    aal: str | None = None
    idempotency_key: str | None = None
    request_hash: str | None = None
    deadline_at: datetime | None = None
    expires_at: datetime | None = None
    payer_amount: Decimal | None = None
    payee_amount: Decimal | None = None
    fee_amount: Decimal | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As service.escrow_commit takes it: amounts and times as strings."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format_amount(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value

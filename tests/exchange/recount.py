"""Public figures and limits, counted again in Python from what their owner reads."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.exchange.client import Client

Rows = list[dict[str, Any]]
_RULED = ("settle_decision", "timeout_settle", "timeout_undecided")
_CENT = Decimal("0.01")


def figures(owner: Client, trades: Rows, escrows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What trader_profiles has to say of the owner once every rating is public."""
    settled: dict[str, list[Decimal]] = defaultdict(list)
    lost: dict[str, bool] = {}
    for trade in trades:
        escrow = escrows[trade["id"]]
        is_buyer = trade["buyer_id"] == owner.id
        other = _other(owner, trade)
        to_buyer = (Decimal(escrow["payee_amount"] or 0) + Decimal(escrow["fee_amount"] or 0)) / (
            Decimal(escrow["amount"])
        )
        is_ruled: bool = trade["status"] != "cancelled" and escrow["last_event"] in _RULED
        part = round(to_buyer if is_buyer else 1 - to_buyer, 4)
        if trade["status"] in ("completed", "split") and trade["is_rated"]:
            settled[other].append(Decimal(trade["reference_amount"]) * to_buyer)
        if other in settled or is_ruled:
            lost[other] = lost.get(other, False) or bool(is_ruled and part < Decimal("0.5"))
    loss_bps = sum(lost.values()) * 10_000 // len(lost) if lost else 0
    volumes = [sum(worths, Decimal()) for worths in settled.values()]
    points = sum((100 * (1 + volume / 100).ln() for volume in volumes), Decimal())
    return {
        "completed_trades": sum(map(len, settled.values())),
        "counterparties": len(settled),
        "volume": sum(volumes, Decimal()).quantize(_CENT, ROUND_HALF_UP),
        "dispute_loss_bps": loss_bps,
        "score": int((points * (10_000 - loss_bps) / 10_000).quantize(Decimal(1), ROUND_HALF_UP)),
    }


def ratings(owner: Client, trades: Rows, given: Rows) -> tuple[int, Decimal | None]:
    """How many ratings the owner got, and the mean over authors of their mean."""
    others = {each["id"]: _other(owner, each) for each in trades}
    by_author: dict[str, list[int]] = defaultdict(list)
    for rating in given:
        if rating["party_id"] == owner.id:
            by_author[others[rating["trade_id"]]].append(rating["score"])
    means = [Decimal(sum(scores)) / len(scores) for scores in by_author.values()]
    mean = (sum(means, Decimal()) / len(means)).quantize(_CENT, ROUND_HALF_UP) if means else None
    return sum(map(len, by_author.values())), mean


def used_today(owner: Client, trades: Rows, now: datetime) -> Decimal:
    """Of the daily limit: trades of 24 hours; one that was called off counts for who gave it up."""
    return sum(
        (
            Decimal(trade["reference_amount"])
            for trade in trades
            if (
                trade["status"] not in ("cancelled", "refunded") or trade["given_up_by"] == owner.id
            )
            and datetime.fromisoformat(trade["created_at"]) > now - timedelta(hours=24)
        ),
        Decimal(),
    )


def _other(owner: Client, trade: dict[str, Any]) -> str:
    return str(trade["seller_id"] if trade["buyer_id"] == owner.id else trade["buyer_id"])

"""What happens next on a trade, read over PostgREST by those who may read the trade."""

from stack.people import OLGA
from tests.world.http.desk import Desk, Trade


def test_each_step_of_a_trade_says_what_comes_next(desk: Desk, trade: Trade) -> None:
    path = f"/escrow_next_steps?escrow_id=eq.{trade.id}"
    (told,) = desk.read(trade.buyer, path)
    assert (told["next_roles"], told["next_party_id"]) == (["payee"], str(trade.buyer))
    assert (told["on_silence"], told["silence_state"]) == ("timeout_refund", "refunded")
    parts = [told[f"silence_{part}_amount"] for part in ("payer", "payee", "fee")]
    assert parts == ["0.1", "0", "0"]
    moved = trade.done(trade.buyer, "mark-paid")
    for reader in (trade.buyer, trade.seller, OLGA.id):
        (told,) = desk.read(reader, path)
        assert (told["next_action"], told["next_party_id"]) == ("accept", str(trade.seller))
        assert told["deadline_at"] == moved["deadline_at"]
        assert (told["on_silence"], told["silence_payee_amount"]) == ("timeout_dispute", None)
    assert desk.read(desk.stack.create_user(), path) == []
    trade.done(trade.seller, "release", {"payer_name_matches": True})
    (told,) = desk.read(trade.seller, path)
    assert (told["next_action"], told["deadline_at"]) == ("claim", told["claim_until"])


def test_a_list_of_trades_brings_its_next_steps_along(desk: Desk, trade: Trade) -> None:
    wanted = "status,escrow_next_steps(next_action,on_silence)"
    assert desk.read(trade.buyer, f"/p2p_trades?select={wanted}&id=eq.{trade.id}") == [
        {
            "status": "pending_payment",
            "escrow_next_steps": {"next_action": "perform", "on_silence": "timeout_refund"},
        }
    ]

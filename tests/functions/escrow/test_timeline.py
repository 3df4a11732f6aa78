"""The timeline of a trade, read over PostgREST."""

import httpx
import pytest

from stack.people import OLGA
from tests.world.http.desk import RULING, Trade


def _read(trade: Trade, token: str, trade_id: str) -> httpx.Response:
    return httpx.get(
        f"{trade.desk.stack.url}/rest/v1/rpc/trade_timeline",
        params={"trade_id": trade_id},
        headers={"Authorization": f"Bearer {token}"},
    )


def test_a_disputed_trade_reads_as_one_story(trade: Trade) -> None:
    trade.dispute()
    arbiter = trade.arbiter()
    trade.done(arbiter, "acknowledge")
    trade.done(arbiter, "decide", RULING)
    tokens = [trade.desk.stack.token(who) for who in (trade.buyer, trade.seller, arbiter, OLGA.id)]
    stories = [_read(trade, token, trade.id).json() for token in tokens]
    assert all(story == stories[0] for story in stories)
    assert [line["event"] for line in stories[0]] == [
        "take",
        "perform",
        "dispute",
        "statement",
        "statement_reply",
        "assigned",
        "acknowledge",
        "decide",
    ]
    assert [line["number"] for line in stories[0]] == list(range(1, 9))
    assert stories[0][4]["body"] == "I paid at noon."
    assert stories[0][-1]["body"] == RULING["grounds"]
    assert stories[0][-1]["detail"]["payee_amount"] == RULING["payee_amount"]
    trade.done(trade.buyer, "accept-decision")
    trade.done(trade.seller, "accept-decision")
    last = _read(trade, tokens[0], trade.id).json()[-1]
    assert (last["payer_amount"], last["payee_amount"], last["fee_amount"]) == (
        "0.04",
        "0.0597",
        "0.0003",
    )


@pytest.mark.parametrize("word", ["nobody", "stranger"])
def test_who_has_no_part_finds_no_timeline(trade: Trade, word: str) -> None:
    stack = trade.desk.stack
    token = stack.anon_key if word == "nobody" else stack.token(stack.create_user())
    answer = _read(trade, token, trade.id)
    assert (answer.status_code, answer.json()["message"]) == {
        "nobody": (401, "permission denied for function trade_timeline"),
        "stranger": (404, "escrow_not_found"),
    }[word]

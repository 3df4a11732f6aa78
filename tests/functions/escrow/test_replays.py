"""Law 5: the same key gives the same answer, whatever has happened since."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from stack.people import OLGA
from tests.world.http.desk import ATTESTED, HELD_TOTAL, PRICE, RULING, Desk, Trade, open_trade


def test_a_repeated_command_gets_the_first_answer(trade: Trade) -> None:
    key = str(uuid4())
    first = trade.post(trade.buyer, "mark-paid", {"reference": "7"}, key=key)
    assert (first.status, first.replayed) == (200, False)
    trade.done(trade.seller, "release", ATTESTED)
    again = trade.post(trade.buyer, "mark-paid", {"reference": "7"}, key=key)
    assert (again.status, again.replayed, again.body) == (200, True, first.body)


def test_even_a_version_that_is_old_by_now(trade: Trade) -> None:
    key, body = str(uuid4()), {"expected_version": 1}
    first = trade.post(trade.buyer, "mark-paid", body, key=key)
    assert trade.post(trade.buyer, "mark-paid", body, key=key).body == first.body


def test_the_key_belongs_to_the_request(trade: Trade) -> None:
    key = str(uuid4())
    trade.done(trade.buyer, "mark-paid", {"reference": "7"}, key=key)
    for word, body in (("mark-paid", {"reference": "8"}), ("concede", {"reference": "7"})):
        reply = trade.post(trade.buyer, word, body if word == "mark-paid" else {}, key=key)
        assert (reply.status, reply.code) == (409, "idempotency_key_reused")


def test_keys_of_two_people_are_two_keys(trade: Trade) -> None:
    key = str(uuid4())
    trade.done(trade.buyer, "cancel", key=key)
    reply = trade.post(trade.seller, "cancel", key=key)
    assert (reply.replayed, reply.body["event"]) == (False, "accept_split")


def test_a_refused_command_may_be_repeated_with_its_key(trade: Trade) -> None:
    key = str(uuid4())
    assert trade.post(trade.seller, "release", ATTESTED, key=key).code == "confirmation_required"
    trade.done(trade.buyer, "mark-paid")
    assert trade.done(trade.seller, "release", ATTESTED, key=key)["state"] == "released"


def test_a_take_whose_order_is_filled_and_gone(desk: Desk) -> None:
    seller, buyer = desk.stack.create_user(), desk.stack.create_user()
    desk.deposit(seller)
    order_id = desk.draft(seller)
    publish = str(uuid4())
    desk.done(seller, f"/orders/{order_id}/publish", key=publish)
    key, body = str(uuid4()), {"amount": HELD_TOTAL, "expected_price": PRICE}
    first = desk.post(buyer, f"/orders/{order_id}/take", body, key=key)
    desk.done(buyer, f"/escrows/{first.body['trade_id']}/mark-paid")
    desk.done(seller, f"/escrows/{first.body['trade_id']}/release", ATTESTED)
    again = desk.post(buyer, f"/orders/{order_id}/take", body, key=key)
    assert (again.status, again.replayed, again.body) == (201, True, first.body)
    assert desk.post(buyer, f"/orders/{order_id}/take", body).code == "order_not_found"
    assert desk.post(seller, f"/orders/{order_id}/publish", key=publish).replayed


def test_an_operators_command(desk: Desk) -> None:
    party, key = desk.stack.create_user(), str(uuid4())
    body = {"party_id": str(party), "currency": "BTC", "amount": "2", "reference": key}
    first = desk.post(OLGA.id, "/deposits", body, key=key)
    again = desk.post(OLGA.id, "/deposits", body, key=key)
    assert (again.replayed, again.body) == (True, first.body)
    assert desk.post(OLGA.id, "/withdrawals", body, key=key).code == "idempotency_key_reused"


def test_an_arbiter_who_lost_the_case_still_gets_their_answer(trade: Trade) -> None:
    trade.dispute()
    first, key = trade.arbiter(), str(uuid4())
    acknowledged = trade.done(first, "acknowledge", key=key)
    trade.done(first, "decide", RULING)
    trade.done(trade.seller, "appeal")
    assert trade.arbiter() != first
    again = trade.post(first, "acknowledge", key=key)
    assert (again.replayed, again.body) == (True, acknowledged)


def test_twins_at_once_all_get_the_one_answer(desk: Desk) -> None:
    trade = open_trade(desk)
    trade.done(trade.buyer, "mark-paid")
    key = str(uuid4())

    def release(_: int) -> tuple[int, str]:
        reply = trade.post(trade.seller, "release", ATTESTED, key=key)
        return reply.status, str(reply.body)

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(release, range(24)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 200

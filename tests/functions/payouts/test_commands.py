"""Commands about payments over HTTP: where money goes, and what becomes of one that was refused."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from stack.people import OLGA
from tests.world import rails
from tests.world.http.desk import Desk
from tests.world.http.rails import behind

ADDRESS = {"rail": "base", "address": rails.ADDRESS}


def refused(desk: Desk) -> tuple[UUID, str]:
    """A payment that the rail has refused for good: whose, and its path."""
    with behind(desk.stack) as world:
        escrow = rails.awaiting(world)
        rails.destination(world, escrow.payee)
        escrow.commit("funds_confirmed", "rail")
        escrow.commit("accept", "payer")
        mine = [each for each in rails.claim(world) if each["group_id"] == str(escrow.id)]
        rails.outcome(world, mine[0], "fail", reason="account_closed")
        return escrow.payee, f"/payouts/{mine[0]['id']}"


def state(desk: Desk, path: str) -> tuple[str, int]:
    with desk.stack.connect() as connection:
        row = connection.execute(
            "select state::text, attempt from public.payouts where id = %s",
            [path.rpartition("/")[2]],
        ).fetchone()
    assert row is not None
    return row[0], row[1]


@pytest.mark.parametrize(
    "change",
    [{"rail": "internal"}, {"rail": None}, {"rail": "stripe"}, {"address": ""}, {"address": None},
     {"address": "0x0"}, {"address": "0x" + "0" * 40}, {"address": 7}, {"address": "x" * 256},
     {"party_id": "me"}, {"more": 1}],
)  # fmt: skip
def test_what_is_no_destination(desk: Desk, change: dict[str, Any]) -> None:
    reply = desk.post(desk.stack.create_user(), "/payout-destinations", ADDRESS | change)
    assert (reply.status, bool(reply.code)) == (422, True)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        # One letter of another case: a digit was copied wrong.
        (rails.ADDRESS.replace("C", "c", 1), "bad_address"),
        (rails.ADDRESS.swapcase().replace("0X", "0x"), "bad_address"),
        (rails.ADDRESS[:-1] + "9", "bad_address"),
        (rails.ADDRESS[2:], "bad_address"),
        (rails.ADDRESS + " ", "bad_address"),
        ("acct_1", "bad_address"),
        ("0x" + "0" * 40, "bad_destination"),
        ("0x" + "0" * 38 + "09", "bad_destination"),
        ("0x" + "0" * 37 + "100", "bad_destination"),
        ("0x" + "0" * 36 + "dEaD", "bad_destination"),
        ("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "bad_destination"),
        ("0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", "bad_destination"),
        ("0x4200000000000000000000000000000000000006", "bad_destination"),
    ],
)
def test_money_is_not_sent_to_nobody(desk: Desk, address: str, code: str) -> None:
    person = desk.stack.create_user()
    reply = desk.post(person, "/payout-destinations", ADDRESS | {"address": address})
    assert (reply.status, reply.code) == (422, code)


@pytest.mark.parametrize("case", [str, str.lower, str.upper])
def test_an_address_is_kept_with_its_checksum(desk: Desk, case: Callable[[str], str]) -> None:
    """What is all of one case carries none, and is taken."""
    body = ADDRESS | {"address": "0x" + case(rails.ADDRESS[2:])}
    reply = desk.post(desk.stack.create_user(), "/payout-destinations", body)
    assert (reply.status, reply.body["address"]) == (201, rails.ADDRESS)


def test_a_destination_is_set_once_for_a_key(desk: Desk) -> None:
    person, key = desk.stack.create_user(), str(uuid4())
    first = desk.post(person, "/payout-destinations", ADDRESS, key=key)
    assert (first.status, first.body["party_id"], first.body["address"]) == (
        201, str(person), rails.ADDRESS,
    )  # fmt: skip
    again = desk.post(person, "/payout-destinations", ADDRESS, key=key)
    assert (again.replayed, again.body) == (True, first.body)
    other = {"rail": "stripe", "address": "acct_1"}
    assert desk.post(person, "/payout-destinations", other, key=key).status == 409


def test_nobody_names_a_destination_for_another_or_without_a_second_factor(desk: Desk) -> None:
    person, other = desk.stack.create_user(), desk.stack.create_user()
    theirs = ADDRESS | {"party_id": str(other)}
    assert desk.post(person, "/payout-destinations", theirs).code == "not_your_move"
    weak = desk.post(person, "/payout-destinations", ADDRESS, aal="aal1")
    assert (weak.status, weak.code) == (403, "step_up_required")
    assert desk.post(None, "/payout-destinations", ADDRESS).status == 401


def test_a_party_tries_again_once(desk: Desk) -> None:
    payee, path = refused(desk)
    key = str(uuid4())
    first = desk.post(payee, f"{path}/retry", key=key)
    assert (first.status, first.body["state"], first.body["attempt"]) == (200, "created", 2)
    assert desk.post(payee, f"{path}/retry", key=key).replayed
    assert desk.post(payee, f"{path}/retry").code == "illegal_move"
    assert desk.post(payee, f"{path}/retry", {"attempt": 3}, key=key).status in (409, 422)
    assert state(desk, path) == ("created", 2)


def test_who_may_say_what_becomes_of_it(desk: Desk) -> None:
    payee, path = refused(desk)
    for word in ("retry", "keep"):
        stranger = desk.post(desk.stack.create_user(), f"{path}/{word}")
        assert (stranger.status, stranger.code) == (404, "payout_not_found")
        assert desk.post(payee, f"{path}/{word}", aal="aal1").code == "step_up_required"
        assert desk.post(payee, f"/payouts/{uuid4()}/{word}").code == "payout_not_found"
        assert desk.post(payee, f"/payouts/1/{word}").status in (404, 422)
    assert desk.post(OLGA.id, f"{path}/keep").code == "illegal_move"
    assert state(desk, path) == ("failed_final", 1)
    assert desk.post(OLGA.id, f"{path}/retry").status == 200


def test_of_many_at_once_one_keeps_it(desk: Desk) -> None:
    payee, path = refused(desk)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: desk.post(payee, f"{path}/keep"), range(8)))
    assert Counter(reply.status for reply in replies) == {200: 1, 409: 7}
    assert state(desk, path) == ("kept", 1)
    rows = desk.read(payee, "/wallet_balances?currency=eq.USDC_BASE&select=available,pending")
    assert [(float(row["available"]), float(row["pending"])) for row in rows] == [(395, 0)]

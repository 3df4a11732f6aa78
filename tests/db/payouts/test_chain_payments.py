"""Nonces: one for each attempt, none without a signed transaction, none left out."""

from typing import Any

import pytest

from tests.world.chain import CHAIN, WALLET, fresh_hash, signed_for
from tests.world.rails import claim, destination, outcome, released
from tests.world.world import World


def claimed(world: World) -> dict[str, Any]:
    """A payment that a worker has taken on."""
    made = released(world)
    destination(world, made.payee)
    (payment,) = [each for each in claim(world) if each["group_id"] == str(made.id)]
    return payment


def next_nonce(world: World) -> int:
    told = world.one("select service.chain_wallet(%s, %s, 0, 'USDC_BASE')", CHAIN, WALLET)
    return int(told["next_nonce"])


def test_a_nonce_is_taken_with_what_was_signed_for_it(world: World) -> None:
    payment = claimed(world)
    before = next_nonce(world)
    kept = signed_for(world, payment)
    assert kept is not None
    assert (kept["nonce"], len(kept["transactions"])) == (before, 1)
    assert next_nonce(world) == before + 1
    # The answer was lost: the second time finds the first, whatever it brings.
    again = signed_for(world, payment, nonce=before)
    assert again is not None
    assert again == kept
    assert signed_for(world, payment) is None
    assert next_nonce(world) == before + 1


def test_a_replacement_has_the_same_nonce_and_the_next_number(world: World) -> None:
    payment = claimed(world)
    nonce = next_nonce(world)
    signed_for(world, payment)
    second = signed_for(world, payment, nonce=nonce, number=2, max_fee=3)
    third = signed_for(world, payment, nonce=nonce, number=4)
    assert second is not None
    assert [each["max_fee"] for each in second["transactions"]] == ["2", "3"]
    assert third == second
    assert next_nonce(world) == nonce + 1


@pytest.mark.parametrize("change", ["nonce", "version", "attempt", "number", "wallet"])
def test_what_is_not_this_workers_is_not_kept(world: World, change: str) -> None:
    payment = claimed(world)
    before = next_nonce(world)
    wrong = {"nonce": before + 1, "version": payment["version"] - 1, "attempt": 2, "number": 2,
             "wallet": "0x" + "3" * 40}  # fmt: skip
    assert signed_for(world, payment, **{change: wrong[change]}) is None
    assert next_nonce(world) == before
    assert signed_for(world, payment) is not None


def test_an_attempt_that_failed_is_not_signed_for_and_the_next_has_the_next_nonce(
    world: World,
) -> None:
    payment = claimed(world)
    before = next_nonce(world)
    signed_for(world, payment)
    outcome(world, payment, "fail", reason="blocked", provider_reference=fresh_hash())
    failed = payment | {"version": payment["version"] + 1}
    assert signed_for(world, failed, nonce=before, number=2) is None
    actor = {"actor_id": payment["party_id"], "aal": "aal2"}
    world.command("payout_retry", payout_id=payment["id"], **actor)
    (again,) = [each for each in claim(world) if each["id"] == payment["id"]]
    kept = signed_for(world, again)
    assert kept is not None
    assert (again["attempt"], kept["nonce"]) == (2, before + 1)


def test_what_is_signed_and_not_mined_is_promised(world: World) -> None:
    first, second = claimed(world), claimed(world)
    nonce = next_nonce(world)
    for payment in (first, second):
        assert signed_for(world, payment)
    asked = "select service.chain_wallet(%s, %s, %s, %s)"
    both = world.one(asked, CHAIN, WALLET, nonce, "USDC_BASE")
    amount = sum(int(each["amount"]) for each in (first, second))
    assert (both["waiting"], both["waiting_amount"]) == (2, str(amount))
    one = world.one(asked, CHAIN, WALLET, nonce + 1, "USDC_BASE")
    assert (one["waiting"], one["waiting_amount"]) == (1, second["amount"])
    assert world.one(asked, CHAIN, WALLET, nonce, "USDBC_BASE")["waiting_amount"] == "0"

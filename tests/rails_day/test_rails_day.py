"""Days on both rails, with everything going wrong at once: no money is made, lost or paid twice.

`make soak` has more of them, and finds the fewest steps that are still wrong.
"""

import os
from collections.abc import Iterator
from decimal import Decimal

import pytest

from stack.stand_ins.chain import USDC
from tests.rails_day import accounts, payments, rest, story
from tests.rails_day.day import Day
from tests.rails_day.faults import DEATH
from tests.rails_day.random_days import random_day
from tests.rails_day.reduce import fewest
from tests.rails_day.steps import Step

DAYS = int(os.environ.get("HOLDFAST_RAIL_DAYS", "1"))


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    with Day.on_a_stack() as running:
        yield running


@pytest.mark.parametrize("seed", range(DAYS))
def test_all_money_of_a_random_day_is_found_again(day: Day, seed: int) -> None:
    story.run(day, random_day(seed))


def _paid(day: Day) -> None:
    """A deal of each rail is paid in, released and paid out by workers that die of it."""
    story.run(
        day,
        [
            Step("card pays", "stripe"),
            Step("deposit exact", "usdc_base"),
            Step("everybody works"),
            Step("deliver and release", "stripe"),
            Step("deliver and release", "usdc_base"),
            Step("card payouts", trouble=DEATH),
            Step("chain payouts", trouble=DEATH),
        ],
    )


def test_money_that_is_missing_is_seen(day: Day) -> None:
    """Each kind of look at the money can fail."""
    _paid(day)
    (stripe,) = [each for each in day.deals if each.rail == "stripe" and len(each.escrows) == 2]
    (chain,) = [each for each in day.deals if each.rail == "usdc_base" and len(each.escrows) == 2]
    assert accounts.differences(day) == []
    day.stripe.accounts.spend(stripe.accounts[0], 1)
    assert [each for each in accounts.differences(day) if "USD -0.01 too much" in each]
    day.stripe.accounts.spend(stripe.accounts[0], -1)
    day.filled_up += Decimal("0.01")
    assert [each for each in accounts.differences(day) if each.startswith("Stripe has")]
    day.filled_up -= Decimal("0.01")
    chain.put_in[USDC] += 1
    assert [each for each in accounts.differences(day) if "USDC_BASE -1 too much" in each]
    chain.put_in[USDC] -= 1
    assert payments.differences(day) == []
    with day.stripe.world.lock:
        transfer = day.stripe.world.of("transfer")[-1]
        copy = {**transfer, "id": day.stripe.world.new_id("tr")}
        day.stripe.world.add(copy)
    assert [each for each in payments.differences(day) if "left for it, not" in each]
    with day.stripe.world.lock:
        del day.stripe.world.objects[copy["id"]]
        del day.stripe.world.objects[transfer["id"]]
    assert [each for each in payments.differences(day) if "is confirmed, and [] left" in each]
    with day.stripe.world.lock:
        day.stripe.world.add(transfer)
    rest.settle(day)
    assert [*accounts.differences(day), *payments.differences(day)] == []


def test_the_fewest_steps_are_found() -> None:
    steps = [Step(str(number), trouble=number) for number in range(30)]
    left = fewest(steps, lambda some: {"3", "17"} <= {each.word for each in some})
    assert left == [Step("3"), Step("17")]

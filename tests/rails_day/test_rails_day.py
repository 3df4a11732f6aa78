"""Days on both rails, with everything going wrong at once: no money is made, lost or paid twice.

`make soak` has more of them, and finds the fewest steps that are still wrong.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal

import pytest

from stack.lambdas import FunctionFailed
from stack.stand_ins.chain import USDC
from tests.rails_day import accounts, evidence, payments, rest, story
from tests.rails_day.day import BRIDGED_FLOAT, Day
from tests.rails_day.deals import open_deal
from tests.rails_day.faults import DEATH
from tests.rails_day.random_days import random_day
from tests.rails_day.reduce import fewest
from tests.rails_day.steps import TIME, Step, do
from tests.world.http.chain import ETHER_FLOAT

DAYS = int(os.environ.get("HOLDFAST_RAIL_DAYS", "1"))


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    with Day.on_a_stack() as running:
        yield running


@pytest.mark.parametrize("seed", range(DAYS))
def test_all_money_of_a_random_day_is_found_again(day: Day, seed: int) -> None:
    story.run(day, random_day(seed))


# What each rail holds beside what the books say and what is under way: own money.
_BESIDE = (
    "select distinct on (currency) currency, (difference + explained)::numeric"
    " from public.rail_comparisons order by currency, day desc"
)


def _compared(day: Day) -> dict[str, Decimal]:
    """What each rail has beside the books, by currency, when it is compared now."""
    for function in ("StripeCompareFunction", "EvmCompareFunction"):
        # While nothing of the chain was read there is nothing to compare.
        with suppress(FunctionFailed):
            day.work(function)
    return dict(day.rows(_BESIDE))


def test_books_and_rails_agree_at_every_step_of_a_random_day(day: Day) -> None:
    """Law 14: whatever is under way, and whoever has died of it, no comparison cries wolf. No long
    time passes, in which somebody would have to look."""
    day.deals.clear()
    day.dropped.clear()
    for rail in ("stripe", "base"):
        open_deal(day, rail, ("100", "50.5"))
        open_deal(day, rail, ("80",))
    day.work("EvmWatchFunction")
    for step in [each for each in random_day(7) if each.word not in TIME]:
        do(day, step)
        own = {
            "USD": day.filled_up,
            "USDC_BASE": sum(day.scene.filled),
            "USDBC_BASE": BRIDGED_FLOAT,
            "ETH_BASE": ETHER_FLOAT,
        }
        beside = _compared(day)
        if beside != {code: own[code] for code in beside}:
            pytest.fail("\n".join([f"{step}: {beside}, not {own}", *evidence.lines(day)]))
    assert beside.keys() == own.keys()
    rest.settle(day)


def _paid(day: Day) -> None:
    """A deal of each rail is paid in, released and paid out by workers that die of it."""
    story.run(
        day,
        [
            Step("card pays", "stripe"),
            Step("deposit exact", "base"),
            Step("everybody works"),
            Step("deliver and release", "stripe"),
            Step("deliver and release", "base"),
            Step("card payouts", trouble=DEATH),
            Step("chain payouts", trouble=DEATH),
        ],
    )


def test_money_that_is_missing_is_seen(day: Day) -> None:
    """Each kind of look at the money can fail."""
    _paid(day)
    (stripe,) = [each for each in day.deals if each.rail == "stripe" and len(each.escrows) == 2]
    (chain,) = [each for each in day.deals if each.rail == "base" and len(each.escrows) == 2]
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

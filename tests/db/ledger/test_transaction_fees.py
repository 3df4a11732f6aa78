"""What the platform earned is read from the ledger, fee by fee."""

from decimal import Decimal
from typing import Any

from stack.identity import as_owner, as_user
from tests.world.rails import claim, outcome, released
from tests.world.wallets import CURRENCY, paid_in, withdraw
from tests.world.world import PLATFORM, World

_READ = (
    "select category, reference_id, currency, fee_amount::numeric, base_amount::numeric, rate_bps,"
    " parts ->> 'network_cost' from public.transaction_fees order by category"
)


def _earned(world: World) -> tuple[Any, Any]:
    """A fee of an escrow and one of a withdrawal; what both belong to."""
    escrow = released(world)
    for taken in claim(world):
        outcome(world, taken, "submit", provider_reference=taken["id"])
        outcome(world, taken | {"version": taken["version"] + 1}, "confirm")
    party = world.user()
    paid_in(world, party, "100")
    told = withdraw(world, party, "50")
    world.advance(minutes=11)
    (taken,) = claim(world)
    outcome(world, taken, "submit", provider_reference="0x1")
    outcome(world, taken | {"version": taken["version"] + 1}, "confirm")
    return escrow, told


def test_each_fee_has_its_base_rate_and_parts(world: World) -> None:
    escrow, told = _earned(world)
    row = escrow.row()
    first, second = world.rows(_READ)
    fee = row.amount * row.fee_bps / 10_000
    assert first == (
        "escrow", escrow.id, CURRENCY, fee, row.amount, row.fee_bps, "0",
    )  # fmt: skip
    assert (second[0], str(second[1])) == ("withdrawal", told["withdrawal_id"])
    assert second[2:] == (CURRENCY, Decimal("0.5"), 50, 100, "0.1")


def test_they_are_what_the_accounts_have(world: World) -> None:
    _earned(world)
    total = world.one("select sum(fee_amount)::numeric from public.transaction_fees")
    assert total == world.balance(PLATFORM, CURRENCY, "fees")[0]


def test_only_operators_read_them(world: World) -> None:
    escrow, _ = _earned(world)
    for reader, seen in ((escrow.payer, 0), (escrow.payee, 0), (world.operator, 2)):
        as_user(world.connection, reader)
        assert world.one("select count(*) from public.transaction_fees") == seen
        as_owner(world.connection)

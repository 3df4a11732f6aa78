"""Comparing books and rails inside a world."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from tests.world.world import World


def compare(
    world: World, held: dict[str, str], /, rail: str = "stripe", **fields: Any
) -> dict[str, Any] | None:
    """A rail says what it holds; what came of it."""
    said = {"rail": rail, "as_of": world.now().isoformat(),
            "held": [{"currency": code, "amount": each} for code, each in held.items()]
            } | fields  # fmt: skip
    with world.acting("service_role"):
        answer: dict[str, Any] | None = world.one("select service.rail_compare(%s)", Jsonb(said))
        world.settle()
    return answer


def found(world: World, held: str, currency: str = "USD", **fields: Any) -> str:
    """What of the difference in a currency is new."""
    answer = compare(world, {currency: held}, **fields)
    assert answer is not None
    (row,) = [each for each in answer["compared"] if each["currency"] == currency]
    return str(row["found"])


def differences(world: World) -> list[tuple[Any, ...]]:
    """Amount and outcome of each, oldest first."""
    return world.rows("select amount::numeric, outcome from public.rail_differences order by id")


def close(world: World, row: UUID, event: str, amount: str, **changes: Any) -> dict[str, Any]:
    command = {"rail_difference_id": row, "event": event, "amount": amount,
               "reason": "asked the treasurer", "actor_id": world.operator, "aal": "aal2",
               } | changes  # fmt: skip
    answer: dict[str, Any] = world.command("rail_difference_close", **command)
    return answer


def open_one(world: World) -> UUID:
    row: UUID = world.one("select id from public.rail_differences where outcome is null")
    return row


def balances(world: World, *rows: tuple[Any, str, str], **fields: Any) -> int:
    """A rail says what addresses hold; how many have changed."""
    said = {"as_of": world.now().isoformat(), "balances": [
        {"id": str(request), "currency": currency, "amount": amount}
        for request, currency, amount in rows
    ]} | fields  # fmt: skip
    with world.acting("service_role"):
        changed: int = world.one("select service.deposit_balances_record(%s)", Jsonb(said))
    return changed

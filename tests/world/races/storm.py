"""A storm of conflicting commands on a few escrows: parties, strangers, timers and operators.

`storm` is run with 1,000 commands by the tests and with 10,000 by the soak.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from functions.escrow.sweep import sweep
from stack.cluster import Cluster
from tests.world.races.commands import Line, Said, order, take, trade
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market, moved
from tests.world.races.proofs import prove, prove_told

PEOPLE = 12
# Of how many trades the commands come at the same moment.
AT_ONCE = 3
# About one command in seventy moves the clock: in all a little less than an hour.
HOURS = 60.0
# Refusals that a command may meet because another was quicker.
LOST = frozenset({
    "escrow_closed", "illegal_move", "stale_version", "deadline_passed", "not_your_move",
    "offer_not_open", "dispute_window_closed", "insufficient_funds", "order_not_active",
    "order_not_found", "order_not_open", "not_enough_remaining", "escrow_not_found",
    "statement_exists",
})  # fmt: skip

Task = Callable[[Door], Said]


@dataclass
class Storm:
    """What a storm did. refused: by code. Nothing in it is wrong: a storm that finds
    something wrong raises."""

    commands: int = 0
    done: int = 0
    replayed: int = 0
    seconds: float = 0.0
    refused: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)


def storm(
    cluster: Cluster, commands: int = 1_000, *, escrows: int = 0, workers: int = 8, seed: int = 1
) -> Storm:
    """Give so many conflicting commands, and prove everything afterwards.

    The cluster has a movable clock. escrows: how many they meet on, 0 for a tenth of the
    commands but at most 400. Raises AssertionError, Surfaced.
    """
    dice = random.Random(seed)
    market, crowd = Market(cluster), Crowd(cluster, workers)
    try:
        return _storm(market, crowd, dice, commands, escrows or min(max(commands // 10, 10), 400))
    finally:
        crowd.close()
        market.close()


def _storm(market: Market, crowd: Crowd, dice: random.Random, commands: int, escrows: int) -> Storm:
    people = market.people(PEOPLE, deposit=str(escrows))
    orders = {each: market.order(each, str(escrows // 2)) for each in people}
    takes = _opening(people, orders, escrows, dice)
    opened = crowd.rush(takes)
    assert all(each.done for each in opened), Counter(each.code for each in opened)
    trades = [
        (_seller(line, orders), line.who, UUID(said.body["trade_id"]))
        for line, said in zip(takes, opened, strict=True)
    ]
    tasks = _background(market, people, orders, trades, commands, dice)
    began = time.monotonic()
    said = crowd.rush(tasks)
    seconds = time.monotonic() - began

    known = [each[2] for each in trades]
    known += [UUID(each.body["trade_id"]) for each in said if "trade_id" in each.body]
    about = [each for each in said if "escrow_id" in each.body or "trade_id" in each.body]
    prove_told(market, sorted(set(known)), [*opened, *about])
    _prove_twins(tasks, said)
    prove(market)
    return _report(market, known, said, seconds)


def _opening(
    people: Sequence[UUID], orders: dict[UUID, UUID], number: int, dice: random.Random
) -> list[Line]:
    # Everybody sells to everybody, so that any two wallets meet in both directions.
    pairs = [dice.sample(people, 2) for _ in range(number)]
    return [take(buyer, orders[seller], "0.01") for seller, buyer in pairs]


def _seller(line: Line, orders: dict[UUID, UUID]) -> UUID:
    return next(who for who, order_id in orders.items() if str(order_id) in line.path)


def _background(
    market: Market,
    people: Sequence[UUID],
    orders: dict[UUID, UUID],
    trades: Sequence[tuple[UUID, UUID, UUID]],
    commands: int,
    dice: random.Random,
) -> list[Task]:
    each = -(-commands // len(trades))
    tasks: list[Task] = []
    for start in range(0, len(trades), AT_ONCE):
        group = trades[start : start + AT_ONCE]
        burst: list[Task] = []
        while len(burst) < each * len(group):
            if dice.random() < 0.85:
                command: Task = _command(*dice.choice(group), dice)
            else:
                command = _beside(market, people, orders, HOURS / commands, dice)
            # Often the same command comes more than once.
            burst += [command] * dice.choice((1, 1, 1, 2, 3))
        dice.shuffle(burst)
        tasks += burst
    return tasks[:commands]


def _command(seller: UUID, buyer: UUID, trade_id: UUID, dice: random.Random) -> Line:
    # More often than not they meet.
    asked, offered = f"0.00{dice.randint(1, 6)}", f"0.00{dice.randint(4, 9)}"
    choices: list[tuple[UUID, str, dict[str, object]]] = [
        (buyer, "mark-paid", {}),
        (buyer, "mark-paid", {}),
        (seller, "release", {"confirm": True, "payer_name_matches": True}),
        (buyer, "concede", {}),
        (buyer, "cancel", {}),
        (seller, "cancel", {}),
        (buyer, "offer-split", {"payee_amount": asked}),
        (seller, "offer-split", {"payee_amount": offered}),
        (buyer, "offer-split", {"payee_amount": asked}),
        (seller, "offer-split", {"payee_amount": offered}),
        (buyer, "withdraw-offer", {}),
        (seller, "mark-paid", {}),
        (seller, "withdraw-offer", {}),
        (seller, "dispute", {"reason": "not_paid"}),
        (seller, "statement", {"body": "Nothing has arrived."}),
        (buyer, "statement", {"body": "It was sent at noon."}),
    ]
    who, word, body = dice.choice(choices)
    return trade(who, trade_id, word, str(UUID(int=dice.getrandbits(128))), **body)


def _beside(
    market: Market,
    people: Sequence[UUID],
    orders: dict[UUID, UUID],
    hours: float,
    dice: random.Random,
) -> Task:
    """What goes on at the same time with the same orders, wallets and timers."""
    maker, other = dice.sample(people, 2)
    key = str(UUID(int=dice.getrandbits(128)))

    def clock(door: Door) -> Said:
        market.advance(hours=hours)
        return Said({})

    choices: list[Task] = [
        take(other, orders[maker], "0.01", key),
        take(other, orders[maker], "0.01", key),
        order(maker, orders[maker], "cancel", key),
        lambda door: moved(door, "withdrawal", maker, "1", key),
        lambda door: moved(door, "deposit", maker, "1", key),
        lambda door: Said({"wallets": door.service_rpc("ledger_rollup", {})}),
        lambda door: Said({"orders": door.service_rpc("orders_expire", {"max_rows": 500})}),
        _timer,
        _timer,
        clock,
    ]
    return dice.choice(choices)


def _timer(door: Door) -> Said:
    swept = sweep(door, lambda: True)
    assert swept.failed == 0, swept
    return Said({"moved": swept.moved})


def _prove_twins(tasks: Sequence[Task], said: Sequence[Said]) -> None:
    answers: dict[str, list[Said]] = defaultdict(list)
    for task, heard in zip(tasks, said, strict=True):
        if isinstance(task, Line) and heard.done:
            answers[task.key].append(heard)
    for heard_by_all in answers.values():
        assert all(each.body == heard_by_all[0].body for each in heard_by_all)
        assert [each.replayed for each in heard_by_all].count(False) == 1


def _report(market: Market, trades: Sequence[UUID], said: Sequence[Said], seconds: float) -> Storm:
    made = Storm(commands=len(said), seconds=seconds)
    for each in said:
        made.done += each.done and not each.replayed
        made.replayed += each.replayed
        if each.code:
            made.refused[each.code] += 1
    assert set(made.refused) <= LOST, made.refused
    made.ends.update(market.states(list(dict.fromkeys(trades))))
    return made

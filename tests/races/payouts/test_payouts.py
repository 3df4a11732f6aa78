"""Workers, parties and timers at the same payments: one of them moves each, and once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from functions.escrow.apply_reports import Applied, one_round
from shared.errors import Problem
from stack.cluster import Cluster
from tests.races.escrow.test_rings import wait_for
from tests.world.races import commands
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.races.proofs import prove
from tests.world.screenings import all_clear

CURRENCY, RAIL = "USDC_BASE", "base"
ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
Task = Callable[[Door], Any]


def _said(market: Market, name: str, **command: Any) -> Any:
    given = {"idempotency_key": str(uuid4()), "request_hash": "hash", "aal": "aal2"} | command
    said = commands.service(market.door, name, **given)
    assert said.done, said.code
    return said.body


def _signed(market: Market, payer: UUID, payee: UUID, amount: str = "5") -> UUID:
    escrow_id = market.contract(
        payer, payee, rail=RAIL, currency=CURRENCY, amount=amount, terms_hash="7" * 64
    )
    fund_by = (market.now() + timedelta(hours=1)).isoformat()
    for version, (event, actor, due) in enumerate(
        (("sign", payer, None), ("countersign", payee, fund_by)), start=1
    ):
        _said(
            market, "escrow_commit", escrow_id=str(escrow_id), expected_version=version,
            event=event, actor_kind="user", actor_id=str(actor), deadline_at=due, expires_at=due,
            payload={"terms_hash": "7" * 64},
        )  # fmt: skip
    return escrow_id


def _report(market: Market, escrow_id: UUID, event: str, **fields: Any) -> None:
    report = {
        "rail": RAIL, "provider_event_id": event, "purpose": "escrow",
        "reference_id": str(escrow_id), "kind": "funds",
        "currency": CURRENCY, "amount": "5", "reference": event,
        "provider_time": market.now().isoformat(),
    } | fields  # fmt: skip
    assert market.door.service_rpc("rail_report", {"report": report}) is True


def _funded(market: Market, payer: UUID, payee: UUID, number: int) -> list[UUID]:
    made = [_signed(market, payer, payee) for _ in range(number)]
    for escrow_id in made:
        _report(market, escrow_id, str(escrow_id))
    while one_round(market.door, Applied()):
        continue
    return made


def _accept(payer: UUID, escrow_id: UUID, version: int = 4) -> Task:
    return lambda door: commands.service(
        door, "escrow_commit", escrow_id=str(escrow_id), expected_version=version, event="accept",
        actor_kind="user", actor_id=str(payer), aal="aal2", payload={"confirm": True},
        idempotency_key=str(uuid4()), request_hash="hash", payer_amount="0", payee_amount="4.75",
        fee_amount="0.25",
    )  # fmt: skip


def _destination(market: Market, party: UUID) -> None:
    _said(market, "payout_destination_set", actor_id=str(party), party_id=str(party), rail=RAIL,
          address=ADDRESS)  # fmt: skip
    all_clear(market.door)


def _paying(market: Market, number: int) -> tuple[UUID, list[str]]:
    """Payments that are ordered: whose, and which."""
    payer, payee = market.people(2)
    _destination(market, payee)
    for escrow_id in _funded(market, payer, payee, number):
        assert _accept(payer, escrow_id)(market.door).done
    rows = market.rows("select id::text from public.payouts where party_id = %s", payee)
    return payee, [row[0] for row in rows]


def _claim(door: Door) -> list[dict[str, Any]]:
    claimed: list[dict[str, Any]] = door.service_rpc("payouts_claim", {"rail": RAIL, "max_rows": 3})
    return claimed


def _record(payment: dict[str, Any], event: str, reference: str) -> Task:
    outcome = {"id": payment["id"], "version": payment["version"], "event": event,
               "provider_reference": reference, "reason": "of the rail"}  # fmt: skip
    return lambda door: door.service_rpc("payout_record", {"outcome": outcome})["recorded"]


def _command(name: str, payout: str, who: UUID) -> Task:
    return lambda door: commands.service(
        door, name, payout_id=payout, actor_id=str(who), aal="aal2", idempotency_key=str(uuid4()),
        request_hash="hash",
    ).done  # fmt: skip


def _expire(door: Door) -> bool:
    return bool(door.service_rpc("payouts_expire", {"max_rows": 10}))


def _states(market: Market, payouts: list[str]) -> list[tuple[str, int]]:
    return market.rows(
        "select state::text, attempt from public.payouts "
        "where id = any (%s::uuid[])", payouts,
    )  # fmt: skip


def test_incident_01_two_workers_never_have_the_same_payment(market: Market, crowd: Crowd) -> None:
    _, payouts = _paying(market, 12)
    taken = [each for some in crowd.rush([_claim] * 24) for each in some]
    assert sorted(each["id"] for each in taken) == sorted(payouts)
    assert {each["state"] for each in taken} == {"claimed"}
    prove(market)


def test_of_many_answers_one_is_recorded(market: Market, crowd: Crowd) -> None:
    _, payouts = _paying(market, 1)
    (payment,) = _claim(market.door)
    before = market.one(
        "select available::numeric from public.wallet_balances where type = 'clearing' "
        "and currency = %s", CURRENCY,
    )  # fmt: skip
    tasks = [
        _record(payment, event, f"0x{n}")
        for n, event in enumerate(("confirm", "fail", "submit", "lose") * 3)
    ]
    assert sum(crowd.rush(tasks)) == 1
    ((state, _),) = _states(market, payouts)
    gone = market.one(
        "select available::numeric from public.wallet_balances where type = 'clearing' "
        "and currency = %s", CURRENCY,
    ) - before  # fmt: skip
    assert float(gone) == (4.75 if state == "confirmed" else 0)
    cases = market.one(
        "select count(*) from public.escrow_cases where provider_event_id like %s",
        f"{payment['id']}%",
    )
    assert cases == (state == "failed_final")
    prove(market)


@pytest.mark.parametrize("before", ["ordered", "refused"])
def test_incident_02_a_payment_is_sent_or_kept_and_never_both(
    market: Market, crowd: Crowd, before: str
) -> None:
    payee, payouts = _paying(market, 3)
    if before == "refused":
        for payment in _claim(market.door):
            assert _record(payment, "fail", payment["id"])(market.door)
        tasks = [_command("payout_retry", each, payee) for each in payouts]
        market.advance(days=15)
    else:
        tasks = [_claim] * 3
        market.advance(days=31)
    tasks += [_command("payout_keep", each, payee) for each in payouts] + [_expire] * 3
    crowd.rush(tasks)
    moved = market.rows(
        "select payout_id, array_agg(event || ' ' || to_state::text order by version) "
        "from public.payout_events where payout_id = any (%s::uuid[]) group by 1", payouts,
    )  # fmt: skip
    for _, events in moved:
        assert sum("keep" in event for event in events) + sum(
            event in ("claim claimed", "retry created")
            for event in events[3 if before == "refused" else 1 :]
        ) in (1, 2)
        assert events[-1].split()[1] in ("kept", "claimed", "created")
        assert sum("kept" in event for event in events) <= 1
    prove(market)


def test_workers_on_the_same_reports_make_each_move_once(market: Market, crowd: Crowd) -> None:
    payer, payee = market.people(2)
    escrows = [_signed(market, payer, payee) for _ in range(8)]
    for escrow_id in escrows:
        _report(market, escrow_id, f"{escrow_id}:1", amount="2")
        _report(market, escrow_id, f"{escrow_id}:2", amount="3")

    def work(door: Door) -> int:
        done = Applied()
        while one_round(door, done):
            continue
        return done.failed

    while market.one(
        "select count(*) from public.rail_reports where reference_id = any (%s) "
        "and applied_as is null", escrows,
    ):  # fmt: skip
        assert sum(crowd.rush([work] * 12)) == 0
        market.advance(seconds=16)
    assert set(market.states(escrows)) == {"funded"}
    assert market.rows(
        "select distinct count(*) from private.escrow_events where escrow_id = any (%s) "
        "and actor_role = 'rail' group by escrow_id", escrows,
    ) == [(2,)]  # fmt: skip
    prove(market)


def test_a_debt_is_set_off_once_by_payments_at_the_same_time(market: Market, crowd: Crowd) -> None:
    payer, payee = market.people(2)
    _destination(market, payee)
    first, *later = _funded(market, payer, payee, 5)
    assert _accept(payer, first)(market.door).done
    # On its way when the bank takes all of it back: the payee owes what it got.
    claimed = market.door.service_rpc("payouts_claim", {"rail": RAIL})
    # Claims of the races before this one may be over by now.
    assert [each["group_id"] for each in claimed if each["party_id"] == str(payee)] == [str(first)]
    case = {"escrow_id": str(first), "kind": "rail_reversal", "amount": "5",
            "provider_event_id": f"dp_{first}"}  # fmt: skip
    crowd.rush([lambda door: door.service_rpc("escrow_rail_case", {"command": case})] * 6)
    owed = "select amount::numeric, recovered_amount::numeric from public.receivables where party_id = %s"  # fmt: skip  # noqa: E501
    assert [tuple(map(float, row)) for row in market.rows(owed, payee)] == [(4.75, 0)]
    assert all(said.done for said in crowd.rush([_accept(payer, each) for each in later]))
    assert [tuple(map(float, row)) for row in market.rows(owed, payee)] == [(4.75, 4.75)]
    # 4.75 of the first pays the debt; the other three go out, whoever came second.
    assert _ordered_and_there(market, payee) == (3 * 4.75, 0)
    prove(market)


def _ordered_and_there(market: Market, party: UUID) -> tuple[float, float]:
    """What is on its way to a party, and what it has here."""
    ((ordered, there),) = market.rows(
        "select (select coalesce(sum(amount), 0) from public.payouts"
        " where party_id = %s and state = 'created')::float, available::float"
        " from public.wallets where party_id = %s and currency = %s", party, party, CURRENCY,
    )  # fmt: skip
    return ordered, there


def test_two_releases_that_wait_for_the_same_wallet_pay_a_debt_once(
    database: Cluster, market: Market, crowd: Crowd
) -> None:
    """Both are validated before either has posted: the second sees what the first has set off."""
    payer, payee = market.people(2)
    _destination(market, payee)
    first, *later = _funded(market, payer, payee, 3)
    assert _accept(payer, first)(market.door).done
    market.door.service_rpc("payouts_claim", {"rail": RAIL})
    case = {"escrow_id": str(first), "kind": "rail_reversal", "amount": "5",
            "provider_event_id": f"dp_{first}"}  # fmt: skip
    market.door.service_rpc("escrow_rail_case", {"command": case})
    doors = Door(database), Door(database)
    with ThreadPoolExecutor(2) as pool, psycopg.connect(database.url("postgres")) as holder:
        holder.execute(
            "select from public.wallets where party_id = %s and currency = %s and type = 'spot'"
            " for no key update", [payee, CURRENCY],
        )  # fmt: skip
        tasks = [
            pool.submit(_accept(payer, escrow), door)
            for escrow, door in zip(later, doors, strict=True)
        ]
        wait_for(market, 2)
        holder.rollback()
        assert all(task.result().done for task in tasks)
    for door in doors:
        door.close()
    assert _ordered_and_there(market, payee) == (4.75, 0)
    prove(market)


def test_a_report_of_a_rail_and_a_timer_meet(
    database: Cluster, market: Market, crowd: Crowd
) -> None:
    """Incident 14: money that came in time is never lost, whoever is first."""
    payer, payee = market.people(2)
    escrows = [_signed(market, payer, payee) for _ in range(6)]
    for escrow_id in escrows:
        _report(market, escrow_id, str(escrow_id))
    market.advance(hours=2)

    def void(door: Door) -> Any:
        decisions = [
            {"escrow_id": str(each), "expected_version": 3, "event": "timeout_void",
             "actor_kind": "timer"} for each in escrows
        ]  # fmt: skip
        return door.service_rpc("escrow_commit_many", {"decisions": decisions})

    def work(door: Door) -> None:
        try:
            one_round(door, Applied())
        except Problem as problem:
            raise AssertionError(problem.slug) from problem

    crowd.rush([work, void, work, void])
    market.advance(minutes=5)
    while one_round(market.door, Applied()):
        continue
    for escrow_id, state in zip(escrows, market.states(escrows), strict=True):
        kinds = market.rows(
            "select kind from public.payouts where id in (select private.payouts_of(%s))", escrow_id
        )
        assert (state, kinds) in (("funded", []), ("void", [("return",)]))
    prove(market)

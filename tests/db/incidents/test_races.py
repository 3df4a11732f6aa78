"""Incidents of other systems that were races, on real connections."""

from decimal import Decimal
from uuid import uuid4

from stack.cluster import Cluster
from tests.world.escrow import Escrow
from tests.world.lock_races import committed, race
from tests.world.trades import p2p_trade, sell_order, take_command
from tests.world.world import World


def _withdraw(world: World, party: object, amount: str) -> tuple[str, dict[str, object]]:
    return "ledger_move_external", {
        "kind": "withdrawal", "party_id": party, "currency": "BTC", "amount": amount,
        "reference": f"transfer {uuid4()}", "actor_id": world.operator, "aal": "aal2",
    }  # fmt: skip


def _events(escrow: Escrow) -> int:
    count: int = escrow.world.one(
        "select count(*) from private.escrow_events where escrow_id = %s", escrow.id
    )
    return count


def test_incident_01_one_held_amount_is_paid_out_once(database: Cluster) -> None:
    with committed(database) as world:
        escrow = p2p_trade(world)
        release = [("escrow_commit", escrow.decision("accept", "payer")) for _ in range(2)]
        first, second = race(database, *release)
        assert (first["state"], second) == ("released", "stale_version")
        assert world.balance(escrow.payee)[0] == Decimal("0.1995")
        assert world.problems() == []


def test_incident_02_two_withdrawals_of_one_balance(database: Cluster) -> None:
    with committed(database) as world:
        party = world.user()
        world.deposit(party, "1")
        first, second = race(
            database, _withdraw(world, party, "0.7"), _withdraw(world, party, "0.7")
        )
        assert first["transfer_id"]
        assert second == "insufficient_funds"
        assert world.balance(party) == (Decimal("0.3"), 0, 0)


def test_incident_05_a_stale_decision_undoes_nothing(database: Cluster) -> None:
    with committed(database) as world:
        escrow = p2p_trade(world)
        stale = ("escrow_commit", escrow.decision("offer_split", "payer"))
        fresh = ("escrow_commit", escrow.decision("perform", "payee"))
        first, second = race(database, fresh, stale)
        assert (first["state"], second) == ("performed", "stale_version")
        assert escrow.place == ("performed", "")
        assert _events(escrow) == 2


def test_incident_06_take_while_the_maker_cancels(database: Cluster) -> None:
    with committed(database) as world:
        order, maker = sell_order(world)
        cancel = ("order_cancel", {"order_id": order, "actor_id": maker})
        grab = ("order_take", take_command(order, world.user(), "0.4"))
        first, second = race(database, cancel, grab)
        assert (first["status"], second) == ("cancelled", "order_not_found")
        assert world.balance(maker) == (2, 0, 0)


def test_incident_06_cancel_while_a_taker_takes(database: Cluster) -> None:
    with committed(database) as world:
        order, maker = sell_order(world)
        cancel = ("order_cancel", {"order_id": order, "actor_id": maker})
        grab = ("order_take", take_command(order, world.user(), "0.4"))
        first, second = race(database, grab, cancel)
        assert first["trade_id"]
        assert second["status"] == "cancelled"
        assert world.balance(maker) == (Decimal("1.6"), 0, Decimal("0.4"))
        assert world.problems() == []


def test_incident_14_performed_as_the_window_closes(database: Cluster) -> None:
    """Both saw an open trade; the timer looks again under the lock."""
    with committed(database) as world:
        escrow = p2p_trade(world)
        sweep = escrow.decision("timeout_refund", "timer")
        paid = ("escrow_commit", escrow.decision("perform", "payee"))
        first, second = race(database, paid, ("escrow_commit", sweep))
        assert (first["state"], second) == ("performed", "stale_version")


def test_incident_15_both_cancel_at_once(database: Cluster) -> None:
    """The second consent is refused as stale; read anew, it is the acceptance."""
    with committed(database) as world:
        escrow = p2p_trade(world)
        cancel = {"payload": {"payee_amount": "0"}, "aal": "aal1"}
        both = [("escrow_commit", escrow.decision("offer_split", role) | cancel)
                for role in ("payer", "payee")]  # fmt: skip
        first, second = race(database, *both)
        assert (first["event"], second) == ("offer_split", "stale_version")
        assert escrow.commit("accept_split", "payee")["state"] == "refunded"
        # The part is listed again.
        assert world.balance(escrow.payer) == (1, 0, 1)


def test_incident_15_of_one_key_at_once_one_is_done(database: Cluster) -> None:
    with committed(database) as world:
        escrow = p2p_trade(world)
        twin = escrow.decision("perform", "payee") | {"idempotency_key": "twin"}
        first, second = race(database, ("escrow_commit", twin), ("escrow_commit", twin))
        assert second == first | {"replayed": True}
        assert _events(escrow) == 2

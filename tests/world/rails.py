"""Escrows on outside rails: how money comes in, goes out, and is taken back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from functions.escrow.apply_reports import Applied, one_round
from functions.escrow.snapshot import parse_snapshot
from functions.escrow.timer_rules import decide_timer
from shared.db_errors import problem_from_database
from tests.world.escrow import Escrow
from tests.world.screenings import all_clear
from tests.world.trades import signed
from tests.world.world import World, plain

ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
# SHA-256 of the key that deposit addresses come from.
FINGERPRINT = "f" * 64


def destination(world: World, party: UUID, rail: str = "base", address: str = ADDRESS) -> UUID:
    """Name where a party's money goes."""
    answer = world.command("payout_destination_set", actor_id=party, party_id=party, rail=rail,
                           address=address, aal="aal2")  # fmt: skip
    return UUID(answer["destination_id"])


def awaiting(world: World, rail: str = "base", **fields: Any) -> Escrow:
    """A signed escrow on a rail."""
    return signed(world, rail=rail, **fields)


def report(world: World, escrow: Escrow, event: str, kind: str = "funds", **fields: Any) -> bool:
    """A rail says something about an escrow."""
    row = escrow.row()
    rail = world.one("select rail::text from private.escrow_transactions where id = %s", escrow.id)
    values = {
        "rail": rail, "provider_event_id": event, "purpose": "escrow",
        "reference_id": str(escrow.id), "kind": kind,
        "currency": row.currency, "amount": str(row.amount), "reference": event,
        "provider_time": world.now().isoformat(),
    } | fields  # fmt: skip
    new: bool = world.one("select service.rail_report(%s)", Jsonb(values))
    return new


def released(world: World, rail: str = "base", **fields: Any) -> Escrow:
    """An escrow on a rail that was paid in and released."""
    made = awaiting(world, rail, **fields)
    made.commit("funds_confirmed", "rail")
    made.commit("accept", "payer")
    return made


def card(world: World, **fields: Any) -> Escrow:
    """A funded escrow that was paid by card."""
    made = awaiting(world, "stripe", **fields)
    report(world, made, f"ch_{made.id}")
    apply(world)
    assert made.place == ("funded", "")
    return made


def ended(world: World, *, takes_out: str = "395", **fields: Any) -> Escrow:
    """Paid by card, released, kept by the payee in the balance, and taken out by it."""
    made = card(world, **fields)
    made.commit("accept", "payer")
    keep_all(world, made)
    withdraw(world, made.payee, takes_out)
    return made


def keep_all(world: World, escrow: Escrow) -> None:
    """Whoever is paid by an escrow takes it into the balance."""
    for payout, party in world.rows(
        "select id, party_id from public.payouts"
        " where id in (select private.payouts_of(%s)) and state = 'created'", escrow.id,
    ):  # fmt: skip
        world.command("payout_keep", payout_id=payout, actor_id=party, aal="aal2")


def withdraw(world: World, party: UUID, amount: str, currency: str = "USD") -> None:
    world.command("ledger_move_external", kind="withdrawal", party_id=party, currency=currency,
                  amount=amount, actor_id=world.operator, aal="aal2")  # fmt: skip


class Worker:
    """shared.db.Database for a worker inside a world. dies_before: a command it never gives."""

    def __init__(self, world: World, *, dies_before: str = "") -> None:
        self._world, self._dies_before = world, dies_before

    def rpc(self, name: str, params: Mapping[str, Any], **how: Any) -> Any:
        raise NotImplementedError

    def service_rpc(self, name: str, params: Mapping[str, Any], *, repeatable: bool = False) -> Any:
        """Give a command. Raises Problem."""
        if name == self._dies_before:
            raise RuntimeError(name)
        query = sql.SQL("select service.{}({})").format(
            sql.Identifier(name),
            sql.SQL(", ").join(sql.SQL("{} => %s").format(sql.Identifier(each)) for each in params),
        )
        values = [Jsonb(plain(v)) if isinstance(v, dict) else v for v in params.values()]
        world = self._world
        try:
            with world.connection.transaction(), world.acting("service_role"):
                row = world.connection.execute(query, values).fetchone()
                world.settle()
        except psycopg.Error as error:
            seen = error.diag
            raise problem_from_database(
                error.sqlstate, seen.message_primary, seen.message_detail, seen.message_hint,
                signed_in=True,
            ) from error  # fmt: skip
        assert row is not None
        return row[0]


def apply(world: World, *, dies_before: str = "") -> Applied:
    """The worker of the reports looks until nothing is due."""
    done = Applied()
    while one_round(Worker(world, dies_before=dies_before), done):
        continue
    return done


def applied(world: World) -> list[str | None]:
    """What came of each report, oldest first."""
    return [row[0] for row in world.rows("select applied_as from public.rail_reports order by id")]


def claim(world: World, rail: str = "base") -> list[dict[str, Any]]:
    """The payments a worker takes on; nothing is known against where they go."""
    all_clear(Worker(world))
    taken: list[dict[str, Any]] = world.one("select service.payouts_claim(%s, 50)", rail)
    return taken


def outcome(world: World, payment: dict[str, Any], event: str, **fields: Any) -> dict[str, Any]:
    """What a worker says became of a payment."""
    said = {"id": payment["id"], "version": payment["version"], "event": event} | fields
    answer: dict[str, Any] = world.one("select service.payout_record(%s)", Jsonb(said))
    return answer


def payment_of(world: World, escrow: Escrow) -> tuple[str, Decimal]:
    """State and amount of the only payment of an escrow."""
    (row,) = world.rows(
        "select state::text, amount::numeric from public.payouts "
        "where id in (select private.payouts_of(%s))", escrow.id,
    )  # fmt: skip
    return row[0], row[1]


def payments(world: World, escrow: Escrow) -> list[tuple[Any, ...]]:
    """Kind, party, currency, amount and state of the payments of an escrow, oldest first."""
    return world.rows(
        "select kind, party_id, currency, amount::numeric, state::text "
        "from public.payouts where id in (select private.payouts_of(%s)) order by created_at, kind",
        escrow.id,
    )


def cost(world: World, event: str, amount: str = "0.59", **fields: Any) -> bool:
    """A rail takes a fee."""
    said = {"rail": "stripe", "provider_event_id": event, "currency": "USD", "amount": amount,
            "memo": "fee"} | fields  # fmt: skip
    posted: bool = world.one("select service.rail_cost(%s)", Jsonb(said))
    return posted


def rails(world: World, payer: UUID, payee: UUID) -> None:
    """A row in every table of the rails, of two people."""
    parties = (payer, payee)
    destination(world, payer)
    destination(world, payee)
    paid = released(world, parties=parties)
    case = world.one(
        "select service.escrow_rail_case(%s)",
        Jsonb({"escrow_id": str(paid.id), "kind": "rail_reversal", "amount": "100",
               "provider_event_id": f"dp_{paid.id}"}),
    )  # fmt: skip
    assert case["replayed"] is False
    waiting = awaiting(world, parties=parties)
    world.command(
        "escrow_deposit_begin",
        escrow_id=waiting.id,
        actor_id=payer,
        address_kind="evm",
        key_fingerprint=FINGERPRINT,
    )
    report(world, waiting, f"funds_{waiting.id}")
    report(world, waiting, f"too_large_{waiting.id}", amount="100000001")
    event = {"provider": "stripe", "event_id": f"evt_{payer}", "type": "charge.refunded",
             "body": "{}", "source": "webhook", "occurred_at": world.now().isoformat()}  # fmt: skip
    world.one("select service.webhook_receive(%s)", Jsonb([event]))


def paid_by_card(world: World, escrow: Escrow, reference: str) -> None:
    """The card payment that an escrow is paid with, when it was paid without asking how."""
    world.run(
        "insert into public.deposit_requests (id, purpose, reference_id, party_id, rail, currency,"
        " amount, provider_reference, requested_by, created_at) select gen_random_uuid(), 'escrow',"
        " e.id, e.payer_id, 'stripe', e.currency, e.amount, %s, e.payer_id, private.clock()"
        " from private.escrow_transactions as e where e.id = %s on conflict do nothing",
        reference, escrow.id,
    )  # fmt: skip


def sweep(world: World) -> list[str]:
    """The timer acts on what is due; the events it made."""
    with world.acting("service_role"):
        due = world.one("select service.escrow_due(500)")
    decisions = [decide_timer(parse_snapshot(each)).to_json() for each in due]
    if decisions:
        results = world.call("escrow_commit_many", plain(decisions))
        assert [each["refusal"] for each in results] == [None] * len(decisions)
    return [each["event"] for each in decisions]

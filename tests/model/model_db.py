"""The real database of a model run: one Postgres, whose clock each connection sets itself."""

import contextlib
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_loads

from shared.money import format_amount
from stack.cluster import SUPERUSER, Cluster
from stack.paths import SUPABASE
from stack.prepared import copy_prepared
from stack.rundirs import run_directory
from tests.model.things import Order
from tests.model.views import SQL, Difference, Scope
from tests.model.world import Body
from tests.world.openings import OPEN

# A frozen clock for each connection, so that the model knows every time to the microsecond.
CLOCK = """
create or replace function private.clock() returns timestamptz
language sql volatile set search_path = ''
as $$
    select coalesce(
        nullif(current_setting('model.now', true), '')::timestamptz, pg_catalog.clock_timestamp()
    )
$$
"""

COMMANDS: dict[str, LiteralString] = {
    name: f"select service.{name}(%s::jsonb)"
    for name in (
        "escrow_commit", "escrow_commit_many", "order_publish", "order_pause", "order_resume",
        "order_reprice", "order_cancel", "order_take",
        "ledger_move_external", "ledger_reverse", "escrow_claim",
        "halt", "halt_lift", "operator_request_confirm",
        "escrow_rail_case", "escrow_case_close", "escrow_rail_outcome",
        "payout_record", "payout_retry", "payout_keep", "payout_destination_set",
    )
}  # fmt: skip
SNAPSHOT_OF = """
select private.escrow_snapshot(e, %s, private.clock())
from private.escrow_transactions as e where e.id = %s
"""
SWEEPS: dict[str, LiteralString] = {
    name: f"select service.{name}(%s)"
    for name in ("escrow_due", "orders_expire", "escrow_cases_expire", "payouts_expire")
}


# Everything a story leaves behind; what refers to these goes with them.
LEFTOVERS = """
truncate private.escrow_transactions, private.escrow_events, public.p2p_orders, public.wallets,
    private.ledger_transfers, public.ledger_entries, public.ledger_reversals, public.audit_log,
    public.payout_destinations, public.outside_transfers, public.halts, public.operator_requests,
    private.idempotency_keys, private.outbox cascade
"""


@contextlib.contextmanager
def model_database(*, source: Path = SUPABASE) -> Iterator["Database"]:
    """A database of its own with the frozen clock, gone at the end of the block."""
    with run_directory() as folder:
        copy_prepared(folder / "data", source)
        cluster = Cluster(folder / "data")
        cluster.start()
        try:
            with cluster.connect() as owner:
                owner.execute(CLOCK)
                # The model knows nothing of addresses that somebody is warned of.
                owner.execute("delete from public.screening_rules")
                # Nor of destinations that wait: that is tested elsewhere.
                owner.execute("update public.rails set destination_wait = '0'")
                # Stories of months are told in seconds; what one may write is tested elsewhere.
                owner.execute(
                    "update private.quotas set max_in_window = null, in_window = null, "
                    "max_open = null"
                )
            with contextlib.closing(Database(cluster)) as database:
                yield database
        finally:
            cluster.stop()


def plain(value: Any) -> Any:
    """For json.dumps: amounts and times as the functions send them."""
    if isinstance(value, Decimal):
        return format_amount(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value))


class Refused(Exception):
    """The database refused; the code says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Database:
    """The two ways to the database: commands as service_role, and reads as the owner."""

    def __init__(self, cluster: Cluster) -> None:
        self.service = cluster.connect("authenticator")
        self.service.execute("set role service_role")
        self.owner = cluster.connect()
        self.client = cluster.connect("authenticator")
        self.admin = cluster.connect(SUPERUSER)
        # History that only grows can be emptied by nobody but a superuser past all triggers.
        self.admin.execute("set session_replication_role = replica")
        for connection in (self.service, self.owner):
            set_json_loads(partial(json.loads, parse_float=Decimal), connection)

    def close(self) -> None:
        for connection in (self.service, self.owner, self.client, self.admin):
            connection.close()

    def clear(self) -> None:
        """Forget every story, so that none meets another's rows."""
        self.admin.execute(LEFTOVERS)

    def set_clock(self, now: datetime) -> None:
        for connection in (self.service, self.owner, self.client):
            connection.execute("select set_config('model.now', %s, false)", [now.isoformat()])

    def command(self, name: str, body: Body | list[Body]) -> Any:
        """Give a command. Raises Refused, or Difference where there is no code for it."""
        return _asked(self.service, COMMANDS[name], json.dumps(body, default=plain))

    def sweep(self, name: str, rows: int) -> Any:
        return _asked(self.service, SWEEPS[name], rows)

    def claim(self, rail: str) -> list[dict[str, Any]]:
        """What a worker gets."""
        return self.service.execute(  # type: ignore[no-any-return]
            "select service.payouts_claim(%s, 500)", [rail]
        ).fetchone()[0]  # type: ignore[index]

    def snapshot(self, escrow_id: UUID, kind: str, user: UUID | None) -> dict[str, Any]:
        """What a function reads before it decides. Raises Refused."""
        if kind != "user":
            actor = {"id": None, "aal": "aal1", "roles": [kind]}
            return _plain(self.owner, SNAPSHOT_OF, [json.dumps(actor), escrow_id])
        with self.client.transaction():
            claims = {"sub": str(user), "role": "authenticated", "aal": "aal2"}
            self.client.execute("set local role authenticated")
            self.client.execute(
                "select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)]
            )
            return _plain(self.client, "select public.escrow_snapshot(%s)", [escrow_id])

    def read(self, scope: Scope, parties: list[UUID]) -> dict[str, Any]:
        """Everything that the model also keeps."""
        named = {
            "escrows": list(scope.escrows), "orders": list(scope.orders),
            "cases": list(scope.cases), "parties": parties,
        }  # fmt: skip
        row = self.owner.execute(SQL, named).fetchone()
        assert row is not None
        seen: dict[str, Any] = row[0]
        return seen

    def write_order(self, order: Order) -> None:
        """A draft, as PostgREST would insert it for its maker."""
        self.owner.execute(
            """insert into public.p2p_orders (id, user_id, type, cryptocurrency, fiat_currency,
               amount, price, min_order_amount, max_order_amount, payment_methods, time_limit,
               expires_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [order.id, order.maker, order.side, order.currency, order.fiat, order.amount,
             order.price, order.smallest, order.largest, list(order.methods),
             order.minutes, order.expires_at],
        )  # fmt: skip

    def open_escrow(self, terms: Body) -> UUID:
        """A proposal over these terms."""
        row = self.owner.execute(OPEN, [json.dumps(terms, default=plain)]).fetchone()
        assert row is not None
        made: UUID = row[0]
        return made

    def announce(self, escrow_id: UUID, author: UUID, sha256: str) -> None:
        """A file that both sides have announced."""
        self.owner.execute(
            "insert into public.evidence_uploads (id, escrow_id, author_role, author_id, purpose, "
            "sha256, name, media_type, size_bytes, created_at) select gen_random_uuid(), %s, side, "
            "%s, 'evidence', %s, 'receipt.pdf', 'application/pdf', 1024, private.clock() "
            "from unnest('{payer,payee}'::public.escrow_role[]) as side",
            [escrow_id, author, sha256],
        )

    def roll_up(self) -> None:
        self.service.execute("select service.ledger_rollup()")

    def problems(self) -> list[TupleRow]:
        """What is wrong with the books."""
        return self.owner.execute("select * from ledger.verify()").fetchall()


def _plain(
    connection: psycopg.Connection[TupleRow], sql: LiteralString, arguments: list[Any]
) -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            set_json_loads(json.loads, cursor)
            row = cursor.execute(sql, arguments).fetchone()
    except psycopg.Error as error:
        raise _refusal(error) from error
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def _asked(connection: psycopg.Connection[TupleRow], sql: LiteralString, argument: Any) -> Any:
    try:
        row = connection.execute(sql, [argument]).fetchone()
    except psycopg.Error as error:
        raise _refusal(error) from error
    assert row is not None
    return row[0]


def _refusal(error: psycopg.Error) -> Exception:
    state, message = error.sqlstate or "", error.diag.message_primary or ""
    if state.startswith("PT4"):
        return Refused(message)
    if state == psycopg.errors.UniqueViolation.sqlstate:
        return Refused("duplicate")
    return Difference(f"SQLSTATE {state}: {message} {error.diag.context or ''}")

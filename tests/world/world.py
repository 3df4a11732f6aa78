"""A small world inside one transaction: people, money, time and commands.

Commands go through the functions of schema service as service_role, one at a
time, and the deferred checks run after each, as a commit would run them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from stack.people import KNOWN, UNLIMITED, UNTOLD

Connection = psycopg.Connection[Any]

PLATFORM = UUID("00000000-0000-4000-8000-000000000001")
OUTSIDE = UUID("00000000-0000-4000-8000-000000000002")
ARBITERS = 6
_DOMAIN = "@holdfast.test"

_serial = count(1)


def plain(value: Any) -> Any:
    """A value as JSON carries it: amounts, ids and times are strings."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


_STAFF: LiteralString = (
    "select m.role, array_agg(m.user_id order by u.email) from public.party_members as m "
    "join auth.users as u on u.id = m.user_id "
    "where m.party_id = %s and u.email like %s and m.role in ('operator', 'arbiter') group by 1"
)


class World:
    """People and commands on a connection of the owner. rail: of contracts that name none.

    Its operator and arbiters are those that the database has from a World that was committed
    before, or new ones.
    """

    rail = "base"

    def __init__(self, connection: Connection, *, arbiters: int = ARBITERS) -> None:
        self.connection = connection
        staff: dict[str, list[UUID]] = dict(self.rows(_STAFF, PLATFORM, f"%{_DOMAIN}"))
        if "operator" not in staff:
            staff["operator"] = [self.user(name) for name in ("operator", "operator2")]
            for operator in staff["operator"]:
                self._employ(operator, "operator")
        self.operator, self.second_operator = staff["operator"]
        self.arbiters: list[UUID] = staff.get("arbiter", [])[:arbiters]
        if len(self.arbiters) == arbiters:
            return
        # Arbiters of other data would make assignment depend on their load.
        self.run("delete from public.party_members where role = 'arbiter'")
        self.arbiters = [self.user(f"arbiter{n}") for n in range(arbiters)]
        for arbiter in self.arbiters:
            self._employ(arbiter, "arbiter")

    def run(self, query: LiteralString | sql.Composed, *values: Any) -> int:
        """Run a statement as the owner; how many rows it touched."""
        return self.connection.execute(query, values or None).rowcount

    def rows(self, query: LiteralString | sql.Composed, *values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, values or None).fetchall()

    def one(self, query: LiteralString | sql.Composed, *values: Any) -> Any:
        """The only column of the only row."""
        rows = self.rows(query, *values)
        assert len(rows) == 1, f"{len(rows)} rows: {query}"
        assert len(rows[0]) == 1
        return rows[0][0]

    def user(self, name: str = "user", *, limited: bool = False) -> UUID:
        """A new person, whom no limit holds up; limited: as sign-up makes one."""
        made: UUID = self.one(
            "insert into auth.users (id, email, email_confirmed_at)"
            " values (gen_random_uuid(), %s, now()) returning id",
            f"{name}-{next(_serial)}{_DOMAIN}",
        )
        if not limited:
            self.run(UNLIMITED, made)
            self.run(UNTOLD, made)
            self.run(KNOWN, made)
        return made

    def _employ(self, user: UUID, role: str) -> None:
        self.join(PLATFORM, user, role)

    def join(self, party: UUID, user: UUID, role: str) -> None:
        """Make a person a member of a party."""
        self.run("insert into public.party_members values (%s, %s, %s)", party, user, role)

    def now(self) -> datetime:
        moment: datetime = self.one("select private.clock()")
        return moment

    def advance(self, **amount: float) -> None:
        """Move the product's clock until the end of this transaction."""
        self.run("update stack.clock_offset set amount = amount + %s", timedelta(**amount))

    def advance_to(self, moment: datetime) -> None:
        self.run("update stack.clock_offset set amount = %s - pg_catalog.clock_timestamp()", moment)

    @contextmanager
    def acting(self, role: str) -> Iterator[None]:
        """Run the block as a role of the API."""
        self.connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        yield
        self.connection.execute("reset role")

    def call(self, function: LiteralString, command: dict[str, Any]) -> Any:
        """Call service.<function>(jsonb) as service_role, then check as a commit would."""
        query = sql.SQL("select service.{}(%s)").format(sql.Identifier(function))
        with self.acting("service_role"):
            row = self.connection.execute(query, [Jsonb(plain(command))]).fetchone()
            # As the caller: deferred triggers run as whoever commits.
            self.settle()
        assert row
        return row[0]

    def command(self, function: LiteralString, **fields: Any) -> Any:
        """Call a command with a key of its own, unless one is given."""
        fields.setdefault("idempotency_key", f"key-{next(_serial)}")
        fields.setdefault("request_hash", "hash")
        if function == "ledger_move_external":
            # The bank's name of a transfer: another one each time, unless the test says so.
            fields.setdefault("reference", f"transfer {next(_serial)}")
        return self.call(function, fields)

    def settle(self) -> None:
        """Run the deferred checks now, as a commit would."""
        self.connection.execute("set constraints all immediate")
        self.connection.execute("set constraints all deferred")

    def deposit(self, party: UUID, amount: Decimal | str, currency: str = "BTC") -> UUID:
        """Give a party money; the transfer's id."""
        answer = self.command(
            "ledger_move_external", kind="deposit", party_id=party, currency=currency,
            amount=amount, actor_id=self.operator, aal="aal2",
        )  # fmt: skip
        if "request_id" in answer:
            # More than one operator does alone.
            confirmed = self.command(
                "operator_request_confirm", request_id=answer["request_id"],
                command_hash=answer["command_hash"], actor_id=self.second_operator, aal="aal2",
            )  # fmt: skip
            answer = confirmed["answer"]
        return UUID(answer["transfer_id"])

    def wallet(self, party: UUID, currency: str = "BTC", kind: str = "spot") -> UUID:
        found: UUID = self.one(
            "select id from public.wallets where party_id = %s and currency = %s and type = %s",
            party, currency, kind,
        )  # fmt: skip
        return found

    def balance(
        self, party: UUID, currency: str = "BTC", kind: str = "spot"
    ) -> tuple[Any, Any, Any]:
        """Available, pending and locked; zeroes where there is no wallet."""
        rows = self.rows(
            "select available::numeric, pending::numeric, locked::numeric "
            "from public.wallet_balances where party_id = %s and currency = %s and type = %s",
            party, currency, kind,
        )  # fmt: skip
        available, pending, locked = rows[0] if rows else (Decimal(0),) * 3
        return available, pending, locked

    def problems(self) -> list[str]:
        """What ledger.verify() finds, by name."""
        return [row[0] for row in self.rows("select problem from ledger.verify() order by 1")]

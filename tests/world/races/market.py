"""People, money and open trades for a race, made quickly."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg import sql
from psycopg.types.json import Jsonb

from stack.cluster import Cluster
from stack.payment_accounts import let_be_paid
from stack.people import OLGA, UNLIMITED, UNTOLD
from tests.world.openings import OPEN
from tests.world.races import commands
from tests.world.races.direct_db import Door


class Market:
    """Sets scenes, one command after the other, and looks at what came of them."""

    def __init__(self, cluster: Cluster) -> None:
        self.owner = cluster.connect()
        self.door = Door(cluster)

    def close(self) -> None:
        self.owner.close()
        self.door.close()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.owner.execute(query.encode(), values or None).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        """The only column of the only row."""
        ((value,),) = self.rows(query, *values)
        return value

    def people(self, number: int, deposit: str = "0", *, limited: bool = False) -> list[UUID]:
        """New people; each has the deposit in BTC unless it is 0, and no limits unless limited."""
        made = [uuid4() for _ in range(number)]
        with self.owner.cursor() as cursor:
            cursor.executemany(
                "insert into auth.users (id, email, email_confirmed_at) values (%s, %s, now())",
                [(person, f"{person}@example.com") for person in made],
            )
            if not limited:
                cursor.executemany(UNLIMITED, [(person,) for person in made])
                cursor.executemany(UNTOLD, [(person,) for person in made])
        if deposit != "0":
            for person in made:
                assert deposited(self.door, person, deposit).done
        return made

    def order(self, maker: UUID, amount: str = "1", **fields: Any) -> UUID:
        """A published sell order of a maker who has the money."""
        order_id = self.draft(maker, amount, **fields)
        _done(commands.order(maker, order_id, "publish")(self.door))
        return order_id

    def draft(self, maker: UUID, amount: str = "1", **fields: Any) -> UUID:
        values: dict[str, Any] = {
            "id": uuid4(), "user_id": maker, "type": "sell", "cryptocurrency": "BTC",
            "fiat_currency": "USD", "amount": amount, "price": commands.PRICE,
            "min_order_amount": "0.001", "max_order_amount": amount, "payment_methods": ["sepa"],
        } | fields  # fmt: skip
        insert = sql.SQL("insert into public.p2p_orders ({}) values ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        )
        let_be_paid(self.owner, maker, values["payment_methods"])
        self.owner.execute(insert, list(values.values()))
        made: UUID = values["id"]
        return made

    def trade(self, order_id: UUID, taker: UUID, amount: str = "0.01") -> UUID:
        """An open trade over a part of an order."""
        return UUID(_done(commands.take(taker, order_id, amount)(self.door)).body["trade_id"])

    def contract(self, payer: UUID, payee: UUID, **terms: str) -> UUID:
        """A proposed escrow of the marketplace."""
        parties = {"payer_id": str(payer), "payee_id": str(payee), "policy_id": "market_goods"}
        made: UUID = self.one(OPEN, Jsonb(parties | terms))
        return made

    def states(self, trades: list[UUID]) -> list[str]:
        """The states of escrows, in their order."""
        found = dict(
            self.rows(
                "select id, state::text from private.escrow_transactions where id = any (%s)",
                trades,
            )
        )
        return [found[each] for each in trades]

    def now(self) -> datetime:
        moment: datetime = self.one("select private.clock()")
        return moment

    def advance(self, **amount: float) -> None:
        """Move the clock of everybody."""
        self.owner.execute(
            "update stack.clock_offset set amount = amount + %s", [timedelta(**amount)]
        )

    def problems(self) -> list[tuple[Any, ...]]:
        """What is wrong with the books."""
        return self.rows("select * from ledger.verify()")


def moved(door: Door, kind: str, party: UUID, amount: str, key: str | None = None) -> commands.Said:
    """An operator books money that comes or goes."""
    key = key or str(uuid4())
    return commands.service(
        door, "ledger_move_external", kind=kind, party_id=party, currency="BTC", amount=amount,
        actor_id=OLGA.id, aal="aal2", idempotency_key=key, request_hash="hash", reference=key,
    )  # fmt: skip


def deposited(door: Door, party: UUID, amount: str) -> commands.Said:
    return moved(door, "deposit", party, amount)


def _done(said: commands.Said) -> commands.Said:
    assert said.done, said.code
    return said

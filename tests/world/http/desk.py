"""Desk: a person at the HTTP API, and the scenes tests begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from stack.payment_accounts import let_be_paid
from stack.people import OLGA
from stack.stack import Stack

TRADED = "0.1"
HELD_TOTAL = "1"
PRICE = "50000"
RULING = {
    "payer_amount": "0.04",
    "payee_amount": "0.06",
    "reason": "partly_paid",
    "grounds": "The bank statement shows 60 percent.",
}

ATTESTED = {"payer_name_matches": True}


@dataclass(frozen=True)
class Reply:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["content-type"] == "application/problem+json", self.body
        return str(self.body["code"])

    @property
    def replayed(self) -> bool:
        return self.headers.get("idempotency-replayed") == "true"


class Desk:
    """Sends commands as anybody."""

    def __init__(self, stack: Stack, http: httpx.Client) -> None:
        self.stack = stack
        self._http = http

    def post(
        self,
        who: UUID | None,
        path: str,
        body: Any = None,
        *,
        aal: str = "aal2",
        key: str | None = None,
        **headers: str,
    ) -> Reply:
        """One command; who: None sends no token."""
        sent = {"Idempotency-Key": key or str(uuid4()), **headers}
        if who is not None:
            sent.setdefault("Authorization", f"Bearer {self.stack.token(who, aal=aal)}")
        answer = self._http.post(path, json={} if body is None else body, headers=sent)
        return Reply(answer.status_code, answer.headers, answer.json())

    def done(self, who: UUID, path: str, body: Any = None, **options: Any) -> Any:
        """The body of a command that must succeed."""
        reply = self.post(who, path, body, **options)
        assert reply.status in (200, 201), reply.body
        return reply.body

    def write(
        self, who: UUID, method: str, path: str, row: Any = None, *, aal: str = "aal2"
    ) -> Reply:
        """A row written over PostgREST: POST, PATCH or DELETE."""
        headers = {"Authorization": f"Bearer {self.stack.token(who, aal=aal)}"}
        answer = self._http.request(method, f"/rest/v1{path}", json=row, headers=headers)
        return Reply(answer.status_code, answer.headers, answer.json() if answer.content else None)

    def read(self, who: UUID, path: str, *, aal: str = "aal1") -> Any:
        """Rows over PostgREST."""
        headers = {"Authorization": f"Bearer {self.stack.token(who, aal=aal)}"}
        return self._http.get(f"/rest/v1{path}", headers=headers).json()

    def call(self, who: UUID, name: str, *, aal: str = "aal1") -> Any:
        """Answer of a function of the database without arguments."""
        headers = {"Authorization": f"Bearer {self.stack.token(who, aal=aal)}"}
        return self._http.post(f"/rest/v1/rpc/{name}", json={}, headers=headers).json()

    def book(self, who: UUID, side: str, crypto: str = "BTC", fiat: str = "USD") -> list[Any]:
        """Every line of one book, read page after page."""
        query = f"/rpc/p2p_book?side={side}&cryptocurrency={crypto}&fiat_currency={fiat}"
        lines: list[Any] = []
        page = self.read(who, query)
        while page:
            lines += page
            last = page[-1]
            page = self.read(who, f"{query}&after_price={last['price']}&after_id={last['id']}")
        return lines

    def draft(self, maker: UUID, **fields: Any) -> str:
        """A draft order, written over PostgREST; who sells can be paid."""
        order = {
            "user_id": str(maker),
            "type": "sell",
            "cryptocurrency": "BTC",
            "fiat_currency": "USD",
            "amount": HELD_TOTAL,
            "price": PRICE,
            "min_order_amount": "0.01",
            "max_order_amount": HELD_TOTAL,
            "payment_methods": ["sepa"],
            **fields,
        }
        if order["type"] == "sell":
            self.let_be_paid(maker, order["payment_methods"])
        headers = {
            "Authorization": f"Bearer {self.stack.token(maker)}",
            "Prefer": "return=representation",
        }
        answer = self._http.post("/rest/v1/p2p_orders", json=order, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()[0]["id"])

    def let_be_paid(self, seller: UUID, methods: Sequence[str] = ("sepa",)) -> None:
        """A seller has an account for each of these payment methods."""
        with self.stack.connect() as connection:
            let_be_paid(connection, seller, methods)

    def auto_reply(self, maker: UUID, order_id: str, text: str) -> None:
        """What the maker tells whoever takes the draft, written over PostgREST."""
        answer = self._http.post(
            "/rest/v1/p2p_auto_replies",
            json={"order_id": order_id, "auto_reply": text},
            headers={"Authorization": f"Bearer {self.stack.token(maker, aal='aal2')}"},
        )
        assert answer.status_code == 201, answer.text

    def deposit(self, party: UUID, amount: str = "2") -> Any:
        body = {
            "party_id": str(party), "currency": "BTC", "amount": amount, "reference": str(uuid4()),
        }  # fmt: skip
        return self.done(OLGA.id, "/deposits", body)


@dataclass(frozen=True)
class Trade:
    """An open trade of two new people: seller pays in crypto, buyer performs."""

    desk: Desk
    seller: UUID
    buyer: UUID
    order_id: str
    id: str

    def post(self, who: UUID, word: str, body: Any = None, **options: Any) -> Reply:
        return self.desk.post(who, f"/escrows/{self.id}/{word}", body, **options)

    def done(self, who: UUID, word: str, body: Any = None, **options: Any) -> Any:
        return self.desk.done(who, f"/escrows/{self.id}/{word}", body, **options)

    def dispute(self) -> None:
        """Both sides have submitted their statements; an arbiter is assigned."""
        self.done(self.buyer, "mark-paid")
        self.done(self.seller, "dispute", {"reason": "not_paid"})
        self.done(self.seller, "statement", {"body": "Nothing came."})
        self.done(self.buyer, "statement", {"body": "I paid at noon."})

    def arbiter(self) -> UUID:
        """Who has the case now."""
        with self.desk.stack.connect() as connection:
            found = connection.execute(
                "select arbiter_id from public.disputes"
                " where escrow_id = %s and status = 'pending'",
                [self.id],
            ).fetchone()
        assert found is not None
        return UUID(str(found[0]))


def open_trade(desk: Desk, amount: str = TRADED) -> Trade:
    """A taken part of a published sell order."""
    seller, buyer = desk.stack.create_user(), desk.stack.create_user()
    desk.deposit(seller)
    order_id = desk.draft(seller)
    desk.done(seller, f"/orders/{order_id}/publish")
    taken = desk.done(
        buyer, f"/orders/{order_id}/take", {"amount": amount, "expected_price": PRICE}
    )
    return Trade(desk, seller, buyer, order_id, taken["trade_id"])

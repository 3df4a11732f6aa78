"""Somebody signed in: reads and drafts over PostgREST, commands over HTTP."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
from postgrest import ReturnMethod

from stack.payment_accounts import FIELDS
from stack.stack import Stack
from supabase import Client, ClientOptions, create_client


@dataclass(frozen=True)
class Answer:
    """What a command got back."""

    status: int
    body: Mapping[str, Any]
    replayed: bool = False

    @property
    def outcome(self) -> str:
        """The status with the code of a refusal or the state that came of the command."""
        body = self.body
        if "code" in body:
            return f"{self.status} {body['code']}"
        state = body.get("state") or body.get("status") or ""
        phase = body.get("phase")
        return f"{self.status} {state}{f' · {phase}' if phase else ''}".rstrip()


@dataclass(frozen=True)
class Balance:
    """One wallet, in its currency."""

    available: Decimal
    locked: Decimal

    @property
    def total(self) -> Decimal:
        return self.available + self.locked


def balance(available: str, locked: str = "0") -> Balance:
    return Balance(Decimal(available), Decimal(locked))


class User:
    """A person with a token of their own; nothing here knows more than a client may."""

    def __init__(self, stack: Stack, http: httpx.Client, name: str, user_id: UUID) -> None:
        self.name = name
        self.id = str(user_id)
        self._stack = stack
        self._http = http
        options = ClientOptions(
            headers={"Authorization": f"Bearer {stack.token(user_id, aal='aal2')}"}
        )
        self.rest: Client = create_client(stack.url, stack.anon_key, options)

    def token(self, aal: str) -> str:
        """A token of this person at a level."""
        return self._stack.token(self.id, aal=aal)

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        aal: str = "aal1",
        key: str | None = None,
    ) -> Answer:
        """Give a command, with a new Idempotency-Key unless one is named."""
        response = self._http.post(
            path,
            content=json.dumps(body or {}),
            headers={
                "Authorization": f"Bearer {self.token(aal)}",
                "Content-Type": "application/json",
                "Idempotency-Key": key or str(uuid4()),
            },
        )
        replayed = response.headers.get("Idempotency-Replayed") == "true"
        return Answer(response.status_code, response.json(), replayed)

    def read(self, table: str, columns: str = "*", **where: str) -> list[dict[str, Any]]:
        """The rows that row level security lets this person see."""
        query = self.rest.table(table).select(columns)
        for column, value in where.items():
            query = query.eq(column, value)
        return cast("list[dict[str, Any]]", query.execute().data)

    def call(self, function: str, **arguments: Any) -> Any:
        """What a function of the API answers this person."""
        return self.rest.rpc(function, arguments).execute().data

    def write(self, table: str, **row: Any) -> None:
        """Write a row of one's own."""
        self.rest.table(table).insert(row, returning=ReturnMethod.minimal).execute()

    def draft(self, **order: Any) -> str:
        """Write a draft order; its id. Who sells writes down where to be paid first."""
        if order["type"] == "sell":
            known = {row["method"] for row in self.read("payment_accounts", "method")}
            for method in set(order["payment_methods"]) - known:
                (row,) = self.read("payment_methods", "fields", id=method)
                fields = {each["name"]: FIELDS[each["name"]] for each in row["fields"]
                          if each["required"]}  # fmt: skip
                self.write("payment_accounts", user_id=self.id, method=method, fields=fields)
        made = self.rest.table("p2p_orders").insert({"user_id": self.id, **order}).execute().data
        return str(cast("list[dict[str, Any]]", made)[0]["id"])

    def balance(self, currency: str) -> Balance:
        """What this person owns."""
        rows = self.read("wallet_balances", party_id=self.id, currency=currency, type="spot")
        if not rows:
            return balance("0")
        return balance(rows[0]["available"], rows[0]["locked"])

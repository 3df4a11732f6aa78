"""Where people of tests are paid: who sells has an account for each payment method."""

from collections.abc import Iterable
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

FIELDS = {
    "holder": "Alice Example",
    "iban": "DE89370400440532013000",
    "account": "12345678",
    "bank": "Example Bank",
    "sort_code": "12-34-56",
    "email": "alice@example.com",
    "phone": "+254700000000",
    "key": "alice@example.com",
}

_WRITE: LiteralString = """
insert into public.payment_accounts (user_id, method, fields)
select %(owner)s, m.id, (
    select jsonb_object_agg(f ->> 'name', %(fields)s::jsonb -> (f ->> 'name'))
    from jsonb_array_elements(m.fields) as f where (f ->> 'required')::boolean
)
from public.payment_methods as m
where (%(methods)s::text[] is null or m.id = any (%(methods)s)) and not exists (
    select from public.payment_accounts as a where a.user_id = %(owner)s and a.method = m.id
)
"""
_UNTOLD: LiteralString = (
    "delete from private.outbox where object_type = 'payment_account' and object_id in "
    "(select id from public.payment_accounts where user_id = %(owner)s)"
)


def let_be_paid(
    connection: psycopg.Connection[Any], owner: UUID, methods: Iterable[str] | None = None
) -> None:
    """Statements of the database's owner: a party that has no account for these payment methods
    (None: for any) gets one, and nobody is told."""
    values = {
        "owner": owner,
        "fields": Jsonb(FIELDS),
        "methods": None if methods is None else list(methods),
    }
    if connection.execute(_WRITE, values).rowcount:
        connection.execute(_UNTOLD, values)

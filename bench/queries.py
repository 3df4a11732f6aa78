"""Queries that apps ask. Each names the rows it wants: row level security adds its own filter."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Query:
    """One question in SQL and as a path of PostgREST; {me}, {trade}, {wallet} stand for ids."""

    name: str
    sql: str
    path: str

    def filled(self, ids: Mapping[str, str]) -> "Query":
        quoted = {name: f"'{value}'" for name, value in ids.items()}
        return Query(self.name, self.sql.format(**quoted), self.path.format(**ids))


QUERIES = (
    Query(
        "own trades",
        "select id, status, amount, price, created_at from p2p_trades"
        " where seller_id = {me} order by created_at desc limit 20",
        "/p2p_trades?select=id,status,amount,price,created_at"
        "&seller_id=eq.{me}&order=created_at.desc&limit=20",
    ),
    Query(
        "one trade",
        "select * from p2p_trades where id = {trade}",
        "/p2p_trades?id=eq.{trade}",
    ),
    Query(
        "its escrow",
        "select id, state, amount, version, expires_at from escrow_transactions where id = {trade}",
        "/escrow_transactions?select=id,state,amount,version,expires_at&id=eq.{trade}",
    ),
    Query(
        "its history",
        "select version, event, actor_role, created_at from escrow_events"
        " where escrow_id = {trade} order by version",
        "/escrow_events?select=version,event,actor_role,created_at"
        "&escrow_id=eq.{trade}&order=version",
    ),
    Query(
        "own balances",
        "select currency, type, available, pending, locked from wallet_balances"
        " where party_id = {me} order by currency, type",
        "/wallet_balances?select=currency,type,available,pending,locked"
        "&party_id=eq.{me}&order=currency,type",
    ),
    Query(
        "last 50 entries",
        "select id, bucket, amount, balance_after, created_at from ledger_entries"
        " where wallet_id = {wallet} order by seq desc limit 50",
        "/ledger_entries?select=id,bucket,amount,balance_after,created_at"
        "&wallet_id=eq.{wallet}&order=seq.desc&limit=50",
    ),
    Query(
        "order book",
        "select id, price, remaining from p2p_orders where status = 'active'"
        " and cryptocurrency = 'BTC' and fiat_currency = 'USD' and type = 'sell'"
        " order by price, id limit 50",
        "/p2p_orders?select=id,price,remaining&status=eq.active&cryptocurrency=eq.BTC"
        "&fiat_currency=eq.USD&type=eq.sell&order=price,id&limit=50",
    ),
)

"""The sources of prices. One that fails stops no other."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.http_client import Client, SourceFailed
from shared.telemetry import logger

from .price_rules import Pair, Quote

Name = tuple[str, str]
Quotes = Mapping[Name, Quote]
Source = Callable[[Iterable[Pair], datetime], Quotes]
"""Quotes by cryptocurrency and fiat currency. Raises SourceFailed."""


def coingecko(client: Client, key: str | None = None) -> Source:
    """CoinGecko's simple price: all coins in one question, each with the time of its price."""
    header = "x-cg-pro-api-key" if "//pro-api." in client.origin else "x-cg-demo-api-key"
    headers = {header: key} if key else {}

    def ask(pairs: Iterable[Pair], now: datetime) -> Quotes:
        known = [pair for pair in pairs if pair.coingecko_id]
        query = {
            "ids": ",".join(sorted({str(pair.coingecko_id) for pair in known})),
            "vs_currencies": ",".join(sorted({pair.fiat_currency.lower() for pair in known})),
            "include_last_updated_at": "true",
            "precision": "full",
        }
        told = _object(client.get("/api/v3/simple/price", query, headers))
        found: dict[Name, Quote] = {}
        for pair in known:
            coin = told.get(str(pair.coingecko_id))
            price = _decimal(_field(coin, pair.fiat_currency.lower()))
            as_of = _time(_field(coin, "last_updated_at"))
            if price is not None and as_of is not None:
                found[pair.cryptocurrency, pair.fiat_currency] = Quote("coingecko", price, as_of)
        return found

    return ask


def coinbase(client: Client) -> Source:
    """Coinbase's exchange rates: one question for each coin; they are of the moment asked."""

    def ask(pairs: Iterable[Pair], now: datetime) -> Quotes:
        of_symbol: dict[str, list[Pair]] = {}
        for pair in pairs:
            of_symbol.setdefault(pair.symbol, []).append(pair)
        found: dict[Name, Quote] = {}
        for symbol, named in of_symbol.items():
            told = client.get("/v2/exchange-rates", {"currency": symbol}, {}, missing=(400,))
            if told is None:
                continue
            data = _object(told).get("data")
            for pair in named:
                price = _decimal(_field(_field(data, "rates"), pair.fiat_currency))
                if price is not None and _field(data, "currency") == symbol:
                    found[pair.cryptocurrency, pair.fiat_currency] = Quote("coinbase", price, now)
        return found

    return ask


def ask_all(
    sources: Mapping[str, Source], pairs: Iterable[Pair], now: datetime
) -> tuple[dict[Name, list[Quote]], list[str]]:
    """Every quote of every source by pair, and the sources that failed."""
    wanted = list(pairs)

    def ask(name: str) -> Quotes | None:
        try:
            return sources[name](wanted, now)
        except SourceFailed as failure:
            logger.warning("price source failed", source=name, reason=str(failure))
            return None

    quotes: dict[Name, list[Quote]] = {}
    failed = []
    with ThreadPoolExecutor(max(1, len(sources))) as pool:
        for name, told in zip(sources, pool.map(ask, sources), strict=True):
            if told is None:
                failed.append(name)
            for pair, quote in (told or {}).items():
                quotes.setdefault(pair, []).append(quote)
    return quotes, failed


def _object(told: Any) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise SourceFailed("the answer is no object")
    return told


def _field(told: Any, name: str) -> Any:
    return told.get(name) if isinstance(told, dict) else None


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, str | Decimal) else None
    except InvalidOperation:
        return None


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(value), UTC) if isinstance(value, Decimal) else None
    except (ValueError, OverflowError, OSError):
        return None

"""The stand-in for sources of prices tells what the real ones tell, and fails as they do."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from stack.stand_ins.price_source import PriceSource

_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def source() -> Iterator[PriceSource]:
    with PriceSource(clock=lambda: _NOW) as source:
        source.set("BTC", "USD", "65000.123456789012")
        source.set("BTC", "EUR", "60000")
        source.set("ETH", "USD", "3000.5")
        yield source


def _coingecko(source: PriceSource, **changed: str) -> httpx.Response:
    query = {
        "ids": "bitcoin,ethereum,no-such-coin", "vs_currencies": "usd,eur",
        "include_last_updated_at": "true", "precision": "full",
    } | changed  # fmt: skip
    return httpx.get(f"{source.url}/api/v3/simple/price", params=query, timeout=5)


def _coinbase(source: PriceSource, currency: str = "BTC") -> httpx.Response:
    query = {"currency": currency}
    return httpx.get(f"{source.url}/v2/exchange-rates", params=query, timeout=5)


def test_coingecko_tells_every_decimal_and_the_time(source: PriceSource) -> None:
    answer = _coingecko(source)

    assert answer.status_code == 200
    assert answer.text == (
        '{"bitcoin":{"usd":65000.123456789012,"eur":60000,"last_updated_at":1795262400},'
        '"ethereum":{"usd":3000.5,"last_updated_at":1795262400}}'
    )


def test_coingecko_rounds_and_keeps_the_time_to_itself_unless_asked(source: PriceSource) -> None:
    answer = _coingecko(source, precision="", include_last_updated_at="", ids="bitcoin")

    assert answer.text == '{"bitcoin":{"usd":65000.12,"eur":60000.00}}'


def test_coingecko_needs_its_parameters_and_its_key(source: PriceSource) -> None:
    assert _coingecko(source, ids="").status_code == 422
    source.coingecko.key = "CG-key"
    assert _coingecko(source).json()["status"]["error_code"] == 10002


def test_coinbase_tells_text_and_knows_no_strangers(source: PriceSource) -> None:
    assert _coinbase(source).json() == {
        "data": {"currency": "BTC", "rates": {"USD": "65000.123456789012", "EUR": "60000"}}
    }
    assert _coinbase(source, "XXX").status_code == 400


def test_one_lags_while_the_other_follows_the_market(source: PriceSource) -> None:
    source.coingecko.lag(minutes=20)
    source.set("BTC", "USD", "70000")

    late = _coingecko(source).json()["bitcoin"]
    assert late["last_updated_at"] == 1795262400 - 1200
    assert round(late["usd"], 2) == 65000.12
    assert _coinbase(source).json()["data"]["rates"]["USD"] == "70000"


def test_one_lies_and_forgets(source: PriceSource) -> None:
    source.coinbase.lie("BTC", "EUR")
    source.coingecko.forget("BTC", "USD")

    assert _coinbase(source).json()["data"]["rates"]["EUR"] == "600000"
    assert _coingecko(source).json()["bitcoin"].keys() == {"eur", "last_updated_at"}


def test_failures_are_those_of_one_source_and_pass(source: PriceSource) -> None:
    source.coingecko.fail(503)
    assert _coingecko(source).status_code == 503
    source.coingecko.limit("17")
    limited = _coingecko(source)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "17")
    assert limited.json()["status"]["error_code"] == 429
    source.coingecko.talk_nonsense()
    assert _coingecko(source).text.startswith("<html>")
    source.coingecko.drop_out()
    with pytest.raises(httpx.RemoteProtocolError):
        _coingecko(source)
    source.coingecko.hang()
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{source.url}/api/v3/simple/price", timeout=0.5)
    assert _coinbase(source).status_code == 200

    source.coingecko.behave()
    assert _coingecko(source).status_code == 200

"""Sources of prices in one stand-in: CoinGecko's simple price, Coinbase's exchange rates, and
the reference rates of the European Central Bank.

Prices are set once and told by both. Each source can be told to lag, lie, fail, drop out,
hang, limit or answer nonsense without the other noticing.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from stack.stand_ins.behaviour import drop, hang, status, too_many
from stack.stand_ins.loopback import Behaviour, Loopback, Received, Wire

COINGECKO_IDS = {
    "BTC": "bitcoin", "ETH": "ethereum", "USDT": "tether", "USDC": "usd-coin", "SOL": "solana",
    "LTC": "litecoin", "XMR": "monero", "TRX": "tron", "BNB": "binancecoin", "DAI": "dai",
    "POL": "polygon-ecosystem-token",
}  # fmt: skip

Pair = tuple[str, str]
Prices = Mapping[Pair, Decimal]
Clock = Callable[[], datetime]


class Source:
    """What one of the two tells, and what is wrong with it at the moment."""

    # The words of a 429.
    LIMITED = b""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._market: Prices = {}
        self.behave()

    def behave(self) -> None:
        """Tell the truth again, as of now."""
        self._fault: Behaviour | None = None
        self._frozen: tuple[Prices, datetime] | None = None
        self._factors: dict[Pair, Decimal] = {}
        self._missing: set[Pair] = set()

    def follow(self, market: Prices) -> None:
        self._market = market

    def lag(self, **amount: float) -> None:
        """Stop following the market: the prices of this moment, told as that much older."""
        self._frozen = (self._market, self._clock() - timedelta(**amount))

    def lie(self, cryptocurrency: str, currency: str, times: str = "10") -> None:
        """Tell a multiple of one price."""
        self._factors[cryptocurrency, currency] = Decimal(times)

    def forget(self, cryptocurrency: str, currency: str) -> None:
        """Answer well, but without this price."""
        self._missing.add((cryptocurrency, currency))

    def fail(self, code: int = 500, body: bytes = b"") -> None:
        self._fault = status(code, body)

    def drop_out(self) -> None:
        """Close the connection without an answer."""
        self._fault = drop()

    def hang(self) -> None:
        """Take the question and never answer."""
        self._fault = hang()

    def talk_nonsense(self, body: bytes = b"<html>We will be right back</html>") -> None:
        """200 with a body of the caller's choice."""
        self._fault = status(200, body)

    def limit(self, retry_after: str = "60") -> None:
        """429, in the source's own words."""
        self._fault = too_many(retry_after, self.LIMITED)

    def answer(self, wire: Wire, request: Received) -> None:
        if self._fault:
            self._fault(wire, request)
            return
        code, text = self.tell(request)
        wire.reply(code, text.encode(), {"content-type": "application/json; charset=utf-8"})

    def told(self) -> dict[Pair, Decimal]:
        """What it says the prices are."""
        prices = self._frozen[0] if self._frozen else self._market
        return {
            pair: price * self._factors.get(pair, Decimal(1))
            for pair, price in prices.items()
            if pair not in self._missing
        }

    def as_of(self) -> datetime:
        return self._frozen[1] if self._frozen else self._clock()

    def tell(self, request: Received) -> tuple[int, str]:
        """Status and body of an answer without faults."""
        raise NotImplementedError


class CoinGecko(Source):
    """GET /api/v3/simple/price. `key`: what x-cg-demo-api-key must be, None for anything."""

    LIMITED = (
        b'{"status":{"error_code":429,"error_message":"You\'ve exceeded the Rate Limit. Please '
        b"visit https://www.coingecko.com/en/api/pricing to subscribe to our API plans for "
        b'higher rate limits."}}'
    )
    key: str | None = None

    def tell(self, request: Received) -> tuple[int, str]:
        if self.key is not None and request.headers.get("x-cg-demo-api-key") != self.key:
            return 401, '{"status":{"error_code":10002,"error_message":"API Key Missing"}}'
        for name in ("ids", "vs_currencies"):
            if not request.query.get(name):
                return 422, json.dumps({"error": f"Missing parameter {name}"})
        wanted = request.query["vs_currencies"].lower().split(",")
        told = self.told()
        coins = []
        for symbol, coin in COINGECKO_IDS.items():
            if coin in request.query["ids"].split(","):
                prices = {c: told[symbol, c.upper()] for c in wanted if (symbol, c.upper()) in told}
                if prices:
                    coins.append(f'"{coin}":{self._coin(prices, request.query)}')
        return 200, "{" + ",".join(coins) + "}"

    def _coin(self, prices: Mapping[str, Decimal], query: Mapping[str, str]) -> str:
        # Numbers are written here: json would make floats of them.
        full = query.get("precision") == "full"
        fields = [f'"{c}":{price if full else round(price, 2):f}' for c, price in prices.items()]
        if query.get("include_last_updated_at") == "true":
            fields.append(f'"last_updated_at":{int(self.as_of().timestamp())}')
        return "{" + ",".join(fields) + "}"


class Coinbase(Source):
    """GET /v2/exchange-rates?currency=BTC. It tells no time of its prices."""

    LIMITED = b'{"errors":[{"id":"rate_limit_exceeded","message":"Too many requests"}]}'

    def tell(self, request: Received) -> tuple[int, str]:
        base = request.query.get("currency", "USD").upper()
        rates = {
            quote: f"{price:f}" for (coin, quote), price in self.told().items() if coin == base
        }
        if not rates:
            error = {"id": "invalid_request", "message": "Currency is invalid"}
            return 400, json.dumps({"errors": [error]})
        return 200, json.dumps({"data": {"currency": base, "rates": rates}})


class Ecb(Source):
    """GET /service/data/EXR/D.USD+GBP.EUR.SP00.A?format=csvdata: units per euro, once a day."""

    def __init__(self, clock: Clock) -> None:
        self.per_euro = {"USD": Decimal("1.08"), "GBP": Decimal("0.86"), "IDR": Decimal("17200")}
        super().__init__(clock)

    def tell(self, request: Received) -> tuple[int, str]:
        wanted = request.path.split("/")[-1].split(".")[1].split("+")
        day = self.as_of().date()
        rows = [
            f"EXR.D.{code}.EUR.SP00.A,D,{code},EUR,SP00,A,{day},{rate:f}"
            for code, rate in self.per_euro.items()
            if code in wanted
        ]
        head = "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE"
        return 200, "\n".join([head, *rows]) + "\n"


class PriceSource(Loopback):
    """Serves the sources inside its block."""

    def __init__(self, clock: Clock = lambda: datetime.now(UTC)) -> None:
        """clock: what the sources take for now; a stack's own when that is moved."""
        super().__init__()
        self._market: Prices = {}
        self.coingecko = CoinGecko(clock)
        self.coinbase = Coinbase(clock)
        self.ecb = Ecb(clock)

    def set(self, cryptocurrency: str, currency: str, price: str) -> None:
        """What one unit costs, told by both from now on."""
        self._market = {**self._market, (cryptocurrency, currency): Decimal(price)}
        self.coingecko.follow(self._market)
        self.coinbase.follow(self._market)

    def variables(self) -> dict[str, str]:
        """The environment of functions that ask here: origins, without a path."""
        return {
            "HOLDFAST_COINGECKO_URL": self.url,
            "HOLDFAST_COINBASE_URL": self.url,
            "HOLDFAST_ECB_URL": self.url,
        }

    def answer(self, wire: Wire, request: Received) -> None:
        match request.path:
            case "/api/v3/simple/price":
                self.coingecko.answer(wire, request)
            case "/v2/exchange-rates":
                self.coinbase.answer(wire, request)
            case path if path.startswith("/service/data/EXR/"):
                self.ecb.answer(wire, request)
            case _:
                wire.reply(404, b'{"error":"Incorrect path"}')

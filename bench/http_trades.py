"""Whole trades over HTTP: as the functions reach PostgREST, and as people reach the functions."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from bench.http_connection import HttpConnection

AMOUNT, PRICE = "0.01", "50000"
PAYEE_AMOUNT, FEE_AMOUNT = "0.00995", "0.00005"

# A named request, which the trade hands to the clock that times it.
Post = Callable[[str, str, Mapping[str, str], Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Maker:
    """A seller with a published order; token is signed with a second factor."""

    user_id: str
    order_id: str
    token: str


@dataclass(frozen=True)
class Taker:
    user_id: str
    token: str


def over_postgrest(post: Post, maker: Maker, taker: Taker, service_key: str) -> None:
    """Take, mark paid, release: the three commits, decided beforehand."""
    headers = {"Authorization": f"Bearer {service_key}", "Content-Profile": "service"}
    now = datetime.now(UTC)

    def key() -> dict[str, str]:
        return {"idempotency_key": str(uuid4()), "request_hash": "h"}

    def commit(name: str, version: int, actor: str, aal: str, **effects: Any) -> None:
        decision = {
            "escrow_id": escrow_id, "expected_version": version, "event": name,
            "actor_kind": "user", "actor_id": actor, "aal": aal, **effects, **key(),
        }  # fmt: skip
        post(name, "/rpc/escrow_commit", headers, {"decision": decision})

    taken = {
        "order_id": maker.order_id, "actor_id": taker.user_id, "amount": AMOUNT,
        "expected_price": PRICE, **key(),
    }  # fmt: skip
    escrow_id = post("take", "/rpc/order_take", headers, {"command": taken})["trade_id"]
    tomorrow = (now + timedelta(hours=24)).isoformat()
    commit("perform", 1, taker.user_id, "aal1", deadline_at=tomorrow, expires_at=tomorrow)
    commit(
        "accept", 2, maker.user_id, "aal2",
        payer_amount="0", payee_amount=PAYEE_AMOUNT, fee_amount=FEE_AMOUNT,
        payload={"payer_name_matches": True},
    )  # fmt: skip


def over_functions(post: Post, maker: Maker, taker: Taker, _: str) -> None:
    """Take, mark paid, release, by the people's own tokens."""

    def headers(token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}

    taken = {"amount": AMOUNT, "expected_price": PRICE}
    trade = post("take", f"/orders/{maker.order_id}/take", headers(taker.token), taken)
    path = f"/escrows/{trade['trade_id']}"
    post("perform", f"{path}/mark-paid", headers(taker.token), {})
    post("accept", f"{path}/release", headers(maker.token), {"payer_name_matches": True})


WAYS = {"postgrest": over_postgrest, "functions": over_functions}


@dataclass(frozen=True)
class Job:
    """What one client does: trades by one of WAYS for so many seconds."""

    way: str
    host: str
    port: int
    seconds: float
    client: int
    makers: Sequence[Maker]
    takers: Sequence[Taker]
    service_key: str


@dataclass(frozen=True)
class Outcome:
    """Trades done, seconds it took, and the milliseconds of each command by name."""

    trades: int
    seconds: float
    latencies: Mapping[str, list[float]]


def work(job: Job) -> Outcome:
    """Trade until the time is over; a trade once begun is ended. Raises HttpFailed."""
    connection = HttpConnection(job.host, job.port)
    latencies: dict[str, list[float]] = {}
    way, pick = WAYS[job.way], Random(job.client)  # noqa: S311 - picks whom to trade with

    def post(name: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Any:
        started = time.perf_counter()
        answer = connection.post(path, headers, body)
        latencies.setdefault(name, []).append((time.perf_counter() - started) * 1000)
        return answer

    trades, began = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - began) < job.seconds:
        way(post, pick.choice(job.makers), pick.choice(job.takers), job.service_key)
        trades += 1
    elapsed = time.perf_counter() - began
    connection.close()
    return Outcome(trades, elapsed, latencies)

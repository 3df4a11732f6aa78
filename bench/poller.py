"""Transfers on a chain to many deposit addresses, until each is credited."""

import json
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import uuid4

from psycopg.types.json import Jsonb

from bench import signed
from bench.cpu import watching
from bench.http_connection import HttpConnection, HttpFailed
from bench.load import LoadFailed
from bench.measures import Measure
from bench.progress import log
from bench.scale import Scale
from bench.signed import Signed
from stack.stack import Stack
from stack.stand_ins.chain import USDC, Chain
from stack.stand_ins.chain.accounts import ISSUER, account
from stack.stand_ins.chain.hot_wallet import work_on

FUNCTION = "EvmWatchFunction"
CREDITED, NOTHING = "until all are credited", "nothing to find"
_BLOCK = 250  # transactions
_FINAL = 5  # blocks after which a transfer is final


def _addresses(stack: Stack, escrows: Sequence[Signed]) -> list[str]:
    """Where each escrow is paid, as its buyer is told."""
    with stack.connect() as connection:
        for buyer in {each.buyer_id for each in escrows}:
            command = {
                "actor_id": buyer, "aal": "aal2", "rail": "base", "address": f"0x{'ab' * 20}",
                "idempotency_key": str(uuid4()), "request_hash": "h",
            }  # fmt: skip
            connection.execute("select service.payout_destination_set(%s)", [Jsonb(command)])
    http, found = HttpConnection("127.0.0.1", stack.gateway.port), []
    try:
        for each in escrows:
            token = stack.token(each.buyer_id)
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
            answer = http.post(f"/escrows/{each.escrow_id}/deposit-address", headers, {})
            found.append(str(answer["address"]))
    except HttpFailed as error:
        raise LoadFailed(str(error)) from error
    finally:
        http.close()
    return found


def _transfers(addresses: Sequence[str], count: int) -> Iterator[str]:
    """Whom money goes to: as often to strangers as to an address of ours."""
    for number in range(count):
        yield addresses[number % len(addresses)]
        yield f"0x{number + 1:040x}"


def _send(chain: Chain, recipients: Iterator[str]) -> None:
    """One unit to each, many in a block: to send them one by one would take longer than to
    read them."""
    issuer = account(ISSUER, 0).address
    nonce = int(chain.anvil.ask("eth_getTransactionCount", issuer, "latest"), 16)
    chain.pause()
    while block := list(islice(recipients, _BLOCK)):
        asked = [
            {
                "jsonrpc": "2.0", "id": number, "method": "eth_sendTransaction",
                "params": [{
                    "from": issuer, "nonce": hex(number), "to": USDC, "gas": hex(100_000),
                    "data": f"0x40c10f19{recipient[2:].lower():0>64}{10**6:064x}",
                }],
            }
            for number, recipient in enumerate(block, nonce)
        ]  # fmt: skip
        nonce += len(block)
        _, answer = chain.anvil.forward(json.dumps(asked).encode())
        if refused := [each for each in json.loads(answer) if "error" in each]:
            raise LoadFailed(f"the chain refused: {refused[0]}")
        chain.mine()
    chain.resume()
    chain.mine(_FINAL)


def _credited(stack: Stack) -> int:
    query = "select count(*) from public.chain_deposits where state = 'credited'"
    return int(stack.cluster.execute(query)[0][0])


def credit(stack: Stack, scale: Scale) -> dict[str, Measure]:
    """So many transfers found and credited by the scheduled function, and its polls when there
    is nothing. Raises LoadFailed."""
    signed.prepare(stack)
    escrows = signed.escrows(stack, "base", "USDC_BASE", scale.addresses, scale.people)
    with Chain() as chain:
        work_on(stack, chain)
        addresses = _addresses(stack, escrows)
        stack.tick(FUNCTION)
        log(f"{scale.transfers:,} transfers to {len(addresses):,} addresses")
        _send(chain, _transfers(addresses, scale.transfers))
        log("crediting them")
        before = _credited(stack)
        with watching(stack.cluster) as with_cpu:
            began = time.perf_counter()
            while (done := _credited(stack) - before) < scale.transfers:
                if time.perf_counter() - began > 60 + scale.transfers / 10:
                    raise LoadFailed(f"{done} of {scale.transfers} transfers were credited")
                stack.tick(FUNCTION)
            found = {CREDITED: with_cpu(Measure(done, done / (time.perf_counter() - began)))}
        # What is final is not looked at any more.
        stack.tick(FUNCTION)
        idle = []
        for _ in range(scale.ticks):
            started = time.perf_counter()
            stack.tick(FUNCTION)
            idle.append((time.perf_counter() - started) * 1000)
        stack.configure(HOLDFAST_EVM_RAILS="")
    return {**found, NOTHING: Measure.of(scale.ticks, 1000 * scale.ticks / sum(idle), idle)}

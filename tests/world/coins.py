"""A chain of coins as the database hears of it."""

from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from shared.coin_address import BITCOIN, segwit_address
from tests.world.chain import fresh_hash
from tests.world.rails import FINGERPRINT
from tests.world.world import World

CHAIN = 2147483648


def bitcoin_address(world: World, party: UUID) -> str:
    """Where a party pays bitcoin into its wallet; the rail is opened for it."""
    # Two operators open it.
    world.run("update public.rails set is_open = true where id = 'bitcoin'")
    asked = {
        "actor_id": party,
        "rail": "bitcoin",
        "currency": "BTC",
        "key_fingerprint": FINGERPRINT,
    }
    begun = world.command("wallet_deposit_begin", **asked)
    address = segwit_address(BITCOIN.hrp, 0, uuid4().bytes + bytes(4))
    placed = world.command(
        "wallet_deposit_place", request_id=begun["request_id"], actor_id=party, address=address,
        key_fingerprint=FINGERPRINT, address_index=begun["address_index"], chain_id=CHAIN,
        token="native",
    )  # fmt: skip
    return str(placed["address"])


def waiting(world: World, to: str, amount: str = "0.001") -> str:
    """A payment to an address is seen before it is in a block; its transaction."""
    transaction = fresh_hash()[2:]
    look = {
        "chain_id": CHAIN, "moves": [],
        "transfers": [{"transaction_hash": transaction, "log_index": 0, "recipient": to,
                       "amount": amount, "spends": [f"{fresh_hash()[2:]}:1"]}],
    }  # fmt: skip
    assert world.one("select service.mempool_record(%s)", Jsonb(look)) == 1
    return transaction

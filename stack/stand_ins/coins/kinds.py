"""Which coin a chain of the tests has, and how its test network writes what the main one does."""

from dataclasses import dataclass

from shared.coin_address import BITCOIN as BITCOIN_COIN
from shared.coin_address import LITECOIN as LITECOIN_COIN
from shared.coin_address import Coin, segwit_address, segwit_program


@dataclass(frozen=True)
class CoinKind:
    """program: that runs it. test_hrp: what addresses of its test network begin with."""

    coin: Coin
    program: str
    rail: str
    currency: str
    chain_id: int
    test_hrp: str

    def as_test(self, address: str) -> str:
        """An address of the main network as the node of the test network writes it."""
        return segwit_address(self.test_hrp, *segwit_program(self.coin.hrp, address))

    def as_main(self, address: str) -> str:
        """The other way round."""
        return segwit_address(self.coin.hrp, *segwit_program(self.test_hrp, address))


BITCOIN = CoinKind(BITCOIN_COIN, "bitcoind", "bitcoin", "BTC", 2147483648, "bcrt")
LITECOIN = CoinKind(LITECOIN_COIN, "litecoind", "litecoin", "LTC", 2147483650, "rltc")

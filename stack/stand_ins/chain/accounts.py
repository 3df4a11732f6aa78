"""Who has keys on the tests' chain. All follow from a phrase that everybody knows."""

from dataclasses import dataclass, field
from functools import cache

from coincurve import PrivateKey

from functions.rail_evm.transaction import Signed, Transaction
from shared.evm_address import address_of_key
from stack.stand_ins.chain.seed import Node, root_of_phrase

PHRASE = "test test test test test test test test test test test junk"
DEPOSITS, HOT_WALLET, PEOPLE, ISSUER = range(4)


@dataclass(frozen=True)
class Account:
    """An address and the key to it."""

    address: str
    key: PrivateKey = field(repr=False)

    def sign(self, transaction: Transaction) -> Signed:
        return transaction.sign(self.key)


@cache
def account(number: int, index: int) -> Account:
    """m/44'/60'/number'/0/index."""
    key = _root().at(f"44'/60'/{number}'/0/{index}").key
    return Account(address_of_key(key.public_key.format(compressed=False)), key)


def deposits_xpub(number: int = DEPOSITS, coin: int = 60) -> str:
    """The extended public key of the deposit addresses: all that a server has of them.

    number: of the account; another one is a key that took its place. coin: of SLIP-44, 195 is TRON.
    """
    return _root().at(f"44'/{coin}'/{number}'").xpub()


@cache
def _root() -> Node:
    return root_of_phrase(PHRASE)

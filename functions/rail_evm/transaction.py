"""Transactions of EIP-1559 (type 2): written, signed, named by their hash."""

from dataclasses import dataclass
from decimal import Decimal

from coincurve import PrivateKey

from shared.keccak import keccak_256

from .rlp import encode
from .units import to_units

_TYPE = b"\x02"
_TRANSFER = bytes.fromhex("a9059cbb")
_WORD = 32


@dataclass(frozen=True, slots=True)
class Transaction:
    """What is signed. Fees per gas and value are in wei; `to` is 0x and 40 digits."""

    chain_id: int
    nonce: int
    max_priority_fee: int
    max_fee: int
    gas_limit: int
    to: str
    data: bytes = b""
    value: int = 0

    def digest(self) -> bytes:
        """The 32 bytes that a key signs."""
        return keccak_256(_TYPE + encode(self._fields()))

    def sign(self, key: PrivateKey) -> "Signed":
        """The transaction as a node takes it. The same input gives the same bytes (RFC 6979)."""
        signature = key.sign_recoverable(self.digest(), hasher=None)
        r, s = (int.from_bytes(signature[at : at + _WORD], "big") for at in (0, _WORD))
        raw = _TYPE + encode([*self._fields(), signature[64], r, s])
        return Signed(raw, "0x" + keccak_256(raw).hex())

    def _fields(self) -> "list[int | bytes | list[bytes]]":
        return [
            self.chain_id, self.nonce, self.max_priority_fee, self.max_fee, self.gas_limit,
            bytes.fromhex(self.to[2:]), self.value, self.data, [],
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signed:
    """raw: the bytes to send, as often as one likes. hash: their name on the chain (0x…)."""

    raw: bytes
    hash: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a transaction moves: whom it calls, with which data, and wei of the coin."""

    to: str
    data: bytes = b""
    value: int = 0


def coin_transfer(to: str, amount: Decimal, decimals: int) -> Transfer:
    """Of the coin of the chain. Raises ValueError for amounts not exact."""
    return Transfer(to, value=to_units(amount, decimals))


def token_transfer(token: str, to: str, amount: Decimal, decimals: int) -> Transfer:
    """Of an ERC-20 token. Raises ValueError for amounts not exact."""
    return Transfer(token, transfer_data(to, amount, decimals))


def transfer_data(to: str, amount: Decimal, decimals: int) -> bytes:
    """Call data of the ERC-20 transfer(to, amount). Raises ValueError for amounts not exact."""
    recipient = bytes.fromhex(to[2:])
    if len(recipient) != 20:
        raise ValueError("an address has 20 bytes")
    return (
        _TRANSFER
        + recipient.rjust(_WORD, b"\0")
        + to_units(amount, decimals).to_bytes(_WORD, "big")
    )

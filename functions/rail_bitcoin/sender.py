"""Who spent an input, as far as it shows: an address follows from what was revealed to spend it."""

from hashlib import sha256

from shared.base58 import encoded
from shared.coin_address import Coin, address_of_script, segwit_address
from shared.ripemd160 import hash160

from .block import Input, Transaction
from .node import Node

_KEY_SIZES = (33, 65)
# What the first transaction of a block names in place of one that it spends.
_NOTHING = "00" * 32


def sender_of(coin: Coin, transaction: Transaction, node: Node, block_hash: str) -> str:
    """The address of the first input that shows one. Where none does, as when the key of a
    Taproot output signs, that which the node says was spent first; empty: it does not say, or
    nothing was spent, as in the first transaction of a block. Raises NodeUnknown, NodeRefused."""
    spent = [each for each in transaction.inputs if each.txid != _NOTHING]
    shown = next((found for each in spent if (found := _address(coin, each))), "")
    if shown or not spent:
        return shown
    script = node.spent_script(transaction.txid, block_hash)
    return address_of_script(coin, script) if script else ""


def _address(coin: Coin, spent: Input) -> str:
    pushed = _last_push(spent.script)
    if spent.script and not spent.witness:
        if len(pushed) in _KEY_SIZES and pushed[0] in (2, 3, 4):
            return encoded(bytes([coin.key_version]) + hash160(pushed))
        return _script_address(coin, pushed)
    if spent.script:
        # A witness program inside of a script.
        return _script_address(coin, pushed)
    if len(spent.witness) == 2 and len(spent.witness[1]) == 33 and spent.witness[1][0] in (2, 3):
        return segwit_address(coin.hrp, 0, hash160(spent.witness[1]))
    # What has one item is a signature of Taproot; a control block tells its leaf apart.
    if len(spent.witness) >= 2 and not _is_control_block(spent.witness[-1]):
        return segwit_address(coin.hrp, 0, sha256(spent.witness[-1]).digest())
    return ""


def _script_address(coin: Coin, script: bytes) -> str:
    return encoded(bytes([coin.script_version]) + hash160(script)) if script else ""


def _last_push(script: bytes) -> bytes:
    """What the last instruction of a script pushes; empty: it pushes nothing."""
    place, last = 0, b""
    while place < len(script):
        size, place = script[place], place + 1
        if size in (0x4C, 0x4D):
            width = size - 0x4B
            size = int.from_bytes(script[place : place + width], "little")
            place += width
        elif size > 0x4B:
            last = b""
            continue
        last = script[place : place + size]
        place += size
    return last


def _is_control_block(item: bytes) -> bool:
    return len(item) >= 33 and (len(item) - 33) % 32 == 0 and item[0] >= 0xC0

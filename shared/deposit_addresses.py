"""Deposit addresses, each derived from a public key that cannot spend from it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256

from coincurve import PublicKey

from shared.base58 import encoded
from shared.coin_address import BITCOIN, LITECOIN, Coin, segwit_address
from shared.evm_address import address_of_key
from shared.extended_key import VERSION, WITNESS_VERSION, ExtendedKey
from shared.ripemd160 import hash160
from shared.settings import SettingsError

_ACCOUNT_DEPTH = 3
_RECEIVING = 0
# First byte of every address of TRON.
_TRON = b"\x41"


@dataclass(frozen=True, slots=True)
class _Kind:
    """How addresses of a kind are made: path of the account, versions and prefixes that its
    extended public key may have, and what makes an address of a key."""

    path: str
    versions: tuple[bytes, ...]
    prefixes: tuple[str, ...]
    address: Callable[[PublicKey], str]


def _evm(key: PublicKey) -> str:
    return address_of_key(key.format(compressed=False))


def _tron(key: PublicKey) -> str:
    return encoded(_TRON + bytes.fromhex(_evm(key)[2:]))


def _witness(coin: Coin, key: PublicKey) -> str:
    return segwit_address(coin.hrp, 0, hash160(key.format()))


_COIN = (VERSION, WITNESS_VERSION), ("xpub", "zpub")
_KINDS: Mapping[str, _Kind] = {
    "evm": _Kind("m/44'/60'/0'", (VERSION,), ("xpub",), _evm),
    "tron": _Kind("m/44'/195'/0'", (VERSION,), ("xpub",), _tron),
    "bitcoin": _Kind("m/84'/0'/0'", *_COIN, partial(_witness, BITCOIN)),
    "litecoin": _Kind("m/84'/2'/0'", *_COIN, partial(_witness, LITECOIN)),
}
"""By address_kinds.kind."""


def account_key(kind: str) -> str:
    """HOLDFAST_EVM_XPUB, HOLDFAST_BITCOIN_XPUB, …: the extended public key of the deposit addresses
    of a kind. Raises SettingsError."""
    value = os.environ.get(f"HOLDFAST_{kind.upper()}_XPUB", "").strip()
    if not value:
        raise SettingsError(f"HOLDFAST_{kind.upper()}_XPUB is not set")
    return value


def fingerprints() -> Mapping[str, str]:
    """The fingerprint of each key that the environment has, by the kind of its addresses."""
    return {
        kind: fingerprint(key)
        for kind in _KINDS
        if (key := os.environ.get(f"HOLDFAST_{kind.upper()}_XPUB", "").strip())
    }


def fingerprint(xpub: str) -> str:
    """Names an extended public key in the database, which never has the key itself."""
    return sha256(xpub.encode()).hexdigest()


def deposit_address(kind: str, xpub: str, index: int) -> str:
    """The address of an index below the receiving branch of an account, as its chain writes it:
    m/44'/60'/0'/0/index for evm, m/44'/195'/0'/0/index for tron, m/84'/coin'/0'/0/index (P2WPKH)
    for bitcoin and litecoin.

    xpub: the extended public key of the account; of coins an xpub or a zpub. Raises ValueError for
    an index that needs the private key, SettingsError for what is no such key.
    """
    return _KINDS[kind].address(_account(kind, xpub).child(_RECEIVING).child(index).key)


@lru_cache(8)
def _account(kind: str, xpub: str) -> ExtendedKey:
    # A private key has no business here: it is refused unseen, never parsed or shown.
    if not xpub.startswith(_KINDS[kind].prefixes):
        raise SettingsError("the key of the deposit addresses is no extended public key")
    try:
        account = ExtendedKey.parse(xpub, _KINDS[kind].versions)
    except ValueError:
        raise SettingsError("the extended public key of the deposit addresses is broken") from None
    if account.depth != _ACCOUNT_DEPTH:
        raise SettingsError(f"the extended public key is not of an account ({_KINDS[kind].path})")
    return account
